// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <boost/unordered/unordered_map.hpp>
#include <chrono>
#include <cstddef>
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

// Making port mappings: WANIPConnection:1 §2.4.16, WANIPConnection:2 §2.5.16 and §2.5.21.
namespace portolan::simulator {

using std::chrono::seconds;
using wire::Protocol;

namespace {

constexpr seconds longestLease{604800};         // WANIPConnection:2 §2.3.17, of version 2: one week
constexpr std::size_t longestDescription = 256; // octets; the standards have no limit

/// What AddPortMapping and AddAnyPortMapping ask for.
struct PortMappingRequest {
    Protocol protocol{};
    Endpoint internal{};
    std::uint16_t externalPort = 0; ///< 0: any
    std::vector<wire::Filter> filters{};
    std::string description{};
    seconds lease{0}; ///< 0: for ever
};

bool isFirst(const State& state) noexcept {
    return state.config.igd.version == IgdVersion::v1;
}

UpnpResult<seconds> leaseAsked(const State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const std::uint32_t asked,
                      call.number("NewLeaseDuration", std::numeric_limits<std::uint32_t>::max()));
    const IgdQuirks& quirks = state.config.igd.quirks;
    if (asked != 0 && quirks.permanentLeasesOnly) {
        return UpnpError::onlyPermanentLeasesSupported;
    }
    if (asked != 0 && quirks.leaseIsInvalid) {
        return UpnpError::invalidArgs;
    }
    const seconds lease{asked};
    if (isFirst(state)) {
        return lease;
    }
    if (lease > longestLease && !quirks.clampsLeases) {
        return UpnpError::argumentValueOutOfRange;
    }
    return lease.count() == 0 ? longestLease : std::min(lease, longestLease);
}

UpnpResult<std::vector<wire::Filter>> remoteHostAsked(const State& state, const ActionCall& call) {
    std::vector<wire::Filter> filters;
    if (call.text("NewRemoteHost").empty()) {
        return filters;
    }
    if (!state.config.igd.remoteHosts) {
        return isFirst(state) ? UpnpError::remoteHostOnlySupportsWildcard : UpnpError::actionFailed;
    }
    BOOST_OUTCOME_TRY(const wire::Address address, call.address("NewRemoteHost"));
    if (!address.isV4() || address.isAny()) {
        return UpnpError::invalidArgs;
    }
    filters.push_back({.remoteAddress = address});
    return filters;
}

/// The internal side: of the control point itself, unless others may be mapped.
UpnpResult<Endpoint> internalAsked(const State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const wire::Address client, call.address("NewInternalClient"));
    BOOST_OUTCOME_TRY(const std::uint16_t port, call.port("NewInternalPort"));
    if (!client.isV4() || client.isAny()) {
        return UpnpError::invalidArgs;
    }
    if (port == 0) {
        return isFirst(state) ? UpnpError::invalidArgs : UpnpError::wildCardNotPermittedInIntPort;
    }
    if (client != call.from.address && !state.config.igd.othersMayBeMapped()) {
        return state.config.igd.quirks.conflictForForeign ? UpnpError::conflictInMappingEntry
                                                          : UpnpError::notAuthorized;
    }
    return Endpoint{client, port};
}

UpnpResult<PortMappingRequest> read(const State& state, const ActionCall& call) {
    PortMappingRequest asked;
    BOOST_OUTCOME_TRY(asked.protocol, call.protocol("NewProtocol", state.config.igd.quirks.anyProtocolCase));
    BOOST_OUTCOME_TRY(asked.externalPort, call.port("NewExternalPort"));
    BOOST_OUTCOME_TRY(const bool enabled, call.flag("NewEnabled"));
    BOOST_OUTCOME_TRY(asked.internal, internalAsked(state, call));
    BOOST_OUTCOME_TRY(asked.filters, remoteHostAsked(state, call));
    BOOST_OUTCOME_TRY(asked.lease, leaseAsked(state, call));
    asked.description = call.text("NewPortMappingDescription");
    if (asked.description.size() > longestDescription) {
        return UpnpError::invalidArgs;
    }
    if (!enabled) {
        return UpnpError::actionFailed; // the table has none that are disabled (as RFC 6970 §4.1 would have it)
    }
    return asked;
}

/// Whether anything at all can be mapped for that host, and the external address.
UpnpResult<wire::Address> externalAddressFor(State& state, const ActionCall& call, const wire::Address& host) {
    const auto problem = state.wanProblem(host, true);
    if (problem || !call.connected) {
        return UpnpError::actionFailed;
    }
    if (state.config.quirks.refusesMappings) {
        return toUpnp({wire::ResultCode::notAuthorized}, state.config.igd.version);
    }
    const auto address = state.ports.addressFor(host, true);
    return address ? UpnpResult<wire::Address>{*address} : UpnpResult<wire::Address>{UpnpError::actionFailed};
}

