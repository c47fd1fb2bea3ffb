// SPDX-License-Identifier: MIT
export module portolan.wire:nat_pmp;

import portolan.std;
import :refusal;
import :address;
import :codes;
import :octets;

export namespace portolan::wire {

/// NAT-PMP external address request, two octets (RFC 6886 §3.2).
struct NatPmpAddressRequest {
    friend constexpr bool operator==(NatPmpAddressRequest, NatPmpAddressRequest) noexcept = default;
};

/// NAT-PMP external address response, also sent as an announcement (RFC 6886 §3.2, §3.2.1).
struct NatPmpAddressResponse {
    NatPmpResult resultCode = NatPmpResult::success;
    std::uint32_t epochSeconds = 0;             ///< seconds since the gateway's mapping table was initialised
    Address externalAddress = Address::anyV4(); ///< IPv4; means nothing unless the result is success

    friend constexpr bool operator==(const NatPmpAddressResponse&, const NatPmpAddressResponse&) noexcept = default;
};

/// NAT-PMP mapping request, opcode 1 for UDP and 2 for TCP (RFC 6886 §3.3).
struct NatPmpMapRequest {
    Protocol protocol = Protocol::udp; ///< udp or tcp
    std::uint16_t internalPort = 0;
    std::uint16_t suggestedPort = 0;
    std::uint32_t lifetimeSeconds = 0; ///< 0 deletes

    friend constexpr bool operator==(const NatPmpMapRequest&, const NatPmpMapRequest&) noexcept = default;
};

/// NAT-PMP mapping response (RFC 6886 §3.3).
struct NatPmpMapResponse {
    Protocol protocol = Protocol::udp; ///< udp or tcp
    NatPmpResult resultCode = NatPmpResult::success;
    std::uint32_t epochSeconds = 0;
    std::uint16_t internalPort = 0;
    std::uint16_t assignedPort = 0;
    std::uint32_t lifetimeSeconds = 0;

    friend constexpr bool operator==(const NatPmpMapResponse&, const NatPmpMapResponse&) noexcept = default;
};

/// An answer of a NAT-PMP gateway that has no body of its own: "unsupported version", in every shape that gateways
/// send it (RFC 6886 §3.5, errata 3618), and "unsupported opcode".
struct NatPmpRefusal {
    std::uint8_t opcode = 128; ///< the opcode octet as it stands: 128, 0, or 128 + the request's opcode
    NatPmpResult resultCode = NatPmpResult::unsupportedVersion;
    std::uint32_t epochSeconds = 0; ///< 0 where the answer is too short to have it

    friend constexpr bool operator==(const NatPmpRefusal&, const NatPmpRefusal&) noexcept = default;
};

/// Whether this answer to a PCP request says "NAT-PMP only here": version 0 and result 1, whatever the second octet
/// and the length, which is at least 4 (RFC 6886 §3.5).
[[nodiscard]] constexpr bool saysNatPmpOnly(Bytes datagram) noexcept {
    return datagram.size() >= 4 && datagram[0] == natPmpVersion &&
           load16(datagram.data() + 2) == static_cast<std::uint16_t>(NatPmpResult::unsupportedVersion);
}

inline constexpr std::size_t natPmpAddressRequestSize = 2;
inline constexpr std::size_t natPmpAddressResponseSize = 12;
inline constexpr std::size_t natPmpMapRequestSize = 12;
inline constexpr std::size_t natPmpMapResponseSize = 16;
inline constexpr std::size_t natPmpRefusalSize = 8;

} // namespace portolan::wire

namespace portolan::wire {

constexpr std::uint8_t natPmpOpcode(Protocol protocol) noexcept {
    return protocol == Protocol::tcp ? 2 : 1;
}

/// Checks version, direction bit and exact size of a NAT-PMP message; an opcode check is the caller's.
constexpr result<void> checkNatPmp(Bytes datagram, std::size_t size, bool response) noexcept {
    const auto here = static_cast<std::uint16_t>(datagram.size());
    if (datagram.size() < 2) {
        return Refusal{Fault::tooShort, here};
    }
    if (datagram[0] != natPmpVersion) {
        return Refusal{Fault::unsupportedVersion, 0};
    }
    if (((datagram[1] & 0x80) != 0) != response) {
        return Refusal{Fault::wrongDirection, 1};
    }
    if (datagram.size() < size) {
        return Refusal{Fault::tooShort, here};
    }
    if (datagram.size() > size) {
        return Refusal{Fault::tooLong, static_cast<std::uint16_t>(size)};
    }
    return boost::outcome_v2::success();
}

} // namespace portolan::wire

