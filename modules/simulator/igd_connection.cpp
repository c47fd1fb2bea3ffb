// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <string>

module portolan.simulator;

import :igd_action;
import :state;

// What a control point reads of the connection and its line: WANIPConnection, WANCommonInterfaceConfig,
// Layer3Forwarding.
namespace portolan::simulator {

namespace {

bool isUp(const State& state, const ActionCall& call) {
    return call.connected && state.ports.serves(wire::Address::anyV4(), true);
}

/// A counter as ui4 has it: it begins anew after 2^32-1.
std::string counterText(std::uint64_t count) {
    return std::to_string(static_cast<std::uint32_t>(count));
}

} // namespace

UpnpResult<SoapArguments> getConnectionTypeInfo(State& /*state*/, const ActionCall& /*call*/) {
    return SoapArguments{{"NewConnectionType", "IP_Routed"}, {"NewPossibleConnectionTypes", "IP_Routed"}};
}

UpnpResult<SoapArguments> getStatusInfo(State& state, const ActionCall& call) {
    const bool up = isUp(state, call);
    return SoapArguments{{"NewConnectionStatus", up ? "Connected" : "Disconnected"},
                         {"NewLastConnectionError", "ERROR_NONE"},
                         {"NewUptime", std::to_string(up ? state.epoch(call.now) : 0)}};
}

UpnpResult<SoapArguments> getNatRsipStatus(State& state, const ActionCall& /*call*/) {
    return SoapArguments{{"NewRSIPAvailable", "0"}, {"NewNATEnabled", state.config.natEnabled ? "1" : "0"}};
}

UpnpResult<SoapArguments> getExternalIpAddress(State& state, const ActionCall& call) {
    if (!isUp(state, call)) {
        return SoapArguments{{"NewExternalIPAddress", "0.0.0.0"}};
    }
    const auto address =
        state.ports.addressFor(call.from.address.isV4() ? call.from.address : wire::Address::anyV4(), true);
    const Endpoint external{address.value_or(wire::Address::anyV4()), 0};
    return SoapArguments{{"NewExternalIPAddress", fmt::format("{}", state.reported(external).address)}};
}

UpnpResult<SoapArguments> getDefaultConnectionService(State& /*state*/, const ActionCall& call) {
    return SoapArguments{{"NewDefaultConnectionService", call.defaultConnection}};
}

UpnpResult<SoapArguments> getCommonLinkProperties(State& state, const ActionCall& call) {
    return SoapArguments{{"NewWANAccessType", "Ethernet"},
                         {"NewLayer1UpstreamMaxBitRate", std::to_string(state.config.igd.upstreamBitRate)},
                         {"NewLayer1DownstreamMaxBitRate", std::to_string(state.config.igd.downstreamBitRate)},
                         {"NewPhysicalLinkStatus", isUp(state, call) ? "Up" : "Down"}};
}

UpnpResult<SoapArguments> getTotalBytesSent(State& state, const ActionCall& /*call*/) {
    return SoapArguments{{"NewTotalBytesSent", counterText(state.counters.octetsOut)}};
}

UpnpResult<SoapArguments> getTotalBytesReceived(State& state, const ActionCall& /*call*/) {
    return SoapArguments{{"NewTotalBytesReceived", counterText(state.counters.octetsIn)}};
}

UpnpResult<SoapArguments> getTotalPacketsSent(State& state, const ActionCall& /*call*/) {
    return SoapArguments{{"NewTotalPacketsSent", counterText(state.counters.packetsOut)}};
}

UpnpResult<SoapArguments> getTotalPacketsReceived(State& state, const ActionCall& /*call*/) {
    return SoapArguments{{"NewTotalPacketsReceived", counterText(state.counters.packetsIn)}};
}

} // namespace portolan::simulator
