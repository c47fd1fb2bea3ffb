// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/unordered/unordered_map.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

module portolan.simulator;

import :state;

namespace portolan::simulator {

using std::chrono::seconds;
using wire::Protocol;
using wire::ResultCode;

namespace {

/// Private and shared address space, behind which a second NAT must be (RFC 1918, RFC 6598).
bool isPrivate(const wire::Address& address) noexcept {
    const auto o = address.v4Octets();
    return address.isV4() && (o[0] == 10 || (o[0] == 172 && (o[1] & 0xf0) == 16) || (o[0] == 192 && o[1] == 168) ||
                              (o[0] == 100 && (o[1] & 0xc0) == 64));
}

} // namespace

State::State(Config settings, TimePoint now)
    : config(std::move(settings)), ports(config, table), epochStart_(now - seconds{config.initialEpochSeconds}) {}

std::uint32_t State::epoch(TimePoint now) const noexcept {
    return static_cast<std::uint32_t>(std::chrono::floor<seconds>(now - epochStart_).count());
}

void State::resetEpoch(TimePoint now) noexcept {
    if (!config.quirks.epochKept) {
        epochStart_ = now;
    }
}

Mapping& State::add(Mapping row) {
    Mapping& kept = table.insert(std::move(row));
    checkpoint(kept);
    events.push_back({Change::mapped, kept});
    return kept;
}

void State::remove(TimePoint now, const Mapping& row, Change why) {
    const Mapping gone = row;
    table.erase(row.id);
    standby.erase(gone.id);
    ports.rest(now, gone);
    events.push_back({why, gone});
}

void State::renew(TimePoint now, Mapping& row, TimePoint expiry) {
    table.setExpiry(row, expiry);
    row.refreshed = now;
    checkpoint(row);
    events.push_back({Change::renewed, row});
    if (!config.quirks.rotatesPorts || row.kind != Kind::map || row.internal.port == 0 || row.ports > 1 ||
        row.isUpnp()) {
        return;
    }
    const Wish wish{.protocol = row.protocol,
                    .internal = row.internal,
                    .nonce = row.nonce,
                    .suggested = {row.external.address, 0},
                    .v4 = row.external.address.isV4(),
                    .natPmp = row.natPmp};
    if (const auto other = ports.choose(now, wish)) {
        move(row, *other);
    }
}

void State::move(Mapping& row, const Endpoint& external) {
    table.setExternal(row, external);
    checkpoint(row);
    events.push_back({Change::moved, row});
}

void State::checkpoint(const Mapping& row) {
    if (row.checkpointed) {
        standby.insert_or_assign(row.id, row);
    } else {
        standby.erase(row.id);
    }
}

std::size_t State::checkpoints(const wire::Address& host) const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(standby, [&host](const auto& entry) { return entry.second.internal.address == host; }));
}

void State::expire(TimePoint now) {
    for (Mapping* row = table.nextToExpire(); row != nullptr && row->expiry <= now; row = table.nextToExpire()) {
        const auto idle = idleLeft(now, *row);
        if (row->kind == Kind::map || idle.count() <= 0) {
            remove(now, *row, Change::expired);
            continue;
        }
        table.setKind(*row, Kind::implicit);
        row->nonce.reset();
        row->checkpointed = false;
        checkpoint(*row);
        table.setExpiry(*row, now + idle);
    }
}

void State::noteOutbound(TimePoint now, Protocol protocol, const Endpoint& internal) {
    table.forEachInternal(protocol, internal, [&](Mapping& row) {
        row.lastOutbound = now;
        if (row.kind == Kind::implicit) {
            table.setExpiry(row, now + ports.idleTime(protocol));
        }
    });
}

std::chrono::milliseconds State::idleLeft(TimePoint now, const Mapping& row) const noexcept {
    return row.lastOutbound ? *row.lastOutbound + ports.idleTime(row.protocol) - now : std::chrono::milliseconds{0};
}

std::optional<Denial> State::wanProblem(const wire::Address& internal, bool v4) const {
    if (!ports.serves(internal, v4)) {
        return Denial{ResultCode::networkFailure};
    }
    if (config.quirks.refusesPrivateWan && v4 && isPrivate(config.externalAddresses.front())) {
        return Denial{ResultCode::noResources};
    }
    return std::nullopt;
}

std::optional<Denial> State::quotaProblem(const wire::Address& host) const noexcept {
    if (config.ports.perHost && table.explicitCount(host) >= *config.ports.perHost) {
        return Denial{ResultCode::userExQuota};
    }
    if (config.ports.total && table.rows().size() >= *config.ports.total) {
        return Denial{ResultCode::noResources};
    }
    return std::nullopt;
}

bool State::mapsProtocol(Protocol protocol) const noexcept {
    return std::ranges::find(config.protocols, protocol) != config.protocols.end();
}

Mapping* State::inbound(Protocol protocol, const Endpoint& internal, bool v4, const PartyId& party) const {
    const auto ofKind = [&](Kind kind) {
        return table.findInternal(protocol, internal, [&](const Mapping& row) {
            return row.kind == kind && row.external.address.isV4() == v4 && row.partyId == party;
        });
    };
    Mapping* fixed = ofKind(Kind::fixed);
    return fixed != nullptr ? fixed : ofKind(Kind::map);
}

Mapping* State::outbound(Protocol protocol, const Endpoint& internal, bool v4, const PartyId& party) const {
    return table.findInternal(protocol, internal, [&](const Mapping& row) {
        return !row.isInbound() && row.external.address.isV4() == v4 && row.partyId == party;
    });
}

void State::noteClients() {
    if (!config.announce.knownClients) {
        return;
    }
    for (const auto& [id, row] : table.rows()) {
        if (row.isExplicit() && !row.isUpnp()) {
            clients_.insert(row.client);
        }
    }
}

std::vector<Endpoint> State::announcementTargets() const {
    std::vector<Endpoint> targets = config.announce.destinations;
    targets.insert(targets.end(), clients_.begin(), clients_.end());
    return targets;
}

Endpoint State::reported(const Endpoint& external) const noexcept {
    const std::uint16_t port =
        config.quirks.truncatesPorts ? static_cast<std::uint16_t>(external.port & 0xff) : external.port;
    return {config.quirks.reportedAddress.value_or(external.address), port};
}

} // namespace portolan::simulator
