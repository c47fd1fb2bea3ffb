// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/unordered/unordered_map.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

module portolan.simulator;

import :ports;
import :state;

// What the gateway does to packets, as far as mappings are concerned.
namespace portolan::simulator {

using wire::Protocol;

std::optional<Endpoint> Gateway::handleOutbound(TimePoint now, Protocol protocol, const Endpoint& internal,
                                                const Endpoint& remote) {
    advance(now);
    const bool v4 = remote.address.isV4();
    const Mapping* flow = state_.table.findInternal(
        protocol, internal, [&](const Mapping& row) { return !row.isInbound() && row.remote == remote; });
    const Mapping* sibling = flow != nullptr ? flow : state_.inbound(protocol, internal, v4);
    if (sibling == nullptr) {
        sibling = state_.outbound(protocol, internal, v4);
    }
    const Wish wish{.protocol = protocol, .internal = internal, .v4 = v4, .inbound = false};
    const auto external =
        sibling != nullptr ? std::optional{sibling->externalAt(internal.port)} : state_.ports.choose(now, wish);
    if (external && flow == nullptr) {
        state_.add({.kind = Kind::implicit,
                    .protocol = protocol,
                    .internal = internal,
                    .external = *external,
                    .remote = remote,
                    .expiry = now + state_.ports.idleTime(protocol)});
    }
    state_.counters.packetsOut += external ? 1 : 0;
    state_.noteOutbound(now, protocol, internal);
    return external;
}

namespace {

/// The internal endpoint of what arrives at `external` through `row`.
Endpoint behind(const Mapping& row, const Endpoint& external) {
    return row.internal.port == 0 ? Endpoint{row.internal.address, external.port} : row.internalAt(external.port);
}

} // namespace

std::optional<Endpoint> Gateway::handleInbound(TimePoint now, Protocol protocol, const Endpoint& external,
                                               const Endpoint& remote) {
    advance(now);
    const Mapping* row = reachedFrom(protocol, external, remote, Filtering::on);
    if (row == nullptr) {
        return std::nullopt;
    }
    ++state_.counters.packetsIn;
    ++state_.table.find(row->id)->packetsIn;
    return behind(*row, external);
}

std::optional<Endpoint> Gateway::handleInboundIcmp(TimePoint now, Protocol protocol, const Endpoint& external,
                                                   const Endpoint& remote) {
    advance(now);
    const Mapping* row = reachedFrom(protocol, external, remote, Filtering::off);
    return row == nullptr ? std::nullopt : std::optional{behind(*row, external)};
}

void Gateway::countCarried(bool inward, std::size_t octets) noexcept {
    Counters& counters = state_.counters;
    (inward ? counters.packetsIn : counters.packetsOut) += 1;
    (inward ? counters.octetsIn : counters.octetsOut) += octets;
}

// The narrowest mapping decides: one port, then all ports of the protocol, then everything.
const Mapping* Gateway::reachedFrom(Protocol protocol, const Endpoint& external, const Endpoint& remote,
                                    Filtering filtering) const {
    const Endpoint allPorts{external.address, 0};
    for (const auto& [ofProtocol, key] :
         {std::pair{protocol, external}, {protocol, allPorts}, {Protocol::all, allPorts}}) {
        if (const Mapping* row = admitting(ofProtocol, key, remote, filtering)) {
            return row;
        }
    }
    return nullptr;
}

const Mapping* Gateway::admitting(Protocol protocol, const Endpoint& key, const Endpoint& remote,
                                  Filtering filtering) const {
    const bool all = filtering == Filtering::off || state_.config.quirks.filterUnenforced;
    return state_.table.findExternal(protocol, key, [&](const Mapping& row) {
        return row.isInbound() ? all || row.admits(remote) : row.remote == remote;
    });
}

} // namespace portolan::simulator
