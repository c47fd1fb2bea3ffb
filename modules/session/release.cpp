// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>
#include <vector>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

void Session::handleRelease(TimePoint now, MappingId id) {
    const auto at = table_.find(id);
    if (!at) {
        return;
    }
    Record& record = table_[*at];
    record.wantedAgain = false;
    if (record.phase == Phase::leaving) {
        return;
    }
    const bool mayStand = record.phase == Phase::held || record.mayStandByPcp || record.mayStandByNatPmp;
    if (mayStand && record.isDeletable()) {
        startDeletion(now, *at);
    } else {
        released(now, *at, {});
    }
    runDue(now);
}

void Session::handleDetach(MappingId id) {
    if (const auto at = table_.find(id)) {
        end(*at);
    }
}

void Session::startDeletion(TimePoint now, Index at) {
    Record& record = table_[at];
    const bool held = record.phase == Phase::held;
    const bool byNatPmp = held ? record.via == Via::natPmp : record.mayStandByNatPmp && !record.mayStandByPcp;
    leaveExchange(at);
    record.phase = Phase::leaving;
    record.recovering = false;
    record.needsAddress = false;
    record.transmissions = 0;
    record.wait = Duration::zero();
    if (!held) {
        // Not known to have been granted; whatever was, was for no longer than this from now on.
        record.granted = now;
        record.grantedSeconds = record.requestedSeconds;
    }
    if (byNatPmp || config_.speak == Speak::natPmp) {
        toNatPmp(now, at);
    } else {
        enqueue(at);
    }
}

void Session::deletionAnswered(TimePoint now, Index at, const wire::MapResponse& response) {
    const Record& record = table_[at];
    const bool copiesNothing = record.internalPort == 0 ? response.assignedAddress.isAny() : response.assignedPort == 0;
    if (!copiesNothing && (response.resultCode != wire::ResultCode::success || response.lifetimeSeconds != 0)) {
        return; // the late answer to an earlier request: a deletion suggests nothing, and an answer copies that
    }
    if (response.resultCode == wire::ResultCode::noResources) {
        released(now, at, {}); // what some gateways say when there is nothing to delete
        fallSilent(now, capped(response.lifetimeSeconds, defaultErrorLifetime(response.resultCode)));
    } else if (response.resultCode == wire::ResultCode::success) {
        released(now, at, {});
    } else {
        released(now, at, response.resultCode);
    }
}

/// Nothing is sent for this long. Whoever waits in line for a first answer is told; what is held, and what is to be
/// deleted, waits for the end.
void Session::fallSilent(TimePoint now, Duration hold) {
    silentUntil_ = now + hold;
    for (const Exchange line : {Exchange::queued, Exchange::natPmpQueued}) {
        for (const Index at : table_.snapshot(line)) {
            if (table_[at].phase == Phase::wanted) {
                refused(now, at, wire::ResultCode::noResources, hold);
            }
        }
    }
}

void Session::released(TimePoint now, Index at, std::error_code error) {
    Record& record = table_[at];
    if (!record.wantedAgain) {
        if (!record.isQuery) {
            emit(at, EventKind::released, error);
        }
        end(at);
        return;
    }
    record.wantedAgain = false;
    record.phase = Phase::wanted;
    record.mayStandByPcp = false;
    record.transmissions = 0;
    record.externalAddress = record.extras->wantedExternal.address;
    record.externalPort = record.extras->wantedExternal.port;
    idleUntil(at, std::max(now, record.holdUntil));
}

std::uint32_t Session::deletionTries(const Record& record) const {
    // The mapping behind an address query is short and ends by itself: nobody is to wait for its deletion.
    return record.isQuery ? 1 : config_.deleteTransmissions;
}

void Session::end(Index at) {
    leaveExchange(at);
    std::erase(portSets_, at);
    table_.remove(at);
    if (table_.size() == 0) {
        natPmpAddressWanted_ = false; // there is nobody left to be told
        natPmp_.abandon();
    }
}

} // namespace portolan::session
