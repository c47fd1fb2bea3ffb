// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/unordered/unordered_map.hpp>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

module portolan.simulator;

import :ports;
import :random;
import :table;

namespace portolan::simulator {

namespace {

using wire::Protocol;

// The gateway's own choices are "high-numbered" (RFC 6886 §3.3).
constexpr std::uint16_t firstHighPort = 1024;

// The host may refuse ports the table knows nothing of; it is not asked more often than this for one mapping.
constexpr unsigned maxRefusals = 64;

} // namespace

Ports::Ports(const Config& config, const Table& table) noexcept
    : config_(config), table_(table), random_(config.seed) {}

bool Ports::isExternal(const wire::Address& internal, const wire::Address& external) const noexcept {
    if (config_.ipv6Firewall && !internal.isV4() && external == internal) {
        return true;
    }
    return std::ranges::find(config_.externalAddresses, external) != config_.externalAddresses.end() &&
           !external.isAny() && (config_.crossFamily || internal.isV4() == external.isV4());
}

bool Ports::serves(const wire::Address& internal, bool v4) const noexcept {
    if (config_.ipv6Firewall && !internal.isV4() && !v4) {
        return true;
    }
    return std::ranges::any_of(config_.externalAddresses, [&](const wire::Address& address) {
        return address.isV4() == v4 && isExternal(internal, address);
    });
}

std::optional<wire::Address> Ports::addressFor(const wire::Address& internal, bool v4) const {
    if (config_.ipv6Firewall && !internal.isV4() && !v4) {
        return internal;
    }
    std::vector<wire::Address> candidates;
    std::ranges::copy_if(config_.externalAddresses, std::back_inserter(candidates), [&](const wire::Address& address) {
        return address.isV4() == v4 && isExternal(internal, address);
    });
    if (candidates.size() < 2) {
        return candidates.empty() ? std::nullopt : std::optional{candidates.front()};
    }
    std::optional<wire::Address> chosen;
    for (const auto& [id, row] : table_.rows()) {
        const bool current = std::ranges::find(candidates, row.external.address) != candidates.end();
        if (row.internal.address == internal && current) {
            if (row.kind == Kind::fixed) {
                return row.external.address;
            }
            chosen = chosen.value_or(row.external.address);
        }
    }
    return chosen.value_or(candidates.front());
}

// The suggested address if it is one of ours; another, unless the suggestion is all that will do.
std::optional<wire::Address> Ports::addressFor(const Wish& wish) const {
    const bool suggested = !wish.suggested.address.isAny();
    const bool suggestedIsOurs = suggested && wish.suggested.address.isV4() == wish.v4 &&
                                 isExternal(wish.internal.address, wish.suggested.address);
    if (suggestedIsOurs) {
        return wish.suggested.address;
    }
    return wish.exact && suggested ? std::nullopt : addressFor(wish.internal.address, wish.v4);
}

std::optional<Endpoint> Ports::choose(TimePoint now, const Wish& wish) {
    const auto address = addressFor(wish);
    if (!address) {
        return std::nullopt;
    }
    const bool fixed = fixesPort(wish) || *address == wish.internal.address;
    const Endpoint preferred{*address, fixed ? wish.internal.port : wish.suggested.port};
    const bool contradicts = fixed && wish.suggested.port != 0 && wish.suggested.port != preferred.port;
    if (preferred.port != 0 && !(wish.exact && contradicts) && usable(now, wish, preferred)) {
        return preferred;
    }
    return wish.exact || fixed ? std::nullopt : search(now, wish, *address);
}

std::pair<std::uint16_t, std::uint16_t> Ports::ownChoices() const noexcept {
    const std::uint16_t last = config_.ports.last;
    return {last >= firstHighPort ? std::max(config_.ports.first, firstHighPort) : config_.ports.first, last};
}

std::optional<Endpoint> Ports::search(TimePoint now, const Wish& wish, const wire::Address& address) {
    const auto [first, last] = ownChoices();
    if (first > last) {
        return std::nullopt;
    }
    const std::uint32_t count = std::uint32_t{last} - first + 1;
    const std::uint32_t start = random_.below(count);
    unsigned refusals = 0;
    Wish quiet = wish;
    quiet.inbound = false; // the host is asked last, and only for ports that are free otherwise
    for (std::uint32_t step = 0; step < count && refusals < maxRefusals; ++step) {
        const Endpoint candidate{address, static_cast<std::uint16_t>(first + (start + step) % count)};
        if (!usable(now, quiet, candidate)) {
            continue;
        }
        if (!wish.inbound || !available_ || available_(wish.protocol, candidate)) {
            return candidate;
        }
        ++refusals;
    }
    return std::nullopt;
}

bool Ports::usable(TimePoint now, const Wish& wish, const Endpoint& external) {
    return allowed(wish.protocol, external) && !takenByOther(wish, external) && !companionTaken(wish, external) &&
           !rests(now, wish, external) && (!wish.inbound || !available_ || available_(wish.protocol, external));
}

bool Ports::whollyFree(const Wish& wish, const wire::Address& external) const {
    return std::ranges::none_of(table_.rows(), [&](const auto& entry) {
        const Mapping& row = entry.second;
        const bool covered =
            wish.protocol == Protocol::all || row.protocol == Protocol::all || row.protocol == wish.protocol;
        return covered && row.external.address == external;
    });
}

bool Ports::fixesPort(const Wish& wish) const noexcept {
    return wish.protocol == Protocol::sctp && !config_.rewritesSctpPorts;
}

bool Ports::allowed(Protocol protocol, const Endpoint& external) const noexcept {
    if (external.port < config_.ports.first || external.port > config_.ports.last) {
        return false;
    }
    // RFC 6887 §11.3: never the ports of PCP itself
    if (protocol == Protocol::udp && (external.port == wire::serverPort || external.port == wire::announcementPort)) {
        return false;
    }
    return std::ranges::none_of(config_.ports.reserved, [&](const Endpoint& reserved) {
        return reserved.port == external.port && (reserved.address.isAny() || reserved.address == external.address);
    });
}

bool Ports::takenByOther(const Wish& wish, const Endpoint& external) const {
    const auto any = [](const Mapping&) { return true; };
    const auto other = [&](const Mapping& row) {
        return row.internalAt(external.port) != wish.internal || row.partyId != wish.partyId;
    };
    const Endpoint allPorts{external.address, 0};
    return table_.findExternal(wish.protocol, external, other) != nullptr ||
           table_.findExternal(wish.protocol, allPorts, any) != nullptr ||
           table_.findExternal(Protocol::all, allPorts, any) != nullptr;
}

// RFC 6886 §3.3: while a host has a NAT-PMP mapping of one protocol, nobody else gets the same port of the other.
bool Ports::companionTaken(const Wish& wish, const Endpoint& external) const {
    if (config_.quirks.companionUnreserved || (wish.protocol != Protocol::tcp && wish.protocol != Protocol::udp)) {
        return false;
    }
    const Protocol companion = wish.protocol == Protocol::tcp ? Protocol::udp : Protocol::tcp;
    return table_.findExternal(companion, external, [&](const Mapping& row) {
        return row.internal.address != wish.internal.address && (row.natPmp || wish.natPmp);
    }) != nullptr;
}

bool Ports::rests(TimePoint now, const Wish& wish, const Endpoint& external) {
    const auto found = resting_.find({wish.protocol, external});
    if (found == resting_.end()) {
        return false;
    }
    if (found->second.until <= now) {
        resting_.erase(found);
        return false;
    }
    // RFC 6887 §15: the same address, port and nonce may reclaim it at once
    return found->second.internal != wish.internal || found->second.nonce != wish.nonce;
}

void Ports::rest(TimePoint now, const Mapping& row) {
    const bool stillUsed =
        table_.findExternal(row.protocol, row.external, [](const Mapping&) { return true; }) != nullptr;
    if (!config_.ports.quarantine || stillUsed || row.kind == Kind::implicit) {
        return;
    }
    const auto until = now + std::max(config_.lifetimes.reuse, idleTime(row.protocol));
    for (unsigned i = 0; i < row.ports; ++i) {
        const Endpoint external{row.external.address, static_cast<std::uint16_t>(row.external.port + i)};
        resting_.insert_or_assign(TableKey{row.protocol, external},
                                  Resting{row.internalAt(external.port), row.nonce, until});
    }
}

std::chrono::seconds Ports::idleTime(Protocol protocol) const noexcept {
    return protocol == Protocol::tcp ? config_.lifetimes.idleTcp : config_.lifetimes.idleUdp;
}

} // namespace portolan::simulator
