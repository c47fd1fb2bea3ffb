// SPDX-License-Identifier: MIT
export module portolan.wire:map;

import portolan.std;
import :refusal;
import :address;
import :codes;
import :option;
import :options;
import :mapping_body;

export namespace portolan::wire {

inline constexpr std::uint16_t mapSize = 60; ///< octets of a MAP message without options (RFC 6887 §11.1)

/// MAP request (RFC 6887 §11.1).
struct MapRequest {
    std::uint32_t lifetimeSeconds = 0; ///< 0 deletes
    Address clientAddress{};
    Nonce nonce{};
    Protocol protocol{};
    std::uint16_t internalPort = 0;  ///< 0 = all ports
    std::uint16_t suggestedPort = 0; ///< 0 = no preference
    Address suggestedAddress{};      ///< all zeros of the wanted family = no preference
    Options options{};

    friend constexpr bool operator==(const MapRequest&, const MapRequest&) noexcept = default;
};

/// MAP response (RFC 6887 §11.1). On error the assigned fields are copies of the suggested ones.
struct MapResponse {
    ResultCode resultCode = ResultCode::success;
    std::uint32_t lifetimeSeconds = 0;
    std::uint32_t epochSeconds = 0;
    Nonce nonce{};
    Protocol protocol{};
    std::uint16_t internalPort = 0;
    std::uint16_t assignedPort = 0;
    Address assignedAddress{};
    Options options{}; ///< of an error response: as far as they can be read

    friend constexpr bool operator==(const MapResponse&, const MapResponse&) noexcept = default;
};

/// Refuses as `decodeRequestHeader` does, then less than 60 octets and options that are not well formed.
[[nodiscard]] constexpr result<MapRequest> decodeMapRequest(Bytes datagram) noexcept {
    return decodeMappingRequest<MapRequest>(datagram, Opcode::map, mapSize);
}

/// Refuses as `decodeResponseHeader` does, then less than 60 octets and, on success, options that are not well formed.
[[nodiscard]] constexpr result<MapResponse> decodeMapResponse(Bytes datagram) noexcept {
    return decodeMappingResponse<MapResponse>(datagram, Opcode::map, mapSize);
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const MapRequest& message, Room room) noexcept {
    return encodeMappingRequest(message, room, Opcode::map, mapSize);
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const MapResponse& message, Room room) noexcept {
    return encodeMappingResponse(message, room, Opcode::map, mapSize);
}

} // namespace portolan::wire
