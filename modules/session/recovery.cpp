// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

namespace {

/// A gateway whose epoch makes no sense would have every answer start another recovery; from one to the next the
/// session waits at least this, twice as long each time, up to the longest.
constexpr Duration firstRecoveryGap = std::chrono::seconds{4};
constexpr Duration longestRecoveryGap = std::chrono::seconds{1024};

/// Announcements come in series of ten and more; one doubt is enough for some of them.
constexpr Duration doubtGap = std::chrono::seconds{30};

} // namespace

/// An ANNOUNCE response says that this is the server's epoch, and that it is there.
void Session::announced(TimePoint now, std::uint32_t epochSeconds) {
    const Duration delay = random_.between(Duration::zero(), recoveryDelay);
    if (!pcpEpoch_.check(now, epochSeconds)) {
        recover(now, delay, std::nullopt, std::nullopt);
    }
    wake(now, delay);
    if (natPmpSpoken_ && now >= nextDoubt_) {
        nextDoubt_ = now + doubtGap;
        handleDoubt(now); // miniupnpd tells its start by PCP only, whatever its clients speak
    }
}

void Session::checkNatPmpEpoch(TimePoint now, std::uint32_t epochSeconds, std::optional<Index> except) {
    if (!natPmpEpoch_.check(now, epochSeconds)) {
        natPmpAddress_.reset();
        recover(now, random_.between(Duration::zero(), recoveryDelay), except, Via::natPmp);
    }
}

/// Has everything requested again that the gateway may have lost, except what the answer that told is about.
void Session::recover(TimePoint now, Duration delay, std::optional<Index> except, std::optional<Via> only) {
    if (except && table_[*except].phase == Phase::held) {
        table_[*except].recovering = true;
    }
    if (allRecovering_) {
        return; // so that a flood of announcements does not have all records walked each time
    }
    const TimePoint start = std::max(now + delay, nextRecovery_);
    bool any = false;
    for (Index at = 0; at < table_.capacity(); ++at) {
        Record& record = table_[at];
        const bool concerned = record.phase == Phase::held && (!only || record.via == *only) && at != except;
        if (!concerned || record.recovering) {
            continue;
        }
        any = true;
        record.recovering = true;
        if (record.exchange == Exchange::awaiting) {
            scheduleRenewal(now, at); // the next try, if this renewal is not answered
        }
        if (record.exchange == Exchange::idle) {
            // A recovery may advance a renewal and never puts it off: recoveries may be far between.
            const TimePoint renewal = record.deadline;
            record.transmissions = 0;
            record.wait = Duration::zero();
            idleUntil(at, std::min(std::max(start, record.lastSent + renewalFloor), renewal));
        }
    }
    allRecovering_ = !except && !only;
    if (any) {
        const bool calm = now >= nextRecovery_ + recoveryGap_;
        recoveryGap_ = calm ? firstRecoveryGap : std::min(2 * recoveryGap_, longestRecoveryGap);
        nextRecovery_ = std::max(nextRecovery_, now + delay + recoveryGap_);
    }
}

/// The gateway is there: what waits because it was silent is asked as if for the first time.
void Session::wake(TimePoint now, Duration delay) {
    if (now < nextWake_) {
        return; // whatever waits was woken by then, or asked
    }
    nextWake_ = now + renewalFloor;
    for (Index at = 0; at < table_.capacity(); ++at) {
        Record& record = table_[at];
        const bool sent = record.exchange == Exchange::overdue || record.exchange == Exchange::awaiting;
        const bool asksOnAndOn = record.phase != Phase::held || record.recovering;
        const bool givenUp = record.phase == Phase::wanted && record.exchange == Exchange::idle && record.unanswered;
        const TimePoint before = sent ? record.lastSent + record.wait : record.deadline;
        const TimePoint when = std::max(now + delay, record.lastSent + renewalFloor);
        if (((sent && asksOnAndOn) || givenUp) && when < before) {
            record.transmissions = 0;
            record.wait = Duration::zero();
            idleUntil(at, record.phase == Phase::wanted ? when : std::min(when, record.expiry()));
        }
    }
}

void Session::handleDoubt(TimePoint now) {
    for (Index at = 0; at < table_.capacity(); ++at) {
        Record& record = table_[at];
        if (record.phase != Phase::held || record.exchange != Exchange::idle) {
            continue;
        }
        const TimePoint when = now + random_.between(Duration::zero(), recoveryDelay);
        idleUntil(at, std::min(std::max(when, record.lastSent + renewalFloor), record.deadline));
        return;
    }
}

void Session::handleDoubtOf(TimePoint now, MappingId id) {
    const auto at = table_.find(id);
    if (at && table_[*at].phase == Phase::held && table_[*at].exchange == Exchange::idle) {
        renewSoon(now, *at);
        runDue(now);
    }
}

void Session::handleReturn(TimePoint now) {
    wake(now, Duration::zero());
    handleDoubt(now);
    runDue(now);
}

} // namespace portolan::session
