// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

module portolan.race;

import :contest;

namespace portolan::race {

bool isNotSpoken(const std::error_code& error) {
    using wire::NatPmpResult;
    using wire::ResultCode;
    if (error.category() == natPmpCategory()) {
        return error != NatPmpResult::notAuthorized && error != NatPmpResult::outOfResources;
    }
    if (error.category() == pcpCategory()) {
        for (const ResultCode code :
             {ResultCode::unsuppVersion, ResultCode::unsuppOpcode, ResultCode::unsuppOption, ResultCode::unsuppProtocol,
              ResultCode::malformedRequest, ResultCode::malformedOption, ResultCode::networkFailure}) {
            if (error == code) {
                return true;
            }
        }
        return false;
    }
    return error != Errc::otherExternal;
}

void Referee::takeSession(TimePoint now, const session::Event& event) {
    if (undoingSession_.contains(event.id)) {
        if (event.kind == EventKind::released) {
            undoneSession(now, event.id, &event);
            if (!event.error) {
                point_->handleDoubt(now); // some gateways take a mapping of the one protocol for that of the other
            }
        }
        return;
    }
    const auto renamed = bySession_.find(event.id);
    const MappingId id = renamed == bySession_.end() ? event.id : renamed->second;
    const auto at = contests_.find(id);
    if (at == contests_.end()) {
        sessionToldAlone(now, event);
    } else {
        sessionTold(now, id, at->second, event);
    }
}

/// Of what nobody else is asked for.
void Referee::sessionToldAlone(TimePoint now, const session::Event& event) {
    tell(event.id, event);
    if (const auto said = upnpSays(event.id); said && event.kind == EventKind::refused && isNotSpoken(event.error)) {
        events_.back().other = Said{true, said->code, said->detail}; // why the other protocol is none, either
    }
    if (event.kind == EventKind::granted) {
        learn(now, Known::bySession);
    } else if (event.kind == EventKind::lost && speaksUpnp()) {
        known_.reset();
        if (auto request = session_.request(event.id); request && lacks(*request).empty()) {
            Contest contest{.want = Want::mapping, .request = std::move(*request)};
            contest.session = event.id;
            rejoin(now, event.id, contests_.insert_or_assign(event.id, std::move(contest)).first->second);
        }
    }
}

void Referee::sessionTold(TimePoint now, MappingId id, Contest& contest, const session::Event& event) {
    switch (event.kind) {
    case EventKind::granted:
    case EventKind::renewed:
    case EventKind::recovered:
    case EventKind::moved:
    case EventKind::address:
        if (!contest.leaving) {
            sessionGranted(now, id, contest, event);
        }
        return;
    case EventKind::refused:
        if (!contest.leaving) {
            sessionRefused(now, id, contest, event);
        }
        return;
    case EventKind::lost:
        sessionLost(now, id, contest, event);
        return;
    case EventKind::released:
        bySession_.erase(event.id);
        contest.session.reset();
        contest.sessionSaid = event;
        if (contest.leaving) {
            finishLeaving(id, contest);
        } else {
            contest.searchAt = std::min(contest.searchAt, now);
            settle(now, id, contest);
        }
        return;
    case EventKind::probed:
        return;
    }
}

void Referee::sessionGranted(TimePoint now, MappingId id, Contest& contest, const session::Event& event) {
    learn(now, Known::bySession);
    endUpnp(now, id, contest);
    contest.holder = Holder::session;
    contest.sessionSaid.reset();
    contest.upnpSaid.reset();
    tell(id, event);
    if (contest.want == Want::address || contest.session == id) {
        erase(id); // from here on it is the session's alone
    }
}

void Referee::sessionRefused(TimePoint now, MappingId id, Contest& contest, const session::Event& event) {
    if (contest.holder == Holder::session) {
        tell(id, event); // a renewal; what stands, stands
        return;
    }
    contest.sessionSaid = event;
    contest.searchAt = std::min(contest.searchAt, now);
    if (contest.want == Want::address) {
        bySession_.erase(event.id);
        contest.session.reset(); // the query has ended
    } else if (!isNotSpoken(event.error)) {
        endUpnp(now, id, contest);
        tell(id, event);
        contest.sessionSaid.reset();
        if (contest.session == id) {
            erase(id);
        }
        return;
    }
    settle(now, id, contest);
}

void Referee::sessionLost(TimePoint now, MappingId id, Contest& contest, const session::Event& event) {
    tell(id, event);
    known_.reset();
    contest.request = request(id).value_or(contest.request); // UPnP is asked for the port that was held
    contest.holder = Holder::nobody;
    rejoin(now, id, contest);
}

} // namespace portolan::race
