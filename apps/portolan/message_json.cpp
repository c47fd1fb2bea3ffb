// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

module portolan.cli;

namespace portolan::cli {

namespace {

template <class Value>
std::string text(const Value& value) {
    return fmt::format("{}", value);
}

constexpr std::string_view request = "request";
constexpr std::string_view response = "response";

Json pcp(std::string_view direction, wire::Opcode opcode, std::uint8_t version = wire::pcpVersion) {
    return {{"protocol", "pcp"}, {"direction", direction}, {"opcode", text(opcode)}, {"version", version}};
}

/// The opcodes of NAT-PMP have no short names of their own (RFC 6886 §3.2, §3.3).
std::string natPmpName(unsigned opcode) {
    constexpr std::array<std::string_view, 3> names{"EXTERNAL_ADDRESS", "MAP_UDP", "MAP_TCP"};
    return opcode < names.size() ? std::string{names[opcode]} : text(opcode);
}

Json natPmp(std::string_view direction, unsigned opcode) {
    return {{"protocol", "nat-pmp"},
            {"direction", direction},
            {"opcode", natPmpName(opcode)},
            {"version", wire::natPmpVersion}};
}

unsigned natPmpOpcode(wire::Protocol protocol) {
    return protocol == wire::Protocol::tcp ? 2 : 1;
}

/// "result" has the name and "result_code" the number.
template <class Code>
void putResult(Json& object, Code code) {
    object["result"] = text(code);
    object["result_code"] = static_cast<unsigned>(code);
}

/// What MAP and PEER requests have in common, and what a PEER has besides.
template <class Request>
void putMappingRequest(Json& object, const Request& message) {
    object["requested_lifetime"] = message.lifetimeSeconds;
    object["pcp_client_ip_address"] = text(message.clientAddress);
    object["mapping_nonce"] = text(message.nonce);
    object["upper_layer_protocol"] = text(message.protocol);
    object["internal_port"] = message.internalPort;
    object["suggested_external_port"] = message.suggestedPort;
    object["suggested_external_ip_address"] = text(message.suggestedAddress);
}

template <class Response>
void putMappingResponse(Json& object, const Response& message) {
    putResult(object, message.resultCode);
    object["lifetime"] = message.lifetimeSeconds;
    object["epoch_time"] = message.epochSeconds;
    object["mapping_nonce"] = text(message.nonce);
    object["upper_layer_protocol"] = text(message.protocol);
    object["internal_port"] = message.internalPort;
    object["assigned_external_port"] = message.assignedPort;
    object["assigned_external_ip_address"] = text(message.assignedAddress);
}

template <class Message>
void putRemotePeer(Json& object, const Message& message) {
    object["remote_peer_port"] = message.remotePort;
    object["remote_peer_ip_address"] = text(message.remoteAddress);
}

Json describe(const wire::AnnounceRequest& message) {
    Json object = pcp(request, wire::Opcode::announce);
    object["pcp_client_ip_address"] = text(message.clientAddress);
    return object;
}

Json describe(const wire::AnnounceResponse& message) {
    Json object = pcp(response, wire::Opcode::announce);
    putResult(object, message.resultCode);
    object["epoch_time"] = message.epochSeconds;
    return object;
}

Json describe(const wire::MapRequest& message) {
    Json object = pcp(request, wire::Opcode::map);
    putMappingRequest(object, message);
    return object;
}

Json describe(const wire::MapResponse& message) {
    Json object = pcp(response, wire::Opcode::map);
    putMappingResponse(object, message);
    return object;
}

Json describe(const wire::PeerRequest& message) {
    Json object = pcp(request, wire::Opcode::peer);
    putMappingRequest(object, message);
    putRemotePeer(object, message);
    return object;
}

Json describe(const wire::PeerResponse& message) {
    Json object = pcp(response, wire::Opcode::peer);
    putMappingResponse(object, message);
    putRemotePeer(object, message);
    return object;
}

Json describe(const wire::RawRequest& message) {
    Json object = pcp(request, message.header.opcode);
    if (message.header.opcode == wire::Opcode::authentication) {
        putResult(object, message.resultCode);
    }
    object["requested_lifetime"] = message.header.lifetimeSeconds;
    object["pcp_client_ip_address"] = text(message.header.clientAddress);
    object["body"] = plainHex(message.body);
    return object;
}

Json describe(const wire::RawResponse& message) {
    Json object = pcp(response, message.header.opcode);
    putResult(object, message.header.resultCode);
    object["lifetime"] = message.header.lifetimeSeconds;
    object["epoch_time"] = message.header.epochSeconds;
    object["body"] = plainHex(message.body);
    return object;
}

Json describe(const wire::VersionRejection& message) {
    Json object = pcp(response, message.opcode, message.version);
    putResult(object, wire::ResultCode::unsuppVersion);
    object["lifetime"] = message.lifetimeSeconds;
    object["epoch_time"] = message.epochSeconds;
    return object;
}

Json describe(const wire::NatPmpAddressRequest& /*message*/) {
    return natPmp(request, 0);
}

Json describe(const wire::NatPmpAddressResponse& message) {
    Json object = natPmp(response, 0);
    putResult(object, message.resultCode);
    object["seconds_since_start_of_epoch"] = message.epochSeconds;
    object["external_ipv4_address"] = text(message.externalAddress);
    return object;
}

Json describe(const wire::NatPmpMapRequest& message) {
    Json object = natPmp(request, natPmpOpcode(message.protocol));
    object["internal_port"] = message.internalPort;
    object["suggested_external_port"] = message.suggestedPort;
    object["requested_port_mapping_lifetime"] = message.lifetimeSeconds;
    return object;
}

Json describe(const wire::NatPmpMapResponse& message) {
    Json object = natPmp(response, natPmpOpcode(message.protocol));
    putResult(object, message.resultCode);
    object["seconds_since_start_of_epoch"] = message.epochSeconds;
    object["internal_port"] = message.internalPort;
    object["mapped_external_port"] = message.assignedPort;
    object["port_mapping_lifetime"] = message.lifetimeSeconds;
    return object;
}

Json describe(const wire::NatPmpRefusal& message) {
    Json object = natPmp(response, message.opcode & 0x7fU);
    putResult(object, message.resultCode);
    object["seconds_since_start_of_epoch"] = message.epochSeconds;
    return object;
}

} // namespace

MessageJson toJson(wire::Bytes datagram) {
    const auto decoded = wire::decode(datagram);
    if (!decoded) {
        const wire::Refusal refusal = decoded.error();
        return {{{"error", wire::describe(refusal.fault)}, {"offset", refusal.offset}}, refusal};
    }
    return std::visit(
        [](const auto& message) {
            MessageJson described{describe(message), std::nullopt};
            if constexpr (requires { message.options; }) {
                describeOptions(message.options, described);
                if constexpr (requires { message.resultCode; }) {
                    // An error carries the request's options as they were, which may be why it is one.
                    if (message.resultCode != wire::ResultCode::success) {
                        described.refusal.reset();
                    }
                }
            }
            if (described.refusal) {
                described.object["error"] = wire::describe(described.refusal->fault);
                described.object["offset"] = described.refusal->offset;
            }
            return described;
        },
        decoded.assume_value());
}

} // namespace portolan::cli
