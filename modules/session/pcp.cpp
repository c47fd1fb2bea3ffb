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

namespace {

/// How long a server that refuses our version is left alone at most (RFC 6887 §9).
constexpr Duration versionRetry = std::chrono::minutes{30};

/// How long a gateway's refusal to fix an external port counts before the port is asked for again.
constexpr Duration otherExternalHold = std::chrono::minutes{2};

std::optional<wire::Address> thirdPartyOf(const wire::Options& options) {
    for (const wire::RawOption& raw : options) {
        if (raw.code == wire::OptionCode::thirdParty && raw.data.size() == 16) {
            wire::Address address;
            std::ranges::copy(raw.data, address.octets.begin());
            return address;
        }
    }
    return std::nullopt;
}

} // namespace

void Session::handleDatagram(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    if (from != config_.server) {
        ++statistics_.foreign;
        return;
    }
    if (datagram.size() < 4) {
        undecodable({wire::Fault::tooShort, static_cast<std::uint16_t>(datagram.size())});
        return;
    }
    if (datagram[0] == wire::natPmpVersion) {
        handleNatPmp(now, datagram);
    } else {
        handlePcp(now, datagram);
    }
}

void Session::undecodable(const wire::Refusal& refusal) {
    ++statistics_.undecodable;
    statistics_.lastRefusal = refusal;
}

void Session::handlePcp(TimePoint now, wire::Bytes datagram) {
    if (const auto rejection = wire::decodeVersionRejection(datagram)) {
        handleVersionRejection(now, rejection.assume_value());
        return;
    }
    const auto header = wire::decodeResponseHeader(datagram);
    if (!header) {
        undecodable(header.error());
        return;
    }
    switch (header.assume_value().opcode) {
    case wire::Opcode::map:
        if (const auto response = wire::decodeMapResponse(datagram)) {
            handleMapResponse(now, response.assume_value());
        } else {
            undecodable(response.error());
        }
        return;
    case wire::Opcode::announce:
        if (const auto response = wire::decodeAnnounceResponse(datagram)) {
            handleAnnounce(now, response.assume_value());
        } else {
            undecodable(response.error());
        }
        return;
    default:
        ++statistics_.unattributed;
        return;
    }
}

std::optional<Session::Index> Session::attribute(const wire::MapResponse& response) const {
    RecordKey key{thirdPartyOf(response.options).value_or(wire::Address{}), response.internalPort, response.protocol,
                  response.assignedAddress.isV4()};
    auto at = table_.find(key);
    if (!at) {
        // A translator may give an external address of the other family (RFC 6887 §12.4).
        key.externalV4 = !key.externalV4;
        at = table_.find(key);
    }
    if (!at || table_[*at].nonce != response.nonce) {
        return std::nullopt;
    }
    return table_[*at].askedByPcp ? at : std::nullopt;
}

void Session::handleMapResponse(TimePoint now, const wire::MapResponse& response) {
    const auto at = attribute(response);
    if (!at) {
        ++statistics_.unattributed;
        return;
    }
    ++statistics_.attributed;
    if (!pcpEpoch_.check(now, response.epochSeconds)) {
        recover(now, Duration::zero(), at);
    }
    if (table_[*at].phase == Phase::leaving) {
        deleteAnswered(now, *at, response);
    } else if (response.resultCode == wire::ResultCode::success) {
        mapGranted(now, *at, response);
    } else {
        mapRefused(now, *at, response);
    }
}

void Session::mapGranted(TimePoint now, Index at, const wire::MapResponse& response) {
    Record& record = table_[at];
    if (response.lifetimeSeconds == 0 || (response.assignedPort == 0 && record.internalPort != 0)) {
        // The late answer to a deletion of the same mapping: what stands now must be asked again.
        if (record.phase == Phase::held && record.exchange == Exchange::idle) {
            enqueue(at);
        }
        return;
    }
    if (record.isQuery) {
        record.externalAddress = response.assignedAddress;
        emit(at, EventKind::address);
        handleRelease(now, table_.idOf(at));
        return;
    }
    const bool exactly = record.extras && record.extras->preferFailure;
    if (exactly && response.assignedPort != record.externalPort) {
        // Once may be a Mapping Update for an older mapping (RFC 6887 §13.2); twice is a gateway without the option.
        if (!record.wrongExternal) {
            record.wrongExternal = true;
            return;
        }
        refused(now, at, Errc::otherExternal, otherExternalHold);
        return;
    }
    record.wrongExternal = false;
    record.needsAddress = false;
    granted(now, at, {response.assignedAddress, response.assignedPort}, response.lifetimeSeconds, response.epochSeconds,
            Via::pcp);
}

void Session::mapRefused(TimePoint now, Index at, const wire::MapResponse& response) {
    const Duration hold =
        capped(std::chrono::seconds{response.lifetimeSeconds}, defaultErrorLifetime(response.resultCode));
    if (response.resultCode == wire::ResultCode::noResources) {
        noNewUntil_ = now + hold;
    }
    table_[at].mayStand = table_[at].phase == Phase::held;
    // An error copies the suggested address; another one there is the gateway's own, given away by some that sit
    // behind a further NAT.
    std::optional<wire::Address> gatewayExternal;
    if (!response.assignedAddress.isAny() && response.assignedAddress != table_[at].externalAddress) {
        gatewayExternal = response.assignedAddress;
    }
    refused(now, at, response.resultCode, hold, gatewayExternal);
}

void Session::deleteAnswered(TimePoint now, Index at, const wire::MapResponse& response) {
    if (response.resultCode == wire::ResultCode::success) {
        if (response.assignedPort != 0 && response.lifetimeSeconds != 0) {
            return; // the late answer to an earlier request: the deletion is still to be answered
        }
        released(at, {});
        return;
    }
    if (response.resultCode == wire::ResultCode::noResources) {
        silentUntil_ =
            now + capped(std::chrono::seconds{response.lifetimeSeconds}, defaultErrorLifetime(response.resultCode));
        released(at, {}); // what some gateways say when there is nothing to delete
        return;
    }
    released(at, response.resultCode);
}

void Session::handleAnnounce(TimePoint now, const wire::AnnounceResponse& response) {
    ++statistics_.attributed;
    if (!pcpEpoch_.check(now, response.epochSeconds)) {
        recover(now, random_.between(Duration::zero(), recoveryDelay), std::nullopt);
    }
}

void Session::handleVersionRejection(TimePoint now, const wire::VersionRejection& rejection) {
    if (natPmp_.underWay() != nullptr) {
        ++statistics_.attributed;
        natPmpNotSpoken(now);
        return;
    }
    if (awaiting_.empty()) {
        ++statistics_.unattributed;
        return;
    }
    ++statistics_.attributed;
    const Duration lifetime = std::chrono::seconds{rejection.lifetimeSeconds};
    const Duration hold = std::min(lifetime > Duration::zero() ? lifetime : versionRetry, versionRetry);
    for (const Index at : std::vector{awaiting_}) {
        if (table_[at].phase == Phase::leaving) {
            released(at, wire::ResultCode::unsuppVersion);
        } else {
            refused(now, at, Errc::versionNotSupported, hold);
        }
    }
}

} // namespace portolan::session
