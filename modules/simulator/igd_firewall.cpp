// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <boost/unordered/unordered_map.hpp>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan.simulator;

import :igd_action;
import :ports;
import :state;

// WANIPv6FirewallControl:1. A pinhole is a mapping of an address and port to themselves.
namespace portolan::simulator {

using std::chrono::seconds;
using wire::Protocol;

namespace {

constexpr std::uint32_t longestLease = 86400; // WANIPv6FirewallControl:1 §2.3.6
constexpr std::uint32_t anyProtocol = 65535;  // likewise, §2.3.5
constexpr std::uint8_t oneHost = 128;         // the prefix length of a filter for one address
constexpr auto ui2 = std::numeric_limits<std::uint16_t>::max();

std::optional<UpnpError> closed(const State& state) {
    if (!state.config.igd.firewallEnabled) {
        return UpnpError::firewallDisabled;
    }
    return state.config.igd.pinholesAllowed ? std::nullopt : std::optional{UpnpError::inboundPinholeNotAllowed};
}

bool mayControl(const State& state, const ActionCall& call, const wire::Address& internal) {
    return internal == call.from.address || state.config.igd.othersMayBeMapped();
}

UpnpResult<Protocol> protocolAsked(const State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const std::uint32_t number, call.number("Protocol", ui2));
    if (number == anyProtocol) {
        return UpnpError::protocolWildcardingNotAllowed;
    }
    const auto protocol = static_cast<Protocol>(number);
    if (number > std::numeric_limits<std::uint8_t>::max() || !state.mapsProtocol(protocol)) {
        return UpnpError::protocolNotSupported;
    }
    return protocol;
}

UpnpResult<Endpoint> internalAsked(const State& state, const ActionCall& call) {
    if (call.text("InternalClient").empty() || call.text("InternalClient") == "*") {
        return UpnpError::wildCardNotPermittedInSrcIp;
    }
    BOOST_OUTCOME_TRY(const wire::Address client, call.address("InternalClient"));
    BOOST_OUTCOME_TRY(const std::uint16_t port, call.port("InternalPort"));
    if (client.isV4() || client.isAny()) {
        return UpnpError::invalidArgs;
    }
    if (port == 0) {
        return UpnpError::internalPortWildcardingNotAllowed;
    }
    if (!mayControl(state, call, client)) {
        return UpnpError::notAuthorized;
    }
    return Endpoint{client, port};
}

/// Who may come in: anybody where neither the address nor the port is given.
UpnpResult<std::vector<wire::Filter>> remoteAsked(const ActionCall& call) {
    BOOST_OUTCOME_TRY(const std::uint16_t port, call.port("RemotePort"));
    std::vector<wire::Filter> filters;
    if (!call.text("RemoteHost").empty()) {
        BOOST_OUTCOME_TRY(const wire::Address host, call.address("RemoteHost"));
        if (host.isV4()) {
            return UpnpError::invalidArgs;
        }
        filters.push_back({oneHost, port, host});
    } else if (port != 0) {
        filters.push_back({0, port, wire::Address::anyV6()});
    }
    return filters;
}

UpnpResult<seconds> leaseAsked(const ActionCall& call, const char* name) {
    BOOST_OUTCOME_TRY(const std::uint32_t lease, call.number(name, std::numeric_limits<std::uint32_t>::max()));
    if (lease == 0 || lease > longestLease) {
        return UpnpError::argumentValueOutOfRange;
    }
    return seconds{lease};
}

Mapping* findPinhole(State& state, std::uint16_t id) {
    for (const auto& [key, row] : state.table.rows()) {
        if (row.isUpnp() && row.upnp->pinhole == id && id != 0) {
            return state.table.find(key);
        }
    }
    return nullptr;
}

/// The pinhole of a UniqueID that is the control point's.
UpnpResult<Mapping*> named(State& state, const ActionCall& call) {
    if (const auto problem = closed(state)) {
        return *problem;
    }
    BOOST_OUTCOME_TRY(const std::uint16_t id, call.port("UniqueID"));
    Mapping* row = findPinhole(state, id);
    if (row == nullptr) {
        return UpnpError::noSuchEntry;
    }
    if (!mayControl(state, call, row->internal.address)) {
        return UpnpError::notAuthorized;
    }
    return row;
}

/// An id that no pinhole has. There are fewer pinholes than ids.
std::uint16_t nextId(State& state) {
    do {
        ++state.lastPinhole;
    } while (state.lastPinhole == 0 || findPinhole(state, state.lastPinhole) != nullptr);
    return state.lastPinhole;
}

void keepUntil(State& state, TimePoint now, Mapping& row, seconds lease) {
    row.upnp->leaseEnd = now + lease;
    state.renew(now, row, row.upnp->leaseEnd);
}

constexpr std::size_t mostPinholes = 4096;

bool isExhausted(const State& state, const wire::Address& host) {
    std::size_t pinholes = 0;
    for (const auto& [id, row] : state.table.rows()) {
        pinholes += row.isUpnp() && row.upnp->pinhole != 0 ? 1U : 0U;
    }
    return pinholes >= mostPinholes || state.quotaProblem(host).has_value();
}

} // namespace

