// SPDX-License-Identifier: MIT
// Checks of requests before they are sent. `encode` writes any message, so that a gateway can be tested with wrong
// ones; a client asks `check` first.
export module portolan.wire:rules;

import portolan.std;
import :refusal;
import :address;
import :codes;
import :option;
import :options;
import :header;
import :raw;
import :announce;
import :map;
import :peer;
import :nat_pmp;
import :rule;
import :option_rules;

namespace portolan::wire {

/// Session ID and Sequence Number, behind which the options of AUTHENTICATION stand (RFC 7652 §5.1).
inline constexpr std::size_t authenticationBodySize = 8;

constexpr std::optional<Breach> checkSize(std::size_t fixedSize, Bytes options) noexcept {
    if (fixedSize + options.size() > maxMessageSize) {
        return Breach{Rule::fitsMessage, "options", maxMessageSize};
    }
    return std::nullopt;
}

template <class Request>
constexpr std::optional<Breach> checkMappingOptions(const Request& request, Opcode opcode,
                                                    std::size_t fixedSize) noexcept {
    if (const auto breach = checkSize(fixedSize, request.options.octets())) {
        return breach;
    }
    const RequestFacts facts{opcode, request.lifetimeSeconds, request.clientAddress, request.internalPort,
                             request.suggestedPort};
    return checkOptions(request.options, facts, fixedSize);
}

} // namespace portolan::wire

export namespace portolan::wire {

/// The first rule that the request breaks, if any.
[[nodiscard]] constexpr std::optional<Breach> check(const MapRequest& request) noexcept {
    if (request.protocol == Protocol::all && request.internalPort != 0) {
        return Breach{Rule::allProtocolsMeansAllPorts, "internal_port", 40};
    }
    if (request.lifetimeSeconds == 0 && request.suggestedPort != 0) {
        return Breach{Rule::deletionSuggestsNothing, "suggested_external_port", 42};
    }
    if (request.lifetimeSeconds == 0 && !request.suggestedAddress.isAny()) {
        return Breach{Rule::deletionSuggestsNothing, "suggested_external_ip_address", 44};
    }
    return checkMappingOptions(request, Opcode::map, mapSize);
}

/// The first rule that the request breaks, if any.
[[nodiscard]] constexpr std::optional<Breach> check(const PeerRequest& request) noexcept {
    if (request.lifetimeSeconds == 0) {
        return Breach{Rule::peerCannotDelete, "requested_lifetime", 4};
    }
    if (request.protocol == Protocol::all) {
        return Breach{Rule::peerNeedsProtocol, "protocol", 36};
    }
    if (request.internalPort == 0) {
        return Breach{Rule::peerNeedsInternalPort, "internal_port", 40};
    }
    if (request.remotePort == 0) {
        return Breach{Rule::peerNeedsRemotePort, "remote_peer_port", 60};
    }
    return checkMappingOptions(request, Opcode::peer, peerSize);
}

/// The first rule that the request breaks, if any.
[[nodiscard]] constexpr std::optional<Breach> check(const AnnounceRequest& request) noexcept {
    if (const auto breach = checkSize(headerSize, request.options.octets())) {
        return breach;
    }
    return checkOptions(request.options, {.opcode = Opcode::announce, .clientAddress = request.clientAddress},
                        headerSize);
}

/// The first rule that the request breaks, if any: of AUTHENTICATION the size and the options (RFC 7652 §5), of any
/// other opcode only the size.
[[nodiscard]] constexpr std::optional<Breach> check(const RawRequest& request) noexcept {
    if (const auto breach = checkSize(headerSize, request.body)) {
        return breach;
    }
    if (request.header.opcode != Opcode::authentication || request.body.size() < authenticationBodySize) {
        return std::nullopt;
    }
    const Options options = Options::readable(request.body.subspan(authenticationBodySize));
    return checkOptions(options, {.opcode = Opcode::authentication}, headerSize + authenticationBodySize);
}

/// The first rule that the request breaks, if any.
[[nodiscard]] constexpr std::optional<Breach> check(const NatPmpMapRequest& request) noexcept {
    if (request.protocol != Protocol::tcp && request.protocol != Protocol::udp) {
        return Breach{Rule::natPmpMapsTcpOrUdp, "opcode", 1};
    }
    if (request.lifetimeSeconds == 0 && request.suggestedPort != 0) {
        return Breach{Rule::deletionSuggestsNothing, "suggested_external_port", 6};
    }
    return std::nullopt;
}

} // namespace portolan::wire
