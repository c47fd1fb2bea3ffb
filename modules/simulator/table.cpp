// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

module portolan.simulator;

import :table;

namespace portolan::simulator {

namespace {

std::size_t mix(std::size_t hash, std::uint8_t octet) noexcept {
    return (hash ^ octet) * 0x100000001b3U;
}

} // namespace

std::size_t TableHash::operator()(const wire::Address& address) const noexcept {
    std::size_t hash = 0xcbf29ce484222325U; // FNV-1a
    for (const std::uint8_t octet : address.octets) {
        hash = mix(hash, octet);
    }
    return hash;
}

std::size_t TableHash::operator()(const TableKey& key) const noexcept {
    std::size_t hash = (*this)(key.endpoint.address);
    hash = mix(hash, static_cast<std::uint8_t>(key.endpoint.port >> 8));
    hash = mix(hash, static_cast<std::uint8_t>(key.endpoint.port));
    return mix(hash, static_cast<std::uint8_t>(key.protocol));
}

Mapping& Table::insert(Mapping row) {
    row.id = nextId_++;
    Mapping& kept = rows_.emplace(row.id, std::move(row)).first->second;
    index(byInternal_, kept.internal, kept);
    index(byExternal_, kept.external, kept);
    byExpiry_.emplace(kept.expiry, kept.id);
    count(kept, 1);
    return kept;
}

void Table::erase(MappingId id) {
    const auto found = rows_.find(id);
    if (found == rows_.end()) {
        return;
    }
    const Mapping& row = found->second;
    count(row, -1);
    byExpiry_.erase({row.expiry, id});
    unindex(byInternal_, row.internal, row);
    unindex(byExternal_, row.external, row);
    rows_.erase(found);
}

void Table::setExpiry(Mapping& row, TimePoint expiry) {
    byExpiry_.erase({row.expiry, row.id});
    row.expiry = expiry;
    byExpiry_.emplace(expiry, row.id);
}

void Table::setExternal(Mapping& row, const Endpoint& external) {
    unindex(byExternal_, row.external, row);
    row.external = external;
    index(byExternal_, external, row);
}

void Table::setKind(Mapping& row, Kind kind) {
    count(row, -1);
    row.kind = kind;
    count(row, 1);
}

Mapping* Table::find(MappingId id) noexcept {
    const auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : &found->second;
}

Mapping* Table::nextToExpire() noexcept {
    return byExpiry_.empty() || byExpiry_.begin()->first == never ? nullptr : find(byExpiry_.begin()->second);
}

std::optional<TimePoint> Table::nextExpiry() const noexcept {
    if (byExpiry_.empty() || byExpiry_.begin()->first == never) {
        return std::nullopt;
    }
    return byExpiry_.begin()->first;
}

std::size_t Table::explicitCount(const wire::Address& host) const noexcept {
    const auto found = explicitCounts_.find(host);
    return found == explicitCounts_.end() ? 0 : found->second;
}

void Table::index(Index& index, const Endpoint& first, Mapping& row) {
    for (unsigned i = 0; i < row.ports; ++i) {
        index.emplace(TableKey{row.protocol, {first.address, static_cast<std::uint16_t>(first.port + i)}}, &row);
    }
}

void Table::unindex(Index& index, const Endpoint& first, const Mapping& row) {
    for (unsigned i = 0; i < row.ports; ++i) {
        const TableKey key{row.protocol, {first.address, static_cast<std::uint16_t>(first.port + i)}};
        const auto [from, to] = index.equal_range(key);
        const auto found = std::find_if(from, to, [&row](const auto& entry) { return entry.second == &row; });
        if (found != to) {
            index.erase(found);
        }
    }
}

void Table::count(const Mapping& row, int change) {
    if (!row.isExplicit()) {
        return;
    }
    std::size_t& counted = explicitCounts_[row.internal.address];
    counted = change > 0 ? counted + row.ports : counted - row.ports;
    if (counted == 0) {
        explicitCounts_.erase(row.internal.address);
    }
}

} // namespace portolan::simulator
