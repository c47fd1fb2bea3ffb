// SPDX-License-Identifier: MIT
module;

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

export module portolan.wire:datagram;

import :refusal;
import :address;
import :codes;
import :octets;
import :option;
import :header;
import :announce;
import :map;
import :peer;
import :nat_pmp;
import :mapping_body;

export namespace portolan::wire {

/// A PCP request of an opcode without a type of its own: the header and the rest as it came.
struct RawRequest {
    RequestHeader header;
    Bytes body; ///< from octet 24 on
};

/// A PCP response of an opcode without a type of its own: the header and the rest as it came.
struct RawResponse {
    ResponseHeader header;
    Bytes body; ///< from octet 24 on
};

/// UNSUPP_VERSION of a server that speaks PCP (RFC 6887 §9), which may be as short as 4 octets.
struct VersionRejection {
    std::uint8_t version = pcpVersion; ///< the closest version the server has
    Opcode opcode{};
    std::uint32_t lifetimeSeconds = 0; ///< 0 where the answer is too short to have it
    std::uint32_t epochSeconds = 0;    ///< likewise
};

/// Any message of the family, understood as far as it can be.
using Datagram = std::variant<AnnounceRequest, AnnounceResponse, MapRequest, MapResponse, PeerRequest, PeerResponse,
                              RawRequest, RawResponse, VersionRejection, NatPmpAddressRequest, NatPmpAddressResponse,
                              NatPmpMapRequest, NatPmpMapResponse, NatPmpRefusal>;

/// Reads any datagram of the family, telling PCP from NAT-PMP by the version octet and the direction by the top bit
/// of the opcode octet.
[[nodiscard]] constexpr result<Datagram> decode(Bytes datagram) noexcept;

/// Writes the message and returns its size in octets. A body that is not a multiple of 4 is padded with zeros.
[[nodiscard]] constexpr result<std::size_t> encode(const RawRequest& message, Room room) noexcept {
    const std::size_t padded = roundUpToFour(message.body.size());
    const auto size = encodedSize(headerSize + padded - message.body.size(), message.body, room);
    if (size) {
        store(room.data(), message.header);
        storeOctets(room.data() + headerSize, message.body);
        storeZeros(room.data() + headerSize + message.body.size(), padded - message.body.size());
    }
    return size;
}

/// Writes the message and returns its size in octets. A body that is not a multiple of 4 is padded with zeros.
[[nodiscard]] constexpr result<std::size_t> encode(const RawResponse& message, Room room) noexcept {
    const std::size_t padded = roundUpToFour(message.body.size());
    const auto size = encodedSize(headerSize + padded - message.body.size(), message.body, room);
    if (size) {
        store(room.data(), message.header);
        storeOctets(room.data() + headerSize, message.body);
        storeZeros(room.data() + headerSize + message.body.size(), padded - message.body.size());
    }
    return size;
}

/// Reads "unsupported version" of a server with a version other than 0, at least 4 octets.
[[nodiscard]] constexpr result<VersionRejection> decodeVersionRejection(Bytes datagram) noexcept {
    if (datagram.size() < 4) {
        return Refusal{Fault::tooShort, static_cast<std::uint16_t>(datagram.size())};
    }
    const std::uint8_t* at = datagram.data();
    if ((at[1] & 0x80) == 0) {
        return Refusal{Fault::wrongDirection, 1};
    }
    if (at[0] == natPmpVersion || at[3] != static_cast<std::uint8_t>(ResultCode::unsuppVersion)) {
        return Refusal{Fault::unsupportedVersion, 0};
    }
    return VersionRejection{at[0], static_cast<Opcode>(at[1] & 0x7f), datagram.size() >= 8 ? load32(at + 4) : 0,
                            datagram.size() >= 12 ? load32(at + 8) : 0};
}

} // namespace portolan::wire

namespace portolan::wire {

/// A decoded message of one type as one of any type.
template <class Message>
constexpr result<Datagram> widen(const result<Message>& decoded) noexcept {
    if (!decoded) {
        return decoded.error();
    }
    return Datagram{decoded.assume_value()};
}

constexpr result<Datagram> decodePcpRequest(Bytes datagram) noexcept {
    switch (static_cast<Opcode>(datagram[1])) {
    case Opcode::announce:
        return widen(decodeAnnounceRequest(datagram));
    case Opcode::map:
        return widen(decodeMapRequest(datagram));
    case Opcode::peer:
        return widen(decodePeerRequest(datagram));
    default:
        break;
    }
    const auto header = decodeRequestHeader(datagram);
    if (!header) {
        return header.error();
    }
    return Datagram{RawRequest{header.assume_value(), datagram.subspan(headerSize)}};
}

constexpr result<Datagram> decodePcpResponse(Bytes datagram) noexcept {
    if (const auto rejection = decodeVersionRejection(datagram)) {
        return Datagram{rejection.assume_value()};
    }
    switch (static_cast<Opcode>(datagram[1] & 0x7f)) {
    case Opcode::announce:
        return widen(decodeAnnounceResponse(datagram));
    case Opcode::map:
        return widen(decodeMapResponse(datagram));
    case Opcode::peer:
        return widen(decodePeerResponse(datagram));
    default:
        break;
    }
    const auto header = decodeResponseHeader(datagram);
    if (!header) {
        return header.error();
    }
    return Datagram{RawResponse{header.assume_value(), datagram.subspan(headerSize)}};
}

constexpr result<Datagram> decodeNatPmp(Bytes datagram) noexcept {
    if (saysNatPmpOnly(datagram)) {
        return widen(decodeNatPmpRefusal(datagram));
    }
    switch (datagram[1]) {
    case 0:
        return widen(decodeNatPmpAddressRequest(datagram));
    case 1:
    case 2:
        return widen(decodeNatPmpMapRequest(datagram));
    case 0x80:
        return widen(decodeNatPmpAddressResponse(datagram));
    case 0x81:
    case 0x82:
        return widen(decodeNatPmpMapResponse(datagram));
    default:
        break;
    }
    if ((datagram[1] & 0x80) == 0) {
        return Refusal{Fault::wrongOpcode, 1};
    }
    return widen(decodeNatPmpRefusal(datagram));
}

constexpr result<Datagram> decode(Bytes datagram) noexcept {
    if (datagram.size() < 2) {
        return Refusal{Fault::tooShort, static_cast<std::uint16_t>(datagram.size())};
    }
    if (datagram[0] == natPmpVersion) {
        return decodeNatPmp(datagram);
    }
    return (datagram[1] & 0x80) == 0 ? decodePcpRequest(datagram) : decodePcpResponse(datagram);
}

} // namespace portolan::wire