export namespace portolan::wire {

[[nodiscard]] constexpr result<NatPmpAddressRequest> decodeNatPmpAddressRequest(Bytes datagram) noexcept {
    const auto sound = checkNatPmp(datagram, natPmpAddressRequestSize, false);
    if (!sound) {
        return sound.error();
    }
    if (datagram[1] != 0) {
        return Refusal{Fault::wrongOpcode, 1};
    }
    return NatPmpAddressRequest{};
}

[[nodiscard]] constexpr result<NatPmpAddressResponse> decodeNatPmpAddressResponse(Bytes datagram) noexcept {
    const auto sound = checkNatPmp(datagram, natPmpAddressResponseSize, true);
    if (!sound) {
        return sound.error();
    }
    const std::uint8_t* at = datagram.data();
    if (at[1] != 0x80) {
        return Refusal{Fault::wrongOpcode, 1};
    }
    return NatPmpAddressResponse{static_cast<NatPmpResult>(load16(at + 2)), load32(at + 4),
                                 Address::v4(loadArray<4>(at + 8))};
}

[[nodiscard]] constexpr result<NatPmpMapRequest> decodeNatPmpMapRequest(Bytes datagram) noexcept {
    const auto sound = checkNatPmp(datagram, natPmpMapRequestSize, false);
    if (!sound) {
        return sound.error();
    }
    const std::uint8_t* at = datagram.data();
    if (at[1] != 1 && at[1] != 2) {
        return Refusal{Fault::wrongOpcode, 1};
    }
    return NatPmpMapRequest{at[1] == 2 ? Protocol::tcp : Protocol::udp, load16(at + 4), load16(at + 6), load32(at + 8)};
}

[[nodiscard]] constexpr result<NatPmpMapResponse> decodeNatPmpMapResponse(Bytes datagram) noexcept {
    const auto sound = checkNatPmp(datagram, natPmpMapResponseSize, true);
    if (!sound) {
        return sound.error();
    }
    const std::uint8_t* at = datagram.data();
    if (at[1] != 0x81 && at[1] != 0x82) {
        return Refusal{Fault::wrongOpcode, 1};
    }
    return NatPmpMapResponse{at[1] == 0x82 ? Protocol::tcp : Protocol::udp,
                             static_cast<NatPmpResult>(load16(at + 2)),
                             load32(at + 4),
                             load16(at + 8),
                             load16(at + 10),
                             load32(at + 12)};
}

/// Reads "unsupported version" in any shape, at least 4 octets.
[[nodiscard]] constexpr result<NatPmpRefusal> decodeNatPmpRefusal(Bytes datagram) noexcept {
    if (datagram.size() < 4) {
        return Refusal{Fault::tooShort, static_cast<std::uint16_t>(datagram.size())};
    }
    const std::uint8_t* at = datagram.data();
    if (at[0] != natPmpVersion) {
        return Refusal{Fault::unsupportedVersion, 0};
    }
    return NatPmpRefusal{at[1], static_cast<NatPmpResult>(load16(at + 2)),
                         datagram.size() >= natPmpRefusalSize ? load32(at + 4) : 0};
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(NatPmpAddressRequest /*message*/, Room room) noexcept {
    if (room.size() < natPmpAddressRequestSize) {
        return Refusal{Fault::noRoom, static_cast<std::uint16_t>(room.size())};
    }
    store16(room.data(), 0);
    return natPmpAddressRequestSize;
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const NatPmpAddressResponse& message, Room room) noexcept {
    if (room.size() < natPmpAddressResponseSize) {
        return Refusal{Fault::noRoom, static_cast<std::uint16_t>(room.size())};
    }
    std::uint8_t* at = room.data();
    store16(at, 0x80);
    store16(at + 2, static_cast<std::uint16_t>(message.resultCode));
    store32(at + 4, message.epochSeconds);
    storeArray(at + 8, message.externalAddress.v4Octets());
    return natPmpAddressResponseSize;
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const NatPmpMapRequest& message, Room room) noexcept {
    if (room.size() < natPmpMapRequestSize) {
        return Refusal{Fault::noRoom, static_cast<std::uint16_t>(room.size())};
    }
    std::uint8_t* at = room.data();
    store16(at, natPmpOpcode(message.protocol));
    store16(at + 2, 0);
    store16(at + 4, message.internalPort);
    store16(at + 6, message.suggestedPort);
    store32(at + 8, message.lifetimeSeconds);
    return natPmpMapRequestSize;
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const NatPmpMapResponse& message, Room room) noexcept {
    if (room.size() < natPmpMapResponseSize) {
        return Refusal{Fault::noRoom, static_cast<std::uint16_t>(room.size())};
    }
    std::uint8_t* at = room.data();
    store16(at, static_cast<std::uint16_t>(0x80 | natPmpOpcode(message.protocol)));
    store16(at + 2, static_cast<std::uint16_t>(message.resultCode));
    store32(at + 4, message.epochSeconds);
    store16(at + 8, message.internalPort);
    store16(at + 10, message.assignedPort);
    store32(at + 12, message.lifetimeSeconds);
    return natPmpMapResponseSize;
}

/// Writes the eight-octet form and returns its size.
[[nodiscard]] constexpr result<std::size_t> encode(const NatPmpRefusal& message, Room room) noexcept {
    if (room.size() < natPmpRefusalSize) {
        return Refusal{Fault::noRoom, static_cast<std::uint16_t>(room.size())};
    }
    std::uint8_t* at = room.data();
    at[0] = natPmpVersion;
    at[1] = message.opcode;
    store16(at + 2, static_cast<std::uint16_t>(message.resultCode));
    store32(at + 4, message.epochSeconds);
    return natPmpRefusalSize;
}

} // namespace portolan::wire
