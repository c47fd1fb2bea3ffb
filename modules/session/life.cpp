// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

Duration Session::capped(Duration lifetime, Duration fallback) const {
    return std::min(lifetime > Duration::zero() ? lifetime : fallback, config_.lifetimeCap);
}

void Session::granted(TimePoint now, Index at, const Endpoint& external, std::uint32_t lifetimeSeconds,
                      std::uint32_t epochSeconds, Via via) {
    Record& record = table_[at];
    leaveWindow(at);
    const bool first = record.phase != Phase::held;
    const bool moved = !first && (record.externalPort != external.port || record.externalAddress != external.address);
    record.phase = Phase::held;
    record.via = via;
    record.externalAddress = external.address;
    record.externalPort = external.port;
    record.granted = now;
    record.grantedSeconds = static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::seconds>(capped(std::chrono::seconds{lifetimeSeconds}, {})).count());
    record.epochSeconds = epochSeconds;
    record.renewals = 0;
    record.transmissions = 0;
    record.wait = Duration::zero();
    record.holdUntil = {};
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

void Session::scheduleRenewal(TimePoint now, Index at) {
    Record& record = table_[at];
    TimePoint next = record.granted;
    if (record.via == Via::natPmp && record.renewals == 0) {
        next += std::chrono::seconds{record.grantedSeconds} / 2; // RFC 6886 §3.3
    } else {
        next += renewalOffset(std::chrono::seconds{record.grantedSeconds}, record.renewals + 1U, random_);
    }
    next = std::max({next, record.lastSent + renewalFloor, record.holdUntil, now});
    idleUntil(at, std::min(next, record.expiry()));
}

void Session::refused(TimePoint now, Index at, std::error_code error, Duration hold,
                      std::optional<wire::Address> gatewayExternal) {
    Record& record = table_[at];
    emit(at, EventKind::refused, error, hold);
    events_.back().gatewayExternal = gatewayExternal;
    if (record.isQuery) {
        end(at);
        return;
    }
    record.holdUntil = now + hold;
    if (record.phase == Phase::held) {
        record.recovering = false;
        scheduleRenewal(now, at);
        return;
    }
    record.transmissions = 0;
    record.wait = Duration::zero();
    idleUntil(at, record.holdUntil);
}

void Session::lost(TimePoint now, Index at) {
    Record& record = table_[at];
    emit(at, EventKind::lost);
    stopExchange(at);
    record.phase = Phase::wanted;
    record.recovering = false;
    record.needsAddress = false;
    record.renewals = 0;
    record.transmissions = 0;
    record.wait = Duration::zero();
    idleUntil(at, std::max({now, record.lastSent + renewalFloor, record.holdUntil}));
}

void Session::released(Index at, std::error_code error) {
    if (!table_[at].isQuery) {
        emit(at, EventKind::released, error);
    }
    end(at);
}

void Session::recover(TimePoint now, Duration delay, std::optional<Index> except) {
    for (Index at = 0; at < table_.capacity(); ++at) {
        Record& record = table_[at];
        if (at == except || record.phase != Phase::held || record.recovering) {
            continue;
        }
        if (record.exchange == Exchange::queued || record.exchange == Exchange::natPmpQueued) {
            continue;
        }
        record.recovering = true;
        record.transmissions = 0;
        record.wait = Duration::zero();
        idleUntil(at, std::min(now + delay, record.expiry()));
    }
}

} // namespace portolan::session
