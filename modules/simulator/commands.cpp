// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

module portolan.simulator;

import :announcer;
import :ports;
import :state;

// What an administrator, or a test, does to the gateway.
namespace portolan::simulator {

void Gateway::resetState(TimePoint now) {
    state_.standby.clear();
    failOver(now);
}

void Gateway::failOver(TimePoint now) {
    advance(now);
    state_.noteClients();
    std::vector<MappingId> lost;
    for (const auto& [id, row] : state_.table.rows()) {
        if (row.kind != Kind::fixed && !state_.standby.contains(id)) {
            lost.push_back(id);
        }
    }
    for (const MappingId id : lost) {
        state_.remove(now, *state_.table.find(id), Change::lost);
    }
    state_.ports.forgetResting();
    state_.announcer.clear();
    state_.resetEpoch(now);
    announce(now, true);
    sendDueNotices(now);
    igd_.restart(now);
}

void Gateway::setNat64Prefixes(TimePoint now, std::vector<Nat64Prefix> prefixes) {
    advance(now);
    state_.config.pcp.nat64.prefixes = std::move(prefixes);
    announcePrefixes(now);
    sendDueNotices(now);
}

std::vector<Mapping> Gateway::standby() const {
    std::vector<Mapping> rows;
    rows.reserve(state_.standby.size());
    for (const auto& [id, row] : state_.standby) {
        rows.push_back(row);
    }
    return rows;
}

void Gateway::setExternalAddress(TimePoint now, const wire::Address& address) {
    setExternalAddresses(now, {address});
}

void Gateway::setExternalAddresses(TimePoint now, std::vector<wire::Address> addresses) {
    advance(now);
    state_.noteClients();
    state_.config.externalAddresses = std::move(addresses);
    state_.ports.forgetResting();
    state_.resetEpoch(now);
    std::vector<MappingId> all;
    for (const auto& [id, row] : state_.table.rows()) {
        all.push_back(id);
    }
    for (const MappingId id : all) {
        if (Mapping* row = state_.table.find(id)) {
            readdress(now, *row);
        }
    }
    announce(now, false);
    sendDueNotices(now);
}

// RFC 6887 §14.2: mappings are repaired where they can be, and their clients told.
void Gateway::readdress(TimePoint now, Mapping& row) {
    if (row.upnp && row.upnp->pinhole != 0) {
        return; // has no other address than its host's
    }
    const auto address = state_.ports.addressFor(row.internal.address, row.external.address.isV4());
    if (!address || *address == row.external.address) {
        return; // without a connection, mappings wait for the next address
    }
    const Wish wish{.protocol = row.protocol,
                    .internal = row.internal,
                    .nonce = row.nonce,
                    .suggested = {*address, row.external.port},
                    .v4 = row.external.address.isV4(),
                    .natPmp = row.natPmp,
                    .inbound = row.isInbound(),
                    .partyId = row.partyId};
    const auto external = otherExternal(now, wish, row);
    const bool told = state_.config.announce.updates && row.isExplicit() && row.nonce;
    const bool gone = !external || row.kind == Kind::implicit || row.preferFailure;
    if (told) {
        state_.announcer.update(now, row, gone);
    }
    if (gone) {
        state_.remove(now, row, Change::lost);
    } else {
        state_.move(row, *external);
    }
}

std::optional<Endpoint> Gateway::otherExternal(TimePoint now, const Wish& wish, const Mapping& row) {
    if (row.internal.port == 0) {
        return Endpoint{wish.suggested.address, 0};
    }
    if (row.ports == 1) {
        return state_.ports.choose(now, wish);
    }
    const auto run = state_.ports.chooseRun(now, wish, row.ports, RunStart::anywhere);
    return run && run->ports == row.ports ? std::optional{run->first} : std::nullopt;
}

MappingId Gateway::addStatic(TimePoint now, wire::Protocol protocol, const Endpoint& internal,
                             const Endpoint& external) {
    advance(now);
    return state_.add({.kind = Kind::fixed, .protocol = protocol, .internal = internal, .external = external}).id;
}

bool Gateway::removeMapping(TimePoint now, MappingId id) {
    advance(now);
    const Mapping* row = state_.table.find(id);
    if (row == nullptr) {
        return false;
    }
    state_.remove(now, *row, Change::deleted);
    return true;
}

void Gateway::releaseHost(TimePoint now, const wire::Address& host) {
    advance(now);
    std::vector<MappingId> released;
    for (const auto& [id, row] : state_.table.rows()) {
        if (row.internal.address == host && row.kind != Kind::fixed) {
            released.push_back(id);
        }
    }
    for (const MappingId id : released) {
        state_.remove(now, *state_.table.find(id), Change::lost);
    }
}

void Gateway::setNatEnabled(bool enabled) noexcept {
    state_.config.natEnabled = enabled;
    if (!enabled) {
        state_.announcer.clear();
    }
}

void Gateway::setPcpEnabled(bool enabled) noexcept {
    state_.config.pcp.enabled = enabled;
}

void Gateway::setNatPmpEnabled(bool enabled) noexcept {
    state_.config.natPmp.enabled = enabled;
}

void Gateway::setMapEnabled(bool enabled) noexcept {
    state_.config.pcp.map = enabled;
}

void Gateway::setPeerEnabled(bool enabled) noexcept {
    state_.config.pcp.peer = enabled;
}

void Gateway::setPortAvailable(PortAvailable available) {
    state_.ports.setAvailable(std::move(available));
}

std::vector<Mapping> Gateway::mappings() const {
    std::vector<Mapping> rows;
    rows.reserve(state_.table.rows().size());
    for (const auto& [id, row] : state_.table.rows()) {
        rows.push_back(row);
    }
    return rows;
}

std::optional<Mapping> Gateway::mapping(MappingId id) {
    const Mapping* row = state_.table.find(id);
    return row == nullptr ? std::nullopt : std::optional{*row};
}

} // namespace portolan::simulator
