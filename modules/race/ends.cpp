// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

module portolan.race;

import :contest;

namespace portolan::race {

namespace {

/// When it is tried once more to take back what UPnP was asked for: a gateway that did not answer is searched anew by
/// then.
constexpr std::chrono::seconds undoAgainAfter{30};

} // namespace

/// Whether a mapping may stand that the session said no about: it is being asked for again, or was granted and is not
/// told before its external address is known.
bool Referee::mayStandBySession(MappingId session) const {
    return session_.transmissions(session) != 0 || session_.grant(session).has_value();
}

/// The session is not to serve this. What it was asked for, and may have been given, is taken back; where it never
/// heard of the gateway, only for a moment.
void Referee::endSession(TimePoint now, Contest& contest) {
    if (!contest.session) {
        return;
    }
    const MappingId session = *std::exchange(contest.session, std::nullopt);
    bySession_.erase(session);
    asked_ = true;
    const bool mayStand = mayStandBySession(session);
    if (contest.want == Want::address) {
        session_.handleRelease(now, session);
    } else if (contest.want == Want::deletion || (contest.sessionSaid && !mayStand)) {
        session_.handleDetach(session); // nothing stands there
    } else {
        const Duration limit = heard(contest) ? config_.patience : config_.undoing;
        undoingSession_.insert_or_assign(session, Undoing{now + limit, std::nullopt});
        session_.handleRelease(now, session);
    }
}

/// UPnP is not to serve this, and what it was asked for is taken back.
void Referee::endUpnp(TimePoint now, MappingId id, Contest& contest) {
    contest.waits = false;
    searchNoMore(id);
    if (!contest.upnp) {
        return;
    }
    const MappingId upnp = *std::exchange(contest.upnp, std::nullopt);
    byUpnp_.erase(upnp);
    asked_ = true;
    if (contest.want == Want::deletion) {
        point_->handleDetach(upnp);
        return;
    }
    if (contest.want == Want::mapping) {
        undoingUpnp_.insert_or_assign(upnp, UndoingUpnp{contest.session, translate(contest)});
    }
    point_->handleRelease(now, upnp);
}

void Referee::leave(TimePoint now, MappingId id, Contest& contest) {
    contest.leaving = true;
    contest.waits = false;
    contest.upnpSaid.reset();
    searchNoMore(id);
    clearDue(id, contest);
    asked_ = true;
    if (contest.session && contest.sessionSaid && !mayStandBySession(*contest.session)) {
        session_.handleDetach(*contest.session); // nothing stands there
        bySession_.erase(*contest.session);
        contest.session.reset();
        contest.sessionSaid.reset();
    } else if (contest.session) {
        session_.handleRelease(now, *contest.session);
    }
    if (contest.upnp) {
        point_->handleRelease(now, *contest.upnp);
    }
    finishLeaving(id, contest);
}

void Referee::finishLeaving(MappingId id, Contest& contest) {
    if (contest.session || contest.upnp || isBeingWithdrawn(contest)) {
        return; // their ends are told
    }
    Event event;
    event.kind = EventKind::released;
    event.id = id;
    event.grant = contest.grant;
    if (contest.sessionSaid) {
        event.error = contest.sessionSaid->error;
        event.transmissions = contest.sessionSaid->transmissions;
    }
    if (contest.upnpSaid && (contest.holder == Holder::upnp || !event.error)) {
        event.byUpnp = true;
        event.error = contest.upnpSaid->error;
        event.detail = contest.upnpSaid->detail;
    }
    events_.push_back(std::move(event));
    erase(id);
}

void Referee::erase(MappingId id) {
    const auto at = contests_.find(id);
    if (at == contests_.end()) {
        return;
    }
    clearDue(id, at->second);
    searchNoMore(id);
    if (at->second.session) {
        bySession_.erase(*at->second.session);
    }
    if (at->second.upnp) {
        byUpnp_.erase(*at->second.upnp);
    }
    contests_.erase(at);
}

void Referee::undoneUpnp(TimePoint now, const upnp::Event& event) {
    UndoingUpnp undone = std::move(undoingUpnp_.extract(event.id).mapped());
    if (event.error && !undone.isAgain) {
        undone.isAgain = true;
        const std::uint16_t port = event.grant.external.port;
        undone.request.suggestedPort = port != 0 ? port : undone.request.suggestedPort;
        undoAgain_.emplace(now + undoAgainAfter, std::move(undone));
    } else if (!event.error && event.grant.external.port != 0 && undone.session) {
        session_.handleDoubtOf(now, *undone.session); // it may have been given the very mapping
        asked_ = true;
    }
}

/// What UPnP made may stand for long, and for ever at some gateways. Not if it is wanted again.
void Referee::undoUpnpAgain(TimePoint now) {
    while (!undoAgain_.empty() && undoAgain_.begin()->first <= now) {
        UndoingUpnp undoing = std::move(undoAgain_.extract(undoAgain_.begin()).mapped());
        if (const auto asked = point_->handleDelete(now, undoing.request)) {
            undoingUpnp_.insert_or_assign(asked.value(), std::move(undoing));
            asked_ = true;
        }
    }
}

bool Referee::isBeingWithdrawn(const Contest& contest) const {
    return contest.withdrawn && undoingSession_.contains(*contest.withdrawn);
}

/// With the event that tells how it ended; without one, it took too long.
void Referee::undoneSession(TimePoint now, MappingId session, const session::Event* event) {
    const auto before = undoingSession_.at(session).before;
    undoingSession_.erase(session);
    const auto at = before ? contests_.find(*before) : contests_.end();
    if (at == contests_.end()) {
        return;
    }
    Contest& contest = at->second;
    if (contest.leaving) {
        if (event != nullptr) {
            contest.sessionSaid = *event;
        }
        finishLeaving(*before, contest);
    } else {
        step(now, *before, contest);
    }
}

void Referee::learn(TimePoint now, Known known) {
    known_ = known;
    knownUntil_ = now + config_.memory;
}

} // namespace portolan::race