/// Gives a mapping what was asked for it this time.
void describe(TimePoint now, PortMappingRequest asked, Mapping& row) {
    row.filters = std::move(asked.filters);
    row.description = std::move(asked.description);
    row.upnp = UpnpEntry{.leaseEnd = asked.lease.count() == 0 ? never : now + asked.lease};
    row.refreshed = now;
}

TimePoint expiryOf(const State& state, TimePoint now, const Mapping& row) {
    const auto& drops = state.config.igd.quirks.dropsAfter;
    return drops ? std::min<TimePoint>(row.upnp->leaseEnd, now + *drops) : row.upnp->leaseEnd;
}

UpnpResult<std::uint16_t> create(State& state, const ActionCall& call, PortMappingRequest asked,
                                 const Endpoint& external) {
    Mapping row{.protocol = asked.protocol, .internal = asked.internal, .external = external, .client = call.from};
    describe(call.now, std::move(asked), row);
    row.expiry = expiryOf(state, call.now, row);
    return state.add(std::move(row)).external.port;
}

/// A port mapping of UPnP that is asked for again, or for another internal port or host: it is overwritten.
UpnpResult<std::uint16_t> overwrite(State& state, const ActionCall& call, PortMappingRequest asked, Mapping& row) {
    if (row.internal == asked.internal) {
        describe(call.now, std::move(asked), row);
        state.renew(call.now, row, expiryOf(state, call.now, row));
        return row.external.port;
    }
    const Endpoint external = row.external;
    state.remove(call.now, row, Change::deleted);
    return create(state, call, std::move(asked), external); // not asked whether it is free: it was, until now
}

Wish wishOf(const PortMappingRequest& asked, const Endpoint& external) {
    return {.protocol = asked.protocol, .internal = asked.internal, .suggested = external};
}

/// Whether the port is this control point's to overwrite.
bool mayOverwrite(const State& state, const Mapping& row, const PortMappingRequest& asked) {
    if (!row.isUpnp()) {
        return false;
    }
    const bool same = row.internal.address == asked.internal.address && row.filters == asked.filters;
    return same || state.config.igd.quirks.replacesOthers;
}

UpnpResult<std::uint16_t> addAt(State& state, const ActionCall& call, PortMappingRequest asked,
                                const Endpoint& external) {
    if (Mapping* row = portMapping(state, asked.protocol, external.port)) {
        if (mayOverwrite(state, *row, asked)) {
            return overwrite(state, call, std::move(asked), *row);
        }
        return row->isUpnp() || isFirst(state) ? UpnpError::conflictInMappingEntry
                                               : UpnpError::conflictWithOtherMechanisms;
    }
    if (const auto problem = state.quotaProblem(asked.internal.address)) {
        return toUpnp(*problem, state.config.igd.version);
    }
    if (!state.ports.usable(call.now, wishOf(asked, external), external)) {
        return UpnpError::conflictInMappingEntry;
    }
    return create(state, call, std::move(asked), external);
}

UpnpResult<std::uint16_t> addAnywhere(State& state, const ActionCall& call, PortMappingRequest asked,
                                      Endpoint external) {
    if (Mapping* row = portMapping(state, asked.protocol, external.port)) {
        const bool again = row->internal == asked.internal || state.config.igd.quirks.anyReplaces;
        if (again && mayOverwrite(state, *row, asked)) {
            return overwrite(state, call, std::move(asked), *row);
        }
        external.port = 0;
    }
    if (const auto problem = state.quotaProblem(asked.internal.address)) {
        return toUpnp(*problem, state.config.igd.version);
    }
    const auto chosen = state.ports.choose(call.now, wishOf(asked, external));
    return chosen ? create(state, call, std::move(asked), *chosen) : UpnpError::noPortMapsAvailable;
}

} // namespace

UpnpResult<SoapArguments> addPortMapping(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(PortMappingRequest asked, read(state, call));
    if (asked.externalPort == 0) {
        return UpnpError::wildCardNotPermittedInExtPort;
    }
    BOOST_OUTCOME_TRY(const wire::Address address, externalAddressFor(state, call, asked.internal.address));
    const Endpoint external{address, asked.externalPort};
    BOOST_OUTCOME_TRY(addAt(state, call, std::move(asked), external));
    return SoapArguments{};
}

UpnpResult<SoapArguments> addAnyPortMapping(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(PortMappingRequest asked, read(state, call));
    BOOST_OUTCOME_TRY(const wire::Address address, externalAddressFor(state, call, asked.internal.address));
    const Endpoint external{address, asked.externalPort};
    BOOST_OUTCOME_TRY(const std::uint16_t port, addAnywhere(state, call, std::move(asked), external));
    return SoapArguments{{"NewReservedPort", std::to_string(port)}};
}

} // namespace portolan::simulator
