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

/// Octets of the options, each with its header and padding.
constexpr std::size_t thirdPartyOctets = 20;
constexpr std::size_t emptyOctets = 4;
constexpr std::size_t filterOctets = 24;
constexpr std::size_t prefix64Octets = 20;
constexpr std::size_t portSetOctets = 12;

std::size_t optionOctets(std::size_t data) {
    return 4 + (data + 3) / 4 * 4;
}

/// The size of a port set that takes whatever there is (RFC 7753 §4.1).
constexpr std::uint32_t asManyAsThereAre = 0xffff;

/// Whether request and response fit 1100 octets, also in a renewal, which has one more FILTER to flush those that
/// stand (RFC 6887 §7.3, §13.3).
template <class Wanted>
bool optionsFit(const Wanted& request) {
    std::size_t octets = request.filters.empty() ? 0 : filterOctets * (request.filters.size() + 1);
    octets += request.thirdParty ? thirdPartyOctets : 0;
    octets += request.thirdPartyId.empty() ? 0 : optionOctets(request.thirdPartyId.size());
    octets += request.preferFailure ? emptyOctets : 0;
    octets += request.wishes.description ? optionOctets(request.wishes.description->size()) : 0;
    octets += request.wishes.portSet ? portSetOctets : 0;
    octets += request.wishes.prefix64 ? prefix64Octets : 0;
    octets += request.wishes.checkpoint ? emptyOctets : 0;
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

/// What a set of ports cannot be (RFC 7753 §4, §4.1).
std::string_view faultOfPortSet(const MappingRequest& request) {
    const std::uint32_t size = request.wishes.portSet->size;
    if (size == 0) {
        return "a port set has one port at least";
    }
    if (request.internalPort == 0 || (size != asManyAsThereAre && request.internalPort + size - 1 > 0xffff)) {
        return "a port set begins at an internal port and ends at 65535 or before";
    }
    return request.preferFailure ? "a port set does not go with PREFER_FAILURE" : std::string_view{};
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
    return request.wishes.portSet ? faultOfPortSet(request) : std::string_view{};
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
    if (request.wishes.portSet || request.wishes.prefix64) {
        return "an outbound mapping has neither PORT_SET nor PREFIX64";
    }
    return {};
}

/// What cannot be written into an option (RFC 7220 §2, RFC 7843 §4, §5.1).
std::string_view faultOfOptions(const MappingRequest& request) {
    if (request.wishes.description) {
        if (const std::string_view fault = faultOf(*request.wishes.description); !fault.empty()) {
            return fault;
        }
    }
    if (!request.thirdPartyId.empty() && !request.thirdParty) {
        return "the name of a third party needs its address";
    }
    return request.thirdPartyId.size() > wire::longestText ? "the name of a third party has at most 1016 octets"
                                                           : std::string_view{};
}

} // namespace

bool fits(const Extras& extras) {
    return optionsFit(extras);
}

bool hasExtras(const MappingRequest& request) {
    return needsPcp(request) || request.wishes.any();
}

std::string_view faultOf(std::string_view description) {
    if (description.size() > wire::longestText) {
        return "a description has at most 1016 octets";
    }
    const bool sound =
        wire::isUtf8(wire::Description::of(description).text) && description.find('\0') == std::string_view::npos;
    return sound ? std::string_view{} : "a description is text in UTF-8, without NUL";
}

bool isBeyondNatPmp(const MappingRequest& request) {
    const bool simple = request.protocol == wire::Protocol::tcp || request.protocol == wire::Protocol::udp;
    return needsPcp(request) || !simple || request.internalPort == 0 || !request.suggestedAddress.isV4();
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
    if (const auto fault = faultOfOptions(request); !fault.empty()) {
        return fault;
    }
    return optionsFit(request) ? std::string_view{} : "a request has at most 1100 octets, options included";
}

} // namespace portolan::session
