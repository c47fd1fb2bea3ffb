// SPDX-License-Identifier: MIT
export module portolan.wire:announce;

import portolan.std;
import :refusal;
import :address;
import :codes;
import :octets;
import :header;
import :option;
import :options;
import :mapping_body;

export namespace portolan::wire {

/// ANNOUNCE request (RFC 6887 §14.1): "is a server there, and what is its epoch?" Its lifetime is 0.
struct AnnounceRequest {
    Address clientAddress{};
    Options options{};

    friend constexpr bool operator==(const AnnounceRequest&, const AnnounceRequest&) noexcept = default;
};

/// ANNOUNCE response, solicited or not (RFC 6887 §14.1). Its lifetime means nothing and is not kept.
struct AnnounceResponse {
    ResultCode resultCode = ResultCode::success;
    std::uint32_t epochSeconds = 0;
    Options options{};

    friend constexpr bool operator==(const AnnounceResponse&, const AnnounceResponse&) noexcept = default;
};

[[nodiscard]] constexpr result<AnnounceRequest> decodeAnnounceRequest(Bytes datagram) noexcept {
    if (const auto refusal = refuseRequestHeader(datagram)) {
        return *refusal;
    }
    if (const auto refusal = refuseBody(datagram, Opcode::announce, headerSize)) {
        return *refusal;
    }
    const auto options = Options::check(datagram.subspan(headerSize), headerSize);
    if (!options) {
        return options.error();
    }
    return AnnounceRequest{loadRequestHeader(datagram.data()).clientAddress, options.assume_value()};
}

[[nodiscard]] constexpr result<AnnounceResponse> decodeAnnounceResponse(Bytes datagram) noexcept {
    if (const auto refusal = refuseResponseHeader(datagram)) {
        return *refusal;
    }
    if (const auto refusal = refuseBody(datagram, Opcode::announce, headerSize)) {
        return *refusal;
    }
    const auto options = responseOptions(datagram, headerSize);
    if (!options) {
        return options.error();
    }
    const ResponseHeader header = loadResponseHeader(datagram.data());
    return AnnounceResponse{header.resultCode, header.epochSeconds, options.assume_value()};
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const AnnounceRequest& message, Room room) noexcept {
    const auto size = encodedSize(headerSize, message.options.octets(), room);
    if (size) {
        store(room.data(), RequestHeader{Opcode::announce, 0, message.clientAddress});
        storeOctets(room.data() + headerSize, message.options.octets());
    }
    return size;
}

/// Writes the message and returns its size in octets.
[[nodiscard]] constexpr result<std::size_t> encode(const AnnounceResponse& message, Room room) noexcept {
    const auto size = encodedSize(headerSize, message.options.octets(), room);
    if (size) {
        store(room.data(), ResponseHeader{Opcode::announce, message.resultCode, 0, message.epochSeconds});
        storeOctets(room.data() + headerSize, message.options.octets());
    }
    return size;
}

} // namespace portolan::wire
