// SPDX-License-Identifier: MIT
export module portolan.wire:datagram;

import portolan.std;
import :refusal;
import :codes;
import :octets;
import :header;
import :raw;
import :announce;
import :map;
import :peer;
import :nat_pmp;

export namespace portolan::wire {

/// Any message of the family, understood as far as it can be.
using Datagram = std::variant<AnnounceRequest, AnnounceResponse, MapRequest, MapResponse, PeerRequest, PeerResponse,
                              RawRequest, RawResponse, VersionRejection, NatPmpAddressRequest, NatPmpAddressResponse,
                              NatPmpMapRequest, NatPmpMapResponse, NatPmpRefusal>;

/// Reads any datagram of the family, telling PCP from NAT-PMP by the version octet and the direction by the top bit
/// of the opcode octet.
///
/// One shape is ambiguous, 12 octets of version 0, opcode 1 or 2 and result 1: a mapping request whose reserved
/// octets are not zero (to be ignored, RFC 6886 §3.3), or an old gateway's "NAT-PMP only here". It is read as the
/// request; a client that expects the answer asks `saysNatPmpOnly` first.
[[nodiscard]] constexpr result<Datagram> decode(Bytes datagram) noexcept;

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const Datagram& message, Room room) noexcept {
    return std::visit([room](const auto& known) noexcept { return encode(known, room); }, message);
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
        return widen(decodeRawRequest(datagram));
    }
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
        return widen(decodeRawResponse(datagram));
    }
}

constexpr result<Datagram> decodeNatPmpRequest(Bytes datagram) noexcept {
    const bool isMapping = datagram[1] == 1 || datagram[1] == 2;
    if (saysNatPmpOnly(datagram) && !(isMapping && datagram.size() == natPmpMapRequestSize)) {
        return widen(decodeNatPmpRefusal(datagram));
    }
    if (isMapping) {
        return widen(decodeNatPmpMapRequest(datagram));
    }
    if (datagram[1] != 0) {
        return Refusal{Fault::wrongOpcode, 1};
    }
    return widen(decodeNatPmpAddressRequest(datagram));
}

/// Whether a NAT-PMP response has no body of its own: any opcode but the three known, "unsupported version" of any
/// length, and "unsupported opcode" of a length that its opcode does not have.
constexpr bool isNatPmpRefusal(Bytes datagram) noexcept {
    if (datagram[1] > 0x82 || saysNatPmpOnly(datagram)) {
        return true;
    }
    const std::size_t ownSize = datagram[1] == 0x80 ? natPmpAddressResponseSize : natPmpMapResponseSize;
    return datagram.size() >= 4 && datagram.size() != ownSize &&
           load16(datagram.data() + 2) == static_cast<std::uint16_t>(NatPmpResult::unsupportedOpcode);
}

constexpr result<Datagram> decodeNatPmpResponse(Bytes datagram) noexcept {
    if (isNatPmpRefusal(datagram)) {
        return widen(decodeNatPmpRefusal(datagram));
    }
    return datagram[1] == 0x80 ? widen(decodeNatPmpAddressResponse(datagram))
                               : widen(decodeNatPmpMapResponse(datagram));
}

constexpr result<Datagram> decode(Bytes datagram) noexcept {
    if (datagram.size() < 2) {
        return Refusal{Fault::tooShort, static_cast<std::uint16_t>(datagram.size())};
    }
    const bool response = (datagram[1] & 0x80) != 0;
    if (datagram[0] == natPmpVersion) {
        return response ? decodeNatPmpResponse(datagram) : decodeNatPmpRequest(datagram);
    }
    return response ? decodePcpResponse(datagram) : decodePcpRequest(datagram);
}

} // namespace portolan::wire
