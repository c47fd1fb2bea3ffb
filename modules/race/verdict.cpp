// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

module portolan.race;

import :contest;

namespace portolan::race {

namespace {

/// Whether a gateway has spoken, if only to refuse.
bool isAnswer(const Said& said) {
    return said.error.category() == upnp::igdCategory() || said.error == upnp::Fault::foreignMapping ||
           said.error == upnp::Fault::vanished;
}

/// The sooner of two, where 0 is none.
std::chrono::seconds sooner(std::chrono::seconds a, std::chrono::seconds b) {
    return a.count() == 0 ? b : b.count() == 0 ? a : std::min(a, b);
}

} // namespace

/// After a no of one of them: it is told once the other has said no as well. The session's silence is one, too, but not
/// that of both, which is told by who waits.
void Referee::settle(TimePoint now, MappingId id, Contest& contest) {
    if (contest.want == Want::deletion) {
        settleDeletion(now, id, contest);
        return;
    }
    const bool open = contest.session && !contest.sessionSaid;
    if (contest.upnpSaid && (!open || (isAnswer(*contest.upnpSaid) && now >= contest.verdictAt))) {
        tellRefused(id, contest);
        if (contest.want == Want::address) {
            endSession(now, contest);
            erase(id);
            return;
        }
    }
    step(now, id, contest);
}

void Referee::tellRefused(MappingId id, Contest& contest) {
    Event event;
    if (contest.sessionSaid) {
        static_cast<session::Event&>(event) = *contest.sessionSaid;
        event.retryAfter = sooner(event.retryAfter, contest.retryUpnp);
    } else {
        event.error = Errc::noAnswer;
        event.retryAfter = contest.retryUpnp;
    }
    const bool asked = contest.sessionSaid || contest.session;
    if (!asked || isAnswer(*contest.upnpSaid)) {
        event.byUpnp = true;
        if (asked) {
            event.other = Said{false, event.error, {}};
        }
        event.error = contest.upnpSaid->error;
        event.detail = contest.upnpSaid->detail;
    } else {
        event.other = contest.upnpSaid;
    }
    event.kind = EventKind::refused;
    event.id = id;
    events_.push_back(std::move(event));
}

/// A mapping is gone if who had it has deleted it, or if who could have had it knows of none and nobody else is there.
void Referee::settleDeletion(TimePoint now, MappingId id, Contest& contest) {
    const bool bySession = contest.sessionSaid && !contest.sessionSaid->error;
    const bool upnpKnowsNone = contest.upnpSaid && !contest.upnpSaid->error;
    const bool silent = contest.session && now >= contest.verdictAt && !heard(contest);
    const bool over = !contest.session && !contest.upnp && !contest.waits;
    if (!bySession && !contest.removed && !over && !(upnpKnowsNone && silent)) {
        step(now, id, contest);
        return;
    }
    Event event;
    event.kind = EventKind::released;
    event.id = id;
    if (contest.sessionSaid) {
        event.transmissions = contest.sessionSaid->transmissions;
    }
    const bool isRefusal = contest.sessionSaid && !isNotSpoken(contest.sessionSaid->error);
    if (over && !bySession && !contest.removed && (isRefusal || !upnpKnowsNone)) {
        event.byUpnp = !contest.sessionSaid;
        event.error = event.byUpnp ? contest.upnpSaid->error : contest.sessionSaid->error;
        event.detail = event.byUpnp ? contest.upnpSaid->detail : std::string{};
        if (!event.byUpnp && contest.upnpSaid && contest.upnpSaid->error) {
            event.other = contest.upnpSaid;
        }
    }
    endSession(now, contest);
    endUpnp(now, id, contest);
    events_.push_back(std::move(event));
    erase(id);
}

void Referee::tell(MappingId id, const session::Event& event) {
    Event& told = events_.emplace_back(Event{event});
    told.id = id;
}

void Referee::tell(MappingId id, const Contest& contest, const upnp::Event& event) {
    Event told;
    told.kind = event.kind;
    told.id = id;
    told.grant = contest.grant;
    told.grant.external = event.grant.external;
    told.grant.via = Via::upnp;
    told.error = event.error;
    told.retryAfter = event.retryAfter;
    told.byUpnp = true;
    told.detail = event.detail;
    events_.push_back(std::move(told));
}

std::optional<Event> Referee::pollEvent(TimePoint now) {
    if (point_ == nullptr) {
        const auto event = session_.pollEvent();
        return event ? std::optional{Event{*event}} : std::nullopt;
    }
    look(now);
    if (events_.empty()) {
        return std::nullopt;
    }
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

/// Takes what the two have to tell, until there is something to tell of it.
void Referee::look(TimePoint now) {
    while (events_.empty()) {
        if (const auto event = session_.pollEvent()) {
            takeSession(now, *event);
        } else if (const auto other = point_->pollEvent()) {
            takeUpnp(now, *other);
        } else {
            break;
        }
    }
    const bool ready = isReady();
    if (ready && !std::exchange(wasReady_, ready)) {
        const std::vector<MappingId> waiting{searchers_.begin(), searchers_.end()};
        for (const MappingId id : waiting) {
            if (const auto at = contests_.find(id); at != contests_.end()) {
                step(now, id, at->second);
            }
        }
    }
    wasReady_ = ready;
}

void Referee::handleTimeout(TimePoint now) {
    while (!due_.empty() && due_.begin()->first <= now) {
        const MappingId id = due_.begin()->second;
        Contest& contest = contests_.at(id);
        clearDue(id, contest);
        const bool open = contest.session && !contest.sessionSaid;
        if (contest.upnpSaid && open) {
            settle(now, id, contest); // silence has become a no
        } else {
            step(now, id, contest);
        }
    }
    std::vector<MappingId> overdue;
    for (const auto& [session, undoing] : undoingSession_) {
        if (undoing.limit <= now) {
            overdue.push_back(session);
        }
    }
    for (const MappingId session : overdue) {
        session_.handleDetach(session);
        undoneSession(now, session);
    }
    undoUpnpAgain(now);
}

std::optional<TimePoint> Referee::nextTimeout() const {
    std::optional<TimePoint> next;
    const auto consider = [&next](TimePoint when) { next = next ? std::min(*next, when) : when; };
    if (!due_.empty()) {
        consider(due_.begin()->first);
    }
    for (const auto& [session, undoing] : undoingSession_) {
        consider(undoing.limit);
    }
    if (!undoAgain_.empty()) {
        consider(undoAgain_.begin()->first);
    }
    return next;
}

} // namespace portolan::race
