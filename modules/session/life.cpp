// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

Duration Session::capped(std::uint32_t seconds, Duration fallback) const {
    return std::min<Duration>(seconds == 0 ? fallback : std::chrono::seconds{seconds}, config_.lifetimeCap);
}

std::chrono::seconds Session::cappedLifetime(std::uint32_t seconds) const {
    return std::chrono::floor<std::chrono::seconds>(capped(seconds, Duration::zero()));
}

void Session::granted(TimePoint now, Index at, const Grant& grant) {
    Record& record = table_[at];
    const bool first = record.phase != Phase::held || record.needsAddress;
    const bool moved = record.externalPort != grant.external.port || record.externalAddress != grant.external.address;
    allRecovering_ = false;
    record.phase = Phase::held;
    record.via = grant.via;
    record.externalAddress = grant.external.address;
    record.externalPort = grant.external.port;
    record.granted = now;
    record.grantedSeconds = static_cast<std::uint32_t>(grant.lifetime.count());
    record.epochSeconds = grant.epochSeconds;
    record.renewals = 0;
    record.transmissions = 0;
    record.wait = Duration::zero();
    record.holdUntil = never;
    record.refusal = wire::ResultCode::success;
    record.suggestWanted = false;
    record.unanswered = false;
    record.needsAddress = first && grant.via == Via::natPmp && !natPmpAddress_;
    scheduleRenewal(now, at);
    reportGrant(at, first, moved);
}

void Session::reportGrant(Index at, bool first, bool moved) {
    Record& record = table_[at];
    if (record.needsAddress) {
        return;
    }
    const bool recovered = record.recovering;
    record.recovering = false;
    if (first) {
        emit(at, EventKind::granted);
    } else if (moved) {
        emit(at, EventKind::moved);
    } else {
        emit(at, recovered ? EventKind::recovered : EventKind::renewed);
    }
}

/// The next renewal, or the end of the lifetime if that comes before.
void Session::scheduleRenewal(TimePoint now, Index at) {
    Record& record = table_[at];
    const Duration lifetime = std::chrono::seconds{record.grantedSeconds};
    TimePoint next = record.granted;
    if (record.via == Via::natPmp && record.renewals == 0) {
        next += lifetime / 2; // RFC 6886 §3.3
    } else {
        next += renewalOffset(lifetime, record.renewals + 1U, random_);
    }
    next = std::max({next, record.lastSent + renewalFloor, record.holdUntil, now});
    idleUntil(at, std::min(next, record.expiry()));
}

void Session::refused(TimePoint now, Index at, std::error_code error, Duration hold,
                      std::optional<wire::Address> gatewayExternal) {
    Record& record = table_[at];
    if (error == Errc::noAnswer || error == Errc::unreachable) {
        forgetPrefixes();
    }
    emit(at, EventKind::refused, error, hold);
    events_.back().gatewayExternal = gatewayExternal;
    if (record.isQuery) {
        end(at);
        return;
    }
    record.holdUntil = now + hold;
    record.unanswered = error == Errc::noAnswer || error == Errc::unreachable;
    record.transmissions = 0;
    if (record.phase == Phase::held) {
        record.recovering = false;
        allRecovering_ = false;
        scheduleRenewal(now, at);
    } else {
        idleUntil(at, record.holdUntil);
    }
}

void Session::lost(TimePoint now, Index at) {
    Record& record = table_[at];
    if (!record.needsAddress) {
        emit(at, EventKind::lost);
    }
    if (record.via == Via::pcp && record.refusal == wire::ResultCode::success) {
        forgetPrefixes(); // nobody answered the renewals
    }
    record.phase = Phase::wanted;
    record.recovering = false;
    record.needsAddress = false;
    record.suggestWanted = false;
    record.transmissions = 0;
    record.wait = Duration::zero();
    if (record.exactly()) {
        record.externalAddress = record.extras->wantedExternal.address;
        record.externalPort = record.extras->wantedExternal.port;
    }
    idleUntil(at, std::max({now, record.lastSent + renewalFloor, record.holdUntil}));
}

} // namespace portolan::session
