// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

namespace {

/// A gateway that stayed silent within the limits of the configuration is asked anew after this (RFC 7488 §3).
constexpr Duration retryAfterSilence = std::chrono::minutes{15};

/// MRC of RFC 7488 §3: a probe, and renewals where something is held, tell by as many that nobody is there.
constexpr std::uint32_t silentTransmissions = 4;

} // namespace

void Session::handleTimeout(TimePoint now) {
    runDue(now);
}

void Session::runDue(TimePoint now) {
    freePlaces(now);
    while (true) {
        if (const auto at = table_.due(now)) {
            deadlineReached(now, *at);
        } else if (const auto deadline = natPmp_.deadline(); deadline && *deadline <= now) {
            natPmpTimeout(now);
        } else {
            return;
        }
    }
}

void Session::deadlineReached(TimePoint now, Index at) {
    Record& record = table_[at];
    if (record.phase == Phase::held && record.expiry() <= now) {
        lost(now, at);
        return;
    }
    if (record.phase == Phase::leaving && record.expiry() <= now) {
        released(now, at, {}); // it has ended by itself
        return;
    }
    switch (record.exchange) {
    case Exchange::awaiting:
        windowLeft(now, at);
        return;
    case Exchange::idle:
        if (record.phase == Phase::held && !record.recovering) {
            ++record.renewals;
            record.transmissions = 0;
            record.wait = Duration::zero();
        }
        if (config_.speak == Speak::natPmp) {
            toNatPmp(now, at);
        } else {
            enqueue(at);
        }
        return;
    case Exchange::overdue:
    case Exchange::queued:
    case Exchange::natPmpQueued:
    case Exchange::natPmpAsking:
        answerMissing(now, at);
        return;
    }
}

void Session::windowLeft(TimePoint now, Index at) {
    const Record& record = table_[at];
    table_.move(at, Exchange::overdue);
    if (record.phase == Phase::held && !record.recovering) {
        if (record.renewals >= silentTransmissions) {
            silentAt_ = statistics_.attributed;
        }
        scheduleRenewal(now, at);
        return;
    }
    const TimePoint retry = std::min(record.lastSent + record.wait, limitOf(record));
    if (now < retry) {
        table_.setDeadline(at, retry);
    } else {
        answerMissing(now, at);
    }
}

void Session::answerMissing(TimePoint now, Index at) {
    Record& record = table_[at];
    if (record.phase == Phase::leaving) {
        if (record.transmissions >= deletionTries(record)) {
            released(now, at, Errc::noAnswer);
        } else {
            enqueue(at);
        }
        return;
    }
    if (outOfTries(now, record)) {
        record.wait = Duration::zero();
        refused(now, at, Errc::noAnswer, retryAfterSilence);
        return;
    }
    enqueue(at);
}

bool Session::outOfTries(TimePoint now, const Record& record) const {
    if (record.isProbe && record.transmissions >= silentTransmissions) {
        return true;
    }
    return (config_.maxTransmissions != 0 && record.transmissions >= config_.maxTransmissions) ||
           (config_.maxDuration != Duration::zero() && now - record.started >= config_.maxDuration);
}

} // namespace portolan::session
