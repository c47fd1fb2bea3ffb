// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

module portolan.race;

import :contest;

namespace portolan::race {

namespace {

/// The names of what the session does not know begin here; it counts its own from 1.
constexpr std::uint64_t ownNames = std::uint64_t{1} << 63U;

} // namespace

/// Begins with both, or with UPnP alone where the gateway is known to speak that, and that can be asked at once.
result<MappingId> Referee::begin(TimePoint now, Contest contest, const std::function<result<MappingId>()>& askSession) {
    const bool known = config_.speak == Speak::any && remembers(now) && known_ == Known::byUpnp && isReady();
    auto id = static_cast<MappingId>(ownNames | ++lastId_);
    setTimes(now, contest);
    if (config_.speak == Speak::upnp || known) {
        contest.searchAt = contest.askAt = now;
    } else {
        BOOST_OUTCOME_TRY(id, askSession());
        contest.session = id;
    }
    contest.waits = true;
    asked_ = true;
    step(now, id, contests_.insert_or_assign(id, std::move(contest)).first->second);
    return id;
}

void Referee::setTimes(TimePoint now, Contest& contest) const {
    const bool bySession = remembers(now) && known_ == Known::bySession;
    contest.heard = session_.statistics().attributed;
    contest.verdictAt = now + config_.patience;
    contest.searchAt = config_.speak == Speak::strict ? contest.verdictAt : bySession ? now + config_.doubt : now;
    contest.askAt = std::max(contest.searchAt, now + config_.grace);
}

/// What the session had is lost: UPnP may serve now.
void Referee::rejoin(TimePoint now, MappingId id, Contest& contest) {
    setTimes(now, contest);
    contest.searchAt = now; // the session has had its time
    contest.askAt = now + config_.grace;
    contest.waits = true;
    step(now, id, contest);
}

/// UPnP alone was asked, and does not serve any more.
void Referee::askSessionToo(TimePoint now, MappingId id, Contest& contest) {
    if (contest.session || config_.speak == Speak::upnp || contest.want != Want::mapping) {
        return;
    }
    const auto session = session_.handleRequest(now, *request(id));
    if (!session) {
        return; // it cannot be asked of it
    }
    contest.session = session.value();
    contest.sessionSaid.reset();
    contest.heard = session_.statistics().attributed;
    contest.verdictAt = now + config_.patience;
    bySession_.insert_or_assign(session.value(), id);
    asked_ = true;
}

/// What was taken back of the session to let UPnP try has not helped: the session may be answered meanwhile, which is
/// not to wait for UPnP's next attempt.
void Referee::askWithdrawnAgain(TimePoint now, MappingId id, Contest& contest) {
    if (contest.withdrawn && !isBeingWithdrawn(contest)) {
        contest.withdrawn.reset();
        askSessionToo(now, id, contest);
    }
}

bool Referee::heard(const Contest& contest) const noexcept {
    return session_.statistics().attributed != contest.heard;
}

/// Does what is due: UPnP is begun, or asked.
void Referee::step(TimePoint now, MappingId id, Contest& contest) {
    const bool open = contest.session && !contest.sessionSaid;
    if (contest.waits && now >= contest.searchAt) {
        if (open && remembers(now) && known_ == Known::bySession && heard(contest)) {
            setTimes(now, contest); // others are answered; this one stands in line
            searchNoMore(id);
        } else if (contest.want != Want::mapping) {
            askUpnp(now, id, contest);
        } else if (isReady() && mayAskUpnp(now, id, contest)) {
            askUpnp(now, id, contest);
        } else {
            search(now, id);
        }
    }
    if (const auto at = contests_.find(id); at != contests_.end()) {
        setDue(now, id, at->second);
    }
}

/// Whether it is UPnP's turn. A gateway that speaks to the session, but has not answered this, is given longer; what it
/// may have made is taken back before, as the deletions of NAT-PMP do not look whose a mapping is.
bool Referee::mayAskUpnp(TimePoint now, MappingId id, Contest& contest) {
    if (contest.withdrawn) {
        return !isBeingWithdrawn(contest);
    }
    if (!contest.session || contest.sessionSaid) {
        return true;
    }
    if (now < contest.askAt || (heard(contest) && now < contest.verdictAt)) {
        return false;
    }
    if (!heard(contest)) {
        return true;
    }
    contest.withdrawn = contest.session;
    contest.sessionSaid.emplace();
    contest.sessionSaid->error = Errc::noAnswer;
    contest.sessionSaid->transmissions = session_.transmissions(*contest.session);
    endSession(now, contest);
    if (const auto undoing = undoingSession_.find(*contest.withdrawn); undoing != undoingSession_.end()) {
        undoing->second.before = id;
        return false;
    }
    return true;
}

void Referee::setDue(TimePoint now, MappingId id, Contest& contest) {
    clearDue(id, contest);
    std::optional<TimePoint> next;
    const auto consider = [&](TimePoint when) {
        if (when > now) {
            next = next ? std::min(*next, when) : when;
        }
    };
    const bool open = contest.session && !contest.sessionSaid;
    if (contest.waits) {
        consider(contest.searchAt);
        if (open) {
            consider(contest.askAt);
        }
    }
    if (open && (contest.waits || contest.upnpSaid)) {
        consider(contest.verdictAt);
    }
    if (next) {
        contest.due = next;
        due_.insert({*next, id});
    }
}

void Referee::clearDue(MappingId id, Contest& contest) {
    if (const auto due = std::exchange(contest.due, std::nullopt)) {
        due_.erase({*due, id});
    }
}

} // namespace portolan::race
