// SPDX-License-Identifier: MIT
export module portolan.wire:peer;

import portolan.std;
import :refusal;
import :address;
import :codes;
import :octets;
import :option;
import :options;
import :mapping_body;

export namespace portolan::wire {

inline constexpr std::uint16_t peerSize = 80; ///< octets of a PEER message without options (RFC 6887 §12.1)

/// PEER request (RFC 6887 §12.1).
struct PeerRequest {
    std::uint32_t lifetimeSeconds = 0;
    Address clientAddress{};
    Nonce nonce{};
    Protocol protocol{};             ///< never `all`
    std::uint16_t internalPort = 0;  ///< never 0
    std::uint16_t suggestedPort = 0; ///< 0 = no preference
    Address suggestedAddress{};      ///< all zeros of the wanted family = no preference
    std::uint16_t remotePort = 0;    ///< never 0
    Address remoteAddress{};         ///< as the client sees it, not as a translator does
    Options options{};

    friend constexpr bool operator==(const PeerRequest&, const PeerRequest&) noexcept = default;
};

/// PEER response (RFC 6887 §12.1). On error the assigned fields are copies of the suggested ones.
struct PeerResponse {
    ResultCode resultCode = ResultCode::success;
    std::uint32_t lifetimeSeconds = 0;
    std::uint32_t epochSeconds = 0;
    Nonce nonce{};
    Protocol protocol{};
    std::uint16_t internalPort = 0;
    std::uint16_t assignedPort = 0;
    Address assignedAddress{};
    std::uint16_t remotePort = 0;
    Address remoteAddress{};
    Options options{}; ///< of an error response: as far as they can be read

    friend constexpr bool operator==(const PeerResponse&, const PeerResponse&) noexcept = default;
};

} // namespace portolan::wire

namespace portolan::wire {

template <class Message>
constexpr result<Message> withRemotePeer(result<Message> decoded, Bytes datagram) noexcept {
    if (decoded) {
        decoded.assume_value().remotePort = load16(datagram.data() + 60);
        decoded.assume_value().remoteAddress = {loadArray<16>(datagram.data() + 64)};
    }
    return decoded;
}

template <class Message>
constexpr void storeRemotePeer(std::uint8_t* at, const Message& message) noexcept {
    store16(at + 60, message.remotePort);
    store16(at + 62, 0);
    storeArray(at + 64, message.remoteAddress.octets);
}

} // namespace portolan::wire

export namespace portolan::wire {

/// Refuses as `decodeRequestHeader` does, then less than 80 octets and options that are not well formed.
[[nodiscard]] constexpr result<PeerRequest> decodePeerRequest(Bytes datagram) noexcept {
    return withRemotePeer(decodeMappingRequest<PeerRequest>(datagram, Opcode::peer, peerSize), datagram);
}

/// Refuses as `decodeResponseHeader` does, then less than 80 octets and, on success, options that are not well formed.
[[nodiscard]] constexpr result<PeerResponse> decodePeerResponse(Bytes datagram) noexcept {
    return withRemotePeer(decodeMappingResponse<PeerResponse>(datagram, Opcode::peer, peerSize), datagram);
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const PeerRequest& message, Room room) noexcept {
    const auto size = encodeMappingRequest(message, room, Opcode::peer, peerSize);
    if (size) {
        storeRemotePeer(room.data(), message);
    }
    return size;
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const PeerResponse& message, Room room) noexcept {
    const auto size = encodeMappingResponse(message, room, Opcode::peer, peerSize);
    if (size) {
        storeRemotePeer(room.data(), message);
    }
    return size;
}

} // namespace portolan::wire
