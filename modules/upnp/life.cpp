// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.upnp;

import :record;

namespace portolan::upnp {

namespace {

/// Shorter leases would have the gateway write its table all the time.
constexpr std::chrono::seconds shortestLease{120};

/// WANIPConnection:2 §2.3.16, WANIPv6FirewallControl:1 §2.3.3.
constexpr std::chrono::seconds longestLease{604'800};
constexpr std::chrono::seconds longestPinhole{86'400};

/// Attempts to renew are never closer.
constexpr Duration renewalGap = std::chrono::seconds{30};

/// How long a refusal is believed: what may pass soon, and what a person would have to change. Twice as long each time.
constexpr Duration passingHold = std::chrono::seconds{60};
constexpr Duration longestPassingHold = std::chrono::hours{1};
constexpr Duration lastingHold = std::chrono::minutes{30};
constexpr Duration longestLastingHold = std::chrono::hours{6};

bool isLasting(const std::error_code& error) {
    for (const ErrorCode code :
         {ErrorCode::actionNotAuthorized, ErrorCode::humanInterventionRequired, ErrorCode::invalidAction,
          ErrorCode::optionalActionNotImplemented, ErrorCode::firewallDisabled, ErrorCode::inboundPinholeNotAllowed,
          ErrorCode::protocolNotSupported, ErrorCode::wildCardNotPermittedInSrcIp,
          ErrorCode::wildCardNotPermittedInExtPort, ErrorCode::externalPortOnlySupportsWildcard, ErrorCode::readOnly}) {
        if (error == code) {
            return true;
        }
    }
    return error == Fault::vanished;
}

Duration holdOf(const std::error_code& error, unsigned refusals) {
    const unsigned doublings = std::min(refusals, 10U);
    return isLasting(error) ? std::min<Duration>(lastingHold * (1U << doublings), longestLastingHold)
                            : std::min<Duration>(passingHold * (1U << doublings), longestPassingHold);
}

} // namespace

std::chrono::seconds ControlPoint::leaseOf(const Record& record) const {
    if (!byPinhole() && (permanentOnly_ || record.triedPermanent)) {
        return std::chrono::seconds{0};
    }
    const auto cap = std::chrono::floor<std::chrono::seconds>(config_.lifetimeCap);
    const auto longest = std::min(cap, byPinhole() ? longestPinhole : longestLease);
    return std::clamp(record.request.lifetime, std::min(shortestLease, longest), longest);
}

void ControlPoint::granted(TimePoint now, Record& record) {
    const bool first = record.phase != Phase::held;
    const bool moved = record.reported != record.port;
    const bool recovered = record.recovering;
    record.phase = Phase::held;
    record.granted = leaseOf(record);
    if (record.longest.count() != 0) {
        record.granted = std::min(record.granted, record.longest);
    }
    record.permanent = record.granted.count() == 0;
    record.expiry = now + record.granted;
    record.reported = record.port;
    record.recovering = false;
    record.replacing = false;
    record.renewals = 0;
    record.refusals = 0;
    record.portTries = 0;
    record.renewAt =
        record.permanent ? now + config_.checkInterval : now + session::renewalOffset(record.granted, 1, random_);
    rest(record, record.fresh ? std::min(now + config_.verifyAfter, record.renewAt) : record.renewAt);
    if (first) {
        emit(record, EventKind::granted);
    } else if (moved) {
        emit(record, EventKind::moved);
    } else {
        emit(record, recovered ? EventKind::recovered : EventKind::renewed);
    }
}

/// The next attempt to renew what still stands, or the end of its lease.
void ControlPoint::scheduleRenewal(TimePoint now, Record& record) {
    if (record.permanent) {
        rest(record, now + config_.checkInterval);
        return;
    }
    const TimePoint start = record.expiry - record.granted;
    record.renewAt =
        std::max(start + session::renewalOffset(record.granted, record.renewals + 1U, random_), now + renewalGap);
    rest(record, std::min(record.renewAt, record.expiry));
}

void ControlPoint::refused(TimePoint now, Record& record, const Error& error) {
    if (record.phase == Phase::held && record.recovering) {
        lost(now, record); // the gateway has it no more, and does not make it again
    }
    Duration hold = holdOf(error.code, record.refusals);
    if (stage_ != Stage::ready) {
        hold = std::max<Duration>(searchAt_ - now, std::chrono::seconds{1});
    }
    if (record.phase == Phase::held) {
        scheduleRenewal(now, record);
        hold = record.deadline - now;
    }
    emit(record, EventKind::refused, &error, hold);
    if (record.phase == Phase::search) {
        return; // another search follows
    }
    if (record.phase == Phase::query) {
        forget(record.id);
        return;
    }
    record.refusals = static_cast<std::uint8_t>(std::min(record.refusals + 1, 10));
    record.asked = 0;
    record.silent = 0;
    record.portTries = 0;
    record.triedPermanent &= record.permanent;
    record.replacing = false;
    if (record.phase != Phase::held) {
        record.vanished = 0;
        record.port = record.request.suggestedPort != 0 ? record.request.suggestedPort : record.request.internalPort;
        // A search that finds the gateway ends the wait at once.
        rest(record, stage_ == Stage::ready ? now + hold : now);
    }
}

void ControlPoint::lost(TimePoint now, Record& record) {
    emit(record, EventKind::lost);
    record.phase = Phase::wanted;
    record.recovering = false;
    record.renewing = false;
    record.fresh = false;
    record.permanent = false;
    record.triedPermanent = false;
    record.pinhole.reset();
    record.mayStand &= !byPinhole() || record.unsure;
    record.altered.reset();
    record.longest = std::chrono::seconds{0};
    record.renewals = 0;
    record.deadline = now;
}

void ControlPoint::deadlineReached(TimePoint now, Record& record) {
    if (record.phase == Phase::leaving && record.giveUp <= now) {
        const Error error{Errc::noAnswer, "the deletion took too long"};
        released(record, &error);
        return;
    }
    if (record.ends() && record.expiry <= now) {
        lost(now, record);
    }
    if (stage_ != Stage::ready || record.step != Step::idle || record.deadline > now) {
        return;
    }
    if (record.phase == Phase::held && !record.permanent && record.renewAt <= now) {
        // Repeated for want of an answer, it is the same attempt.
        record.renewals = static_cast<std::uint8_t>(std::min(record.renewals + (record.renewing ? 0 : 1), 30));
        record.renewing = true;
    }
    begin(now, record);
}

} // namespace portolan::upnp
