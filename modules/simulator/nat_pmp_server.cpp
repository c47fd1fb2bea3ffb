// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

module portolan.simulator;

import :state;
import :pcp_map;
import :nat_pmp_server;

namespace portolan::simulator {

using std::chrono::seconds;
using wire::NatPmpMapRequest;
using wire::NatPmpMapResponse;
using wire::NatPmpResult;
using wire::Protocol;
using wire::ResultCode;

namespace {

constexpr std::uint8_t responseBit = 0x80; // RFC 6886 §3.5: opcodes from 128 on are responses

template <class Message>
Answer encoded(const Message& message) {
    std::array<std::uint8_t, wire::natPmpMapResponseSize> room{};
    const std::size_t size = encode(message, room).value();
    return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

/// The NAT-PMP code nearest to a PCP one; the two are numbered differently (RFC 6886 §3.5).
NatPmpResult toNatPmp(ResultCode code) noexcept {
    switch (code) {
    case ResultCode::success:
        return NatPmpResult::success;
    case ResultCode::networkFailure:
        return NatPmpResult::networkFailure;
    case ResultCode::noResources:
    case ResultCode::userExQuota:
        return NatPmpResult::outOfResources;
    default:
        return NatPmpResult::notAuthorized;
    }
}

} // namespace

Answer NatPmpServer::answer(TimePoint now, const Endpoint& from, wire::Bytes request) {
    if (request[1] >= responseBit || !from.address.isV4()) {
        return {};
    }
    if (wire::decodeNatPmpAddressRequest(request)) {
        return externalAddress(now, from.address);
    }
    if (const auto mapping = wire::decodeNatPmpMapRequest(request)) {
        return map(now, from, mapping.assume_value());
    }
    const bool known = request[1] <= 2; // of a length no such request has
    return known ? Answer{}
                 : refuse(now, request, static_cast<std::uint8_t>(responseBit | request[1]),
                          NatPmpResult::unsupportedOpcode);
}

Answer NatPmpServer::rejectVersion(TimePoint now, wire::Bytes request) const {
    std::uint8_t opcode = responseBit;
    if (state_.config.natPmp.versionReply == VersionReply::printed) {
        opcode = 0;
    } else if (state_.config.natPmp.versionReply == VersionReply::echoedOpcode) {
        opcode = static_cast<std::uint8_t>(responseBit | request[1]);
    }
    return encoded(wire::NatPmpRefusal{opcode, NatPmpResult::unsupportedVersion, state_.epoch(now)});
}

Answer NatPmpServer::malformedPcp(TimePoint now, wire::Bytes request) const {
    Answer answer = refuse(now, request, responseBit, NatPmpResult::networkFailure);
    answer.resize(std::max<std::size_t>(answer.size(), wire::headerSize));
    return answer;
}

// RFC 6886 §3.5: the whole request comes back; every answer has at least its result and the epoch.
Answer NatPmpServer::refuse(TimePoint now, wire::Bytes request, std::uint8_t opcode, NatPmpResult result) const {
    const Answer head = encoded(wire::NatPmpRefusal{opcode, result, state_.epoch(now)});
    Answer answer(std::max(request.size(), head.size()));
    std::ranges::copy(request, answer.begin());
    std::ranges::copy(head, answer.begin());
    return answer;
}

Answer NatPmpServer::externalAddress(TimePoint now, const wire::Address& host) const {
    wire::NatPmpAddressResponse response{.epochSeconds = state_.epoch(now)};
    const auto address = state_.ports.addressFor(host, true);
    if (state_.wanProblem(host, true) || !address) {
        response.resultCode = NatPmpResult::networkFailure;
    } else {
        response.externalAddress = state_.reported({*address, 0}).address;
    }
    return encoded(response);
}

Answer NatPmpServer::map(TimePoint now, const Endpoint& from, const NatPmpMapRequest& request) {
    NatPmpMapResponse response{
        .protocol = request.protocol, .epochSeconds = state_.epoch(now), .internalPort = request.internalPort};
    if (request.lifetimeSeconds == 0) {
        response.resultCode = remove(now, from, request);
        return encoded(response);
    }
    const auto granted = establish(now, from, request);
    if (!granted) {
        const bool privateWan =
            granted.assume_error().code == ResultCode::noResources && state_.wanProblem(from.address, true).has_value();
        response.resultCode = privateWan ? NatPmpResult::networkFailure : toNatPmp(granted.assume_error().code);
        return encoded(response);
    }
    response.assignedPort = state_.reported({{}, granted.assume_value().assignedPort}).port;
    response.lifetimeSeconds = granted.assume_value().lifetimeSeconds;
    return encoded(response);
}

Granted<NatPmpMapResponse> NatPmpServer::establish(TimePoint now, const Endpoint& from,
                                                   const NatPmpMapRequest& request) {
    const Endpoint internal{from.address, request.internalPort};
    if (const auto problem = state_.wanProblem(from.address, true)) {
        return *problem;
    }
    const bool portZero = state_.config.quirks.refusesPortZero && request.suggestedPort == 0;
    if (state_.config.quirks.refusesMappings || request.internalPort == 0 || portZero ||
        !state_.mapsProtocol(request.protocol)) {
        return Denial{ResultCode::notAuthorized};
    }
    Mapping* row = state_.inbound(request.protocol, internal, true);
    if (row == nullptr) {
        const auto created = create(now, from, request);
        if (!created) {
            return created.assume_error();
        }
        row = created.assume_value();
    } else if (row->kind == Kind::map) {
        // a mapping that PCP made keeps at least the life PCP gave it
        const TimePoint earliest = row->natPmp ? TimePoint{0} : row->expiry;
        state_.renew(now, *row, std::max<TimePoint>(earliest, now + lifetime(request)));
    }
    return NatPmpMapResponse{.assignedPort = row->externalAt(request.internalPort).port,
                             .lifetimeSeconds = std::min(toWireSeconds(row->remaining(now)), request.lifetimeSeconds)};
}

// RFC 6886 §3.3: never more than was asked for
seconds NatPmpServer::lifetime(const NatPmpMapRequest& request) const noexcept {
    return std::min(seconds{request.lifetimeSeconds}, state_.config.lifetimes.maximum);
}

Granted<Mapping*> NatPmpServer::create(TimePoint now, const Endpoint& from, const NatPmpMapRequest& request) {
    if (const auto problem = state_.quotaProblem(from.address)) {
        return *problem;
    }
    const Wish wish{.protocol = request.protocol,
                    .internal = {from.address, request.internalPort},
                    .suggested = {wire::Address::anyV4(), request.suggestedPort},
                    .natPmp = true};
    const Mapping* twin = state_.outbound(request.protocol, wish.internal, true);
    const auto external = twin != nullptr ? std::optional{twin->external} : state_.ports.choose(now, wish);
    if (!external) {
        return Denial{ResultCode::noResources};
    }
    return &state_.add({.protocol = request.protocol,
                        .internal = wish.internal,
                        .external = *external,
                        .expiry = now + lifetime(request),
                        .natPmp = true,
                        .client = from,
                        .refreshed = now});
}

NatPmpResult NatPmpServer::remove(TimePoint now, const Endpoint& from, const NatPmpMapRequest& request) {
    if (request.internalPort == 0) {
        return removeAll(now, from.address, request.protocol);
    }
    const Mapping* row = state_.inbound(request.protocol, {from.address, request.internalPort}, true);
    if (row == nullptr) {
        return NatPmpResult::success; // RFC 6886 §3.4
    }
    if (!row->natPmp) {
        return NatPmpResult::notAuthorized; // fixed, or guarded by the nonce of PCP
    }
    state_.remove(now, *row, Change::deleted);
    return NatPmpResult::success;
}

NatPmpResult NatPmpServer::removeAll(TimePoint now, const wire::Address& host, Protocol protocol) {
    std::vector<MappingId> removable;
    auto result = NatPmpResult::success;
    for (const auto& [id, row] : state_.table.rows()) {
        if (row.internal.address != host || row.protocol != protocol || !row.isInbound()) {
            continue;
        }
        if (row.natPmp) {
            removable.push_back(id);
        } else {
            result = NatPmpResult::notAuthorized; // RFC 6886 §3.4: as many as possible, but not a success
        }
    }
    for (const MappingId id : removable) {
        state_.remove(now, *state_.table.find(id), Change::deleted);
    }
    return result;
}

} // namespace portolan::simulator
