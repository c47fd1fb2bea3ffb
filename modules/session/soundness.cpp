// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

module portolan.session;

import :soundness;

namespace portolan::session {

namespace {

/// Octets of the options, each with its header.
constexpr std::size_t thirdPartyOctets = 20;
constexpr std::size_t preferFailureOctets = 4;
constexpr std::size_t filterOctets = 24;

/// Whether request and response fit 1100 octets, also in a renewal, which has one more FILTER to flush those that
/// stand (RFC 6887 §7.3, §13.3).
bool optionsFit(const MappingRequest& request) {
    std::size_t octets = request.filters.empty() ? 0 : filterOctets * (request.filters.size() + 1);
    octets += request.thirdParty ? thirdPartyOctets : 0;
    octets += request.preferFailure ? preferFailureOctets : 0;
    return (request.remote ? wire::peerSize : wire::mapSize) + octets <= wire::maxMessageSize;
}

/// Whether the filter says something about peers of the internal address (RFC 6887 §13.3, errata 3891).
bool isSound(const wire::Filter& filter, const wire::Address& internal) {
    const int shortest = filter.remoteAddress.isV4() ? 97 : 1;
    return filter.remoteAddress.isV4() == internal.isV4() && filter.prefixLength >= shortest &&
           filter.prefixLength <= 128;
}

/// Whether the protocol has ports as TCP has them; of any other, all is mapped or nothing (RFC 6887 §11.1).
bool hasPorts(wire::Protocol protocol) {
    switch (protocol) {
    case wire::Protocol::tcp:
    case wire::Protocol::udp:
    case wire::Protocol::dccp:
    case wire::Protocol::sctp:
    case wire::Protocol::udplite:
        return true;
    default:
        return false;
    }
}

/// What an inbound mapping cannot be (RFC 6887 §11.1, §13.2, §13.3).
std::string_view faultOfMap(const MappingRequest& request, const wire::Address& internal) {
    if (request.internalPort == 0 && request.suggestedPort != 0) {
        return "all ports cannot be mapped to one external port";
    }
    if (request.preferFailure && request.suggestedPort == 0) {
        return "PREFER_FAILURE needs a suggested port";
    }
    if (!std::ranges::all_of(request.filters, [&](const wire::Filter& filter) { return isSound(filter, internal); })) {
        return "a filter has a prefix of the internal address's family, of one bit at least";
    }
    return {};
}

/// What an outbound mapping cannot be: a PEER has no wildcards, and not all options (RFC 6887 §12.1, §13.2, §13.3).
std::string_view faultOfPeer(const MappingRequest& request, const wire::Address& internal) {
    if (request.internalPort == 0) {
        return "an outbound mapping is of one protocol and one internal port";
    }
    if (request.remote->port == 0 || request.remote->address.isAny()) {
        return "an outbound mapping needs the remote peer's address and port";
    }
    if (request.remote->address.isV4() != internal.isV4()) {
        return "the remote peer and the internal address are of different families";
    }
    if (request.preferFailure || !request.filters.empty()) {
        return "an outbound mapping has neither PREFER_FAILURE nor FILTER";
    }
    return {};
}

} // namespace

bool hasExtras(const MappingRequest& request) {
    return request.remote || request.thirdParty || request.preferFailure || !request.filters.empty();
}

bool isBeyondNatPmp(const MappingRequest& request) {
    const bool simple = request.protocol == wire::Protocol::tcp || request.protocol == wire::Protocol::udp;
    return hasExtras(request) || !simple || request.internalPort == 0 || !request.suggestedAddress.isV4();
}

std::string_view faultOf(const MappingRequest& request, const wire::Address& clientAddress) {
    const wire::Address internal = request.thirdParty.value_or(clientAddress);
    if (request.lifetime.count() <= 0 || request.lifetime.count() > 0xffffffff) {
        return "a lifetime is of 1 s to 4294967295 s";
    }
    if (request.internalPort != 0 && !hasPorts(request.protocol)) {
        return "only tcp, udp, sctp, dccp and udplite have ports; of any other protocol, all is mapped or nothing";
    }
    if (request.thirdParty && (internal == clientAddress || internal.isAny())) {
        return "a third party is another host";
    }
    if (const auto fault = request.remote ? faultOfPeer(request, internal) : faultOfMap(request, internal);
        !fault.empty()) {
        return fault;
    }
    return optionsFit(request) ? std::string_view{} : "a request has at most 1100 octets, options included";
}

} // namespace portolan::session
