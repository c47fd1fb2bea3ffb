// SPDX-License-Identifier: MIT
// PCP messages without a type of their own: other opcodes, and refusals of the version.
export module portolan.wire:raw;

import portolan.std;
import :refusal;
import :address;
import :codes;
import :octets;
import :header;

export namespace portolan::wire {

/// A PCP request of an opcode without a type of its own: the header and the rest as it came.
struct RawRequest {
    RequestHeader header{};
    Bytes body{}; ///< from octet 24 on
    /// Octet 3, which an AUTHENTICATION request has (RFC 7652 §5.1) and every other leaves zero.
    ResultCode resultCode = ResultCode::success;

    friend constexpr bool operator==(const RawRequest& a, const RawRequest& b) noexcept {
        return a.header == b.header && a.resultCode == b.resultCode && std::ranges::equal(a.body, b.body);
    }
};

/// A PCP response of an opcode without a type of its own: the header and the rest as it came.
struct RawResponse {
    ResponseHeader header{};
    Bytes body{}; ///< from octet 24 on

    friend constexpr bool operator==(const RawResponse& a, const RawResponse& b) noexcept {
        return a.header == b.header && std::ranges::equal(a.body, b.body);
    }
};

/// UNSUPP_VERSION of a server that speaks PCP (RFC 6887 §9), which may be as short as 4 octets.
struct VersionRejection {
    std::uint8_t version = pcpVersion; ///< the closest version the server has
    Opcode opcode{};
    std::uint32_t lifetimeSeconds = 0; ///< 0 where the answer is too short to have it
    std::uint32_t epochSeconds = 0;    ///< likewise

    friend constexpr bool operator==(const VersionRejection&, const VersionRejection&) noexcept = default;
};

/// Reads a request of any opcode; refuses as `decodeRequestHeader` does.
[[nodiscard]] constexpr result<RawRequest> decodeRawRequest(Bytes datagram) noexcept {
    const auto header = decodeRequestHeader(datagram);
    if (!header) {
        return header.error();
    }
    const bool hasResult = header.assume_value().opcode == Opcode::authentication;
    return RawRequest{header.assume_value(), datagram.subspan(headerSize),
                      hasResult ? static_cast<ResultCode>(datagram[3]) : ResultCode::success};
}

/// Reads a response of any opcode; refuses as `decodeResponseHeader` does.
[[nodiscard]] constexpr result<RawResponse> decodeRawResponse(Bytes datagram) noexcept {
    const auto header = decodeResponseHeader(datagram);
    if (!header) {
        return header.error();
    }
    return RawResponse{header.assume_value(), datagram.subspan(headerSize)};
}

/// Reads UNSUPP_VERSION of a server with a version other than 0, at least 4 octets, whatever follows them.
[[nodiscard]] constexpr result<VersionRejection> decodeVersionRejection(Bytes datagram) noexcept {
    if (datagram.size() < 4) {
        return Refusal{Fault::tooShort, static_cast<std::uint16_t>(datagram.size())};
    }
    const std::uint8_t* at = datagram.data();
    if ((at[1] & 0x80) == 0) {
        return Refusal{Fault::wrongDirection, 1};
    }
    if (at[0] == natPmpVersion) {
        return Refusal{Fault::unsupportedVersion, 0};
    }
    if (at[3] != static_cast<std::uint8_t>(ResultCode::unsuppVersion)) {
        return Refusal{Fault::wrongResult, 3};
    }
    return VersionRejection{at[0], static_cast<Opcode>(at[1] & 0x7f), datagram.size() >= 8 ? load32(at + 4) : 0,
                            datagram.size() >= 12 ? load32(at + 8) : 0};
}

} // namespace portolan::wire

namespace portolan::wire {

/// The header and a body that is padded with zeros to a multiple of 4.
template <class Header>
constexpr result<std::size_t> encodeRaw(const Header& header, Bytes body, Room room) noexcept {
    const std::size_t padding = roundUpToFour(body.size()) - body.size();
    const auto size = encodedSize(headerSize + padding, body, room);
    if (size) {
        store(room.data(), header);
        storeOctets(room.data() + headerSize, body);
        storeZeros(room.data() + headerSize + body.size(), padding);
    }
    return size;
}

} // namespace portolan::wire

export namespace portolan::wire {

/// Writes the message and returns its size in octets. A body that is not a multiple of 4 is padded with zeros.
[[nodiscard]] constexpr result<std::size_t> encode(const RawRequest& message, Room room) noexcept {
    const auto size = encodeRaw(message.header, message.body, room);
    if (size && message.header.opcode == Opcode::authentication) {
        room[3] = static_cast<std::uint8_t>(message.resultCode);
    }
    return size;
}

/// Writes the message and returns its size in octets. A body that is not a multiple of 4 is padded with zeros.
[[nodiscard]] constexpr result<std::size_t> encode(const RawResponse& message, Room room) noexcept {
    return encodeRaw(message.header, message.body, room);
}

/// Writes the 24-octet form and returns its size. A server that could read more of the request than its version
/// copies the rest of it behind octet 12 (RFC 6887 §7.2, §8.2), which is left to it.
[[nodiscard]] constexpr result<std::size_t> encode(const VersionRejection& message, Room room) noexcept {
    const ResponseHeader header{message.opcode, ResultCode::unsuppVersion, message.lifetimeSeconds,
                                message.epochSeconds};
    const auto size = encodeRaw(header, {}, room);
    if (size) {
        room[0] = message.version;
    }
    return size;
}

} // namespace portolan::wire
