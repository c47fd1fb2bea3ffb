// SPDX-License-Identifier: MIT
// What MAP and PEER share (RFC 6887 §11.1, §12.1): the header and octets 24..59, in both directions. A message type
// fits if it has the fields by these names. Not exported from the module.
export module portolan.wire:mapping_body;

import portolan.std;
import :refusal;
import :address;
import :codes;
import :octets;
import :header;
import :option;
import :options;

namespace portolan::wire {

/// The options of a response: all of them, checked, on success; what can be read of them on error, because an
/// error copies the request's options whatever they were and may cut them at 1100 octets (RFC 6887 §8.2).
constexpr result<Options> responseOptions(Bytes datagram, std::uint16_t at) noexcept {
    if (static_cast<ResultCode>(datagram[3]) != ResultCode::success) {
        return Options::readable(datagram.subspan(at), at);
    }
    return Options::check(datagram.subspan(at), at);
}

template <class Request>
constexpr result<Request> decodeMappingRequest(Bytes datagram, Opcode opcode, std::uint16_t fixedSize) noexcept {
    if (const auto refusal = refuseRequestHeader(datagram)) {
        return *refusal;
    }
    if (const auto refusal = refuseBody(datagram, opcode, fixedSize)) {
        return *refusal;
    }
    const auto options = Options::check(datagram.subspan(fixedSize), fixedSize);
    if (!options) {
        return options.error();
    }
    const std::uint8_t* at = datagram.data();
    const RequestHeader header = loadRequestHeader(at);
    Request message;
    message.lifetimeSeconds = header.lifetimeSeconds;
    message.clientAddress = header.clientAddress;
    message.nonce = {loadArray<12>(at + 24)};
    message.protocol = static_cast<Protocol>(at[36]);
    message.internalPort = load16(at + 40);
    message.suggestedPort = load16(at + 42);
    message.suggestedAddress = {loadArray<16>(at + 44)};
    message.options = options.assume_value();
    return message;
}

template <class Response>
constexpr result<Response> decodeMappingResponse(Bytes datagram, Opcode opcode, std::uint16_t fixedSize) noexcept {
    if (const auto refusal = refuseResponseHeader(datagram)) {
        return *refusal;
    }
    if (const auto refusal = refuseBody(datagram, opcode, fixedSize)) {
        return *refusal;
    }
    const auto options = responseOptions(datagram, fixedSize);
    if (!options) {
        return options.error();
    }
    const std::uint8_t* at = datagram.data();
    const ResponseHeader header = loadResponseHeader(at);
    Response message;
    message.resultCode = header.resultCode;
    message.lifetimeSeconds = header.lifetimeSeconds;
    message.epochSeconds = header.epochSeconds;
    message.nonce = {loadArray<12>(at + 24)};
    message.protocol = static_cast<Protocol>(at[36]);
    message.internalPort = load16(at + 40);
    message.assignedPort = load16(at + 42);
    message.assignedAddress = {loadArray<16>(at + 44)};
    message.options = options.assume_value();
    return message;
}

template <class Message>
constexpr void storeMappingBody(std::uint8_t* at, const Message& message, std::uint16_t externalPort,
                                const Address& externalAddress, std::size_t fixedSize) noexcept {
    storeArray(at + 24, message.nonce.octets);
    at[36] = static_cast<std::uint8_t>(message.protocol);
    storeZeros(at + 37, 3);
    store16(at + 40, message.internalPort);
    store16(at + 42, externalPort);
    storeArray(at + 44, externalAddress.octets);
    storeOctets(at + fixedSize, message.options.octets());
}

template <class Request>
constexpr result<std::size_t> encodeMappingRequest(const Request& message, Room room, Opcode opcode,
                                                   std::size_t fixedSize) noexcept {
    const auto size = encodedSize(fixedSize, message.options.octets(), room);
    if (size) {
        store(room.data(), RequestHeader{opcode, message.lifetimeSeconds, message.clientAddress});
        storeMappingBody(room.data(), message, message.suggestedPort, message.suggestedAddress, fixedSize);
    }
    return size;
}

template <class Response>
constexpr result<std::size_t> encodeMappingResponse(const Response& message, Room room, Opcode opcode,
                                                    std::size_t fixedSize) noexcept {
    const auto size = encodedSize(fixedSize, message.options.octets(), room);
    if (size) {
        store(room.data(), ResponseHeader{opcode, message.resultCode, message.lifetimeSeconds, message.epochSeconds});
        storeMappingBody(room.data(), message, message.assignedPort, message.assignedAddress, fixedSize);
    }
    return size;
}

} // namespace portolan::wire
