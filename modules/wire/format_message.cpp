// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

module portolan.wire;

namespace portolan::wire {

namespace {

template <class... Values>
void print(Text& to, fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(to), format, std::forward<Values>(values)...);
}

void appendOptions(Text& to, const Options& options) {
    if (!options.empty()) {
        print(to, ", options {}", options);
    }
}

/// "192.0.2.1:80", "[2001:db8::1]:80".
void appendEndpoint(Text& to, const Address& address, std::uint16_t port) {
    if (address.isV4()) {
        print(to, "{}:{}", address, port);
    } else {
        print(to, "[{}]:{}", address, port);
    }
}

/// "PEER", or "opcode 60".
void appendOpcode(Text& to, Opcode opcode) {
    print(to, "{}{}", name(opcode).empty() ? "opcode " : "", opcode);
}

/// What MAP and PEER requests share; PEER says more before the lifetime.
template <class Request>
void appendMappingRequest(Text& to, std::string_view opcode, const Request& message) {
    print(to, "{} request: {} {}, suggested ", opcode, message.protocol, message.internalPort);
    appendEndpoint(to, message.suggestedAddress, message.suggestedPort);
    if constexpr (requires { message.remotePort; }) {
        print(to, ", remote ");
        appendEndpoint(to, message.remoteAddress, message.remotePort);
    }
    print(to, ", lifetime {} s, client {}, nonce {}", message.lifetimeSeconds, message.clientAddress, message.nonce);
    appendOptions(to, message.options);
}

template <class Response>
void appendMappingResponse(Text& to, std::string_view opcode, const Response& message) {
    print(to, "{} response {}: {} {}, assigned ", opcode, message.resultCode, message.protocol, message.internalPort);
    appendEndpoint(to, message.assignedAddress, message.assignedPort);
    if constexpr (requires { message.remotePort; }) {
        print(to, ", remote ");
        appendEndpoint(to, message.remoteAddress, message.remotePort);
    }
    print(to, ", lifetime {} s, epoch {} s, nonce {}", message.lifetimeSeconds, message.epochSeconds, message.nonce);
    appendOptions(to, message.options);
}

} // namespace

void append(Text& to, const AnnounceRequest& message) {
    print(to, "ANNOUNCE request: client {}", message.clientAddress);
    appendOptions(to, message.options);
}

void append(Text& to, const AnnounceResponse& message) {
    print(to, "ANNOUNCE response {}: epoch {} s", message.resultCode, message.epochSeconds);
    appendOptions(to, message.options);
}

void append(Text& to, const MapRequest& message) {
    appendMappingRequest(to, "MAP", message);
}

void append(Text& to, const MapResponse& message) {
    appendMappingResponse(to, "MAP", message);
}

void append(Text& to, const PeerRequest& message) {
    appendMappingRequest(to, "PEER", message);
}

void append(Text& to, const PeerResponse& message) {
    appendMappingResponse(to, "PEER", message);
}

void append(Text& to, const RequestHeader& header) {
    appendOpcode(to, header.opcode);
    print(to, " request: lifetime {} s, client {}", header.lifetimeSeconds, header.clientAddress);
}

void append(Text& to, const ResponseHeader& header) {
    appendOpcode(to, header.opcode);
    print(to, " response {}: lifetime {} s, epoch {} s", header.resultCode, header.lifetimeSeconds,
          header.epochSeconds);
}

void append(Text& to, const RawRequest& message) {
    append(to, message.header);
    if (message.header.opcode == Opcode::authentication) {
        print(to, ", result {}", message.resultCode);
    }
    print(to, ", body of {} octets", message.body.size());
}

void append(Text& to, const RawResponse& message) {
    append(to, message.header);
    print(to, ", body of {} octets", message.body.size());
}

void append(Text& to, const VersionRejection& message) {
    appendOpcode(to, message.opcode);
    print(to, " response UNSUPP_VERSION: version {} supported, lifetime {} s, epoch {} s", message.version,
          message.lifetimeSeconds, message.epochSeconds);
}

void append(Text& to, NatPmpAddressRequest /*message*/) {
    print(to, "NAT-PMP address request");
}

void append(Text& to, const NatPmpAddressResponse& message) {
    print(to, "NAT-PMP address response {}: external {}, epoch {} s", message.resultCode, message.externalAddress,
          message.epochSeconds);
}

void append(Text& to, const NatPmpMapRequest& message) {
    print(to, "NAT-PMP map request: {} {}, suggested {}, lifetime {} s", message.protocol, message.internalPort,
          message.suggestedPort, message.lifetimeSeconds);
}

void append(Text& to, const NatPmpMapResponse& message) {
    print(to, "NAT-PMP map response {}: {} {}, assigned {}, lifetime {} s, epoch {} s", message.resultCode,
          message.protocol, message.internalPort, message.assignedPort, message.lifetimeSeconds, message.epochSeconds);
}

void append(Text& to, const NatPmpRefusal& message) {
    print(to, "NAT-PMP refusal {}: opcode octet {}, epoch {} s", message.resultCode, message.opcode,
          message.epochSeconds);
}

void append(Text& to, const Datagram& message) {
    std::visit([&to](const auto& known) { append(to, known); }, message);
}

} // namespace portolan::wire
