// SPDX-License-Identifier: MIT
export module portolan.wire:header;

import portolan.std;
import :refusal;
import :address;
import :codes;
import :octets;

export namespace portolan::wire {

inline constexpr std::uint16_t headerSize = 24; ///< octets, both directions (RFC 6887 §7.1, §7.2)

/// The common header of a PCP request (RFC 6887 §7.1).
struct RequestHeader {
    Opcode opcode{};
    std::uint32_t lifetimeSeconds = 0;
    Address clientAddress{}; ///< the datagram's source address, so that a NAT on the way shows (RFC 6887 §8.2)

    friend constexpr bool operator==(const RequestHeader&, const RequestHeader&) noexcept = default;
};

/// The common header of a PCP response (RFC 6887 §7.2).
struct ResponseHeader {
    Opcode opcode{};
    ResultCode resultCode = ResultCode::success;
    std::uint32_t lifetimeSeconds = 0; ///< of the mapping, or on error how long the error should be assumed to last
    std::uint32_t epochSeconds = 0;

    friend constexpr bool operator==(const ResponseHeader&, const ResponseHeader&) noexcept = default;
};

} // namespace portolan::wire

namespace portolan::wire {

// The checks give a bare refusal, and fields are loaded only after all of them: it is the cheapest form.

constexpr std::optional<Refusal> refuseLength(std::size_t size, std::size_t least) noexcept {
    if (size < least) {
        return Refusal{Fault::tooShort, static_cast<std::uint16_t>(size)};
    }
    if (size > maxMessageSize) {
        return Refusal{Fault::tooLong, maxMessageSize};
    }
    if (size % 4 != 0) {
        return Refusal{Fault::notMultipleOfFour, static_cast<std::uint16_t>(size)};
    }
    return std::nullopt;
}

constexpr std::optional<Refusal> refuseRequestHeader(Bytes datagram) noexcept {
    if (datagram.size() < 2) {
        return Refusal{Fault::tooShort, static_cast<std::uint16_t>(datagram.size())};
    }
    if ((datagram[1] & 0x80) != 0) {
        return Refusal{Fault::wrongDirection, 1};
    }
    if (datagram[0] != pcpVersion) {
        return Refusal{Fault::unsupportedVersion, 0};
    }
    return refuseLength(datagram.size(), headerSize);
}

constexpr std::optional<Refusal> refuseResponseHeader(Bytes datagram) noexcept {
    if (datagram.size() < 4) {
        return Refusal{Fault::tooShort, static_cast<std::uint16_t>(datagram.size())};
    }
    if (datagram[0] != pcpVersion) {
        return Refusal{Fault::unsupportedVersion, 0};
    }
    if ((datagram[1] & 0x80) == 0) {
        return Refusal{Fault::wrongDirection, 1};
    }
    if (datagram[3] == static_cast<std::uint8_t>(ResultCode::unsuppVersion)) {
        return Refusal{Fault::unsuppVersion, 3};
    }
    return refuseLength(datagram.size(), headerSize);
}

/// Of a datagram whose header is in order: that it is of this opcode and has the octets which that needs.
constexpr std::optional<Refusal> refuseBody(Bytes datagram, Opcode opcode, std::size_t fixedSize) noexcept {
    if (static_cast<Opcode>(datagram[1] & 0x7f) != opcode) {
        return Refusal{Fault::wrongOpcode, 1};
    }
    if (datagram.size() < fixedSize) {
        return Refusal{Fault::tooShort, static_cast<std::uint16_t>(datagram.size())};
    }
    return std::nullopt;
}

constexpr RequestHeader loadRequestHeader(const std::uint8_t* at) noexcept {
    return {static_cast<Opcode>(at[1]), load32(at + 4), {loadArray<16>(at + 8)}};
}

constexpr ResponseHeader loadResponseHeader(const std::uint8_t* at) noexcept {
    return {static_cast<Opcode>(at[1] & 0x7f), static_cast<ResultCode>(at[3]), load32(at + 4), load32(at + 8)};
}

} // namespace portolan::wire

export namespace portolan::wire {

/// Reads and checks the header of a request: 2 octets, R clear, version 2, then 24..1100 octets and a multiple of 4,
/// in the order of RFC 6887 §8.2.
[[nodiscard]] constexpr result<RequestHeader> decodeRequestHeader(Bytes datagram) noexcept {
    if (const auto refusal = refuseRequestHeader(datagram)) {
        return *refusal;
    }
    return loadRequestHeader(datagram.data());
}

/// Reads and checks the header of a response, in the order of RFC 6887 §8.3: 4 octets, version 2, R set, not
/// UNSUPP_VERSION (`Fault::unsuppVersion`, whatever the length), then 24..1100 octets and a multiple of 4.
[[nodiscard]] constexpr result<ResponseHeader> decodeResponseHeader(Bytes datagram) noexcept {
    if (const auto refusal = refuseResponseHeader(datagram)) {
        return *refusal;
    }
    return loadResponseHeader(datagram.data());
}

} // namespace portolan::wire

namespace portolan::wire {

/// Writes the header of a request into 24 octets.
constexpr void store(std::uint8_t* at, const RequestHeader& header) noexcept {
    at[0] = pcpVersion;
    at[1] = static_cast<std::uint8_t>(header.opcode);
    store16(at + 2, 0);
    store32(at + 4, header.lifetimeSeconds);
    storeArray(at + 8, header.clientAddress.octets);
}

/// Writes the header of a response into 24 octets.
constexpr void store(std::uint8_t* at, const ResponseHeader& header) noexcept {
    at[0] = pcpVersion;
    at[1] = static_cast<std::uint8_t>(0x80 | static_cast<std::uint8_t>(header.opcode));
    at[2] = 0;
    at[3] = static_cast<std::uint8_t>(header.resultCode);
    store32(at + 4, header.lifetimeSeconds);
    store32(at + 8, header.epochSeconds);
    storeZeros(at + 12, 12);
}

/// Whether a message of `fixed` octets and these options fits a PCP message and the caller's room.
constexpr result<std::size_t> encodedSize(std::size_t fixed, Bytes options, Room room) noexcept {
    const std::size_t size = fixed + options.size();
    if (size > maxMessageSize) {
        return Refusal{Fault::tooLong, maxMessageSize};
    }
    if (size > room.size()) {
        return Refusal{Fault::noRoom, static_cast<std::uint16_t>(room.size())};
    }
    return size;
}

} // namespace portolan::wire