UpnpResult<SoapArguments> getFirewallStatus(State& state, const ActionCall& /*call*/) {
    return SoapArguments{{"FirewallEnabled", state.config.igd.firewallEnabled ? "1" : "0"},
                         {"InboundPinholeAllowed", state.config.igd.pinholesAllowed ? "1" : "0"}};
}

UpnpResult<SoapArguments> getOutboundPinholeTimeout(State& state, const ActionCall& call) {
    if (!state.config.igd.firewallEnabled) {
        return UpnpError::firewallDisabled;
    }
    BOOST_OUTCOME_TRY(const Protocol protocol, protocolAsked(state, call));
    return SoapArguments{{"OutboundPinholeTimeout", std::to_string(state.ports.idleTime(protocol).count())}};
}

UpnpResult<SoapArguments> addPinhole(State& state, const ActionCall& call) {
    if (const auto problem = closed(state)) {
        return *problem;
    }
    BOOST_OUTCOME_TRY(const Protocol protocol, protocolAsked(state, call));
    BOOST_OUTCOME_TRY(const Endpoint internal, internalAsked(state, call));
    BOOST_OUTCOME_TRY(auto filters, remoteAsked(call));
    BOOST_OUTCOME_TRY(const seconds lease, leaseAsked(call, "LeaseTime"));
    Mapping* same = state.table.findInternal(protocol, internal, [&](const Mapping& row) {
        return row.isUpnp() && row.upnp->pinhole != 0 && row.filters == filters;
    });
    if (same != nullptr) { // §2.5.3: its lease begins anew
        keepUntil(state, call.now, *same, lease);
        return SoapArguments{{"UniqueID", std::to_string(same->upnp->pinhole)}};
    }
    if (isExhausted(state, internal.address)) {
        return UpnpError::pinholeSpaceExhausted;
    }
    const TimePoint end = call.now + lease;
    const Mapping& added = state.add({.protocol = protocol,
                                      .internal = internal,
                                      .external = internal,
                                      .expiry = end,
                                      .filters = std::move(filters),
                                      .client = call.from,
                                      .refreshed = call.now,
                                      .upnp = UpnpEntry{end, nextId(state)}});
    return SoapArguments{{"UniqueID", std::to_string(added.upnp->pinhole)}};
}

UpnpResult<SoapArguments> updatePinhole(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(Mapping * row, named(state, call));
    BOOST_OUTCOME_TRY(const seconds lease, leaseAsked(call, "NewLeaseTime"));
    keepUntil(state, call.now, *row, lease);
    return SoapArguments{};
}

UpnpResult<SoapArguments> deletePinhole(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const Mapping* row, named(state, call));
    state.remove(call.now, *row, Change::deleted);
    return SoapArguments{};
}

UpnpResult<SoapArguments> getPinholePackets(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const Mapping* row, named(state, call));
    return SoapArguments{{"PinholePackets", std::to_string(static_cast<std::uint32_t>(row->packetsIn))}};
}

UpnpResult<SoapArguments> checkPinholeWorking(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const Mapping* row, named(state, call));
    if (row->packetsIn == 0) {
        return UpnpError::noPacketSent; // nothing can be said before something came
    }
    return SoapArguments{{"IsWorking", "1"}};
}

} // namespace portolan::simulator
