// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

module portolan.session;

import :record;
import :table;

// Sets of ports (RFC 7753): one record stands for all of them, and its gateway may answer about parts of them.

namespace portolan::session {

namespace {

bool sameSide(const FullKey& a, const FullKey& b) {
    return a.local.internalAddress == b.local.internalAddress && a.local.protocol == b.local.protocol &&
           a.local.externalV4 == b.local.externalV4 && std::ranges::equal(a.thirdPartyId, b.thirdPartyId);
}

/// The ports that a response is about, as far as they are among `count` ports from `first` on; none if they are not.
std::optional<PortRange> rangeOf(const wire::MapResponse& response, std::uint32_t first, std::uint32_t count) {
    std::uint32_t begin = response.internalPort;
    std::uint32_t size = 1;
    for (const wire::RawOption& raw : response.options) {
        const auto option = raw.code == wire::OptionCode::portSet ? wire::interpret(raw) : wire::Refusal{};
        const auto* set = option ? std::get_if<wire::PortSet>(&option.assume_value()) : nullptr;
        if (set != nullptr && set->size != 0) {
            begin = set->firstInternalPort;
            size = set->size;
        }
    }
    const std::uint32_t from = std::max(begin, first);
    const std::uint32_t to = std::min(begin + size, first + count);
    const std::uint32_t external = response.assignedPort + (from - begin);
    if (from >= to || external + (to - from) > 0x10000) {
        return std::nullopt;
    }
    return PortRange{static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(external),
                     static_cast<std::uint16_t>(to - from), response.assignedAddress};
}

bool overlap(const PortRange& a, const PortRange& b) {
    return a.internalPort < b.internalPort + b.size && b.internalPort < a.internalPort + a.size;
}

} // namespace

/// Whether these ports are another request's already: then each would be renewed and deleted with the other (RFC 7753
/// §4.4.1, §6.3).
bool Session::overlapsOthers(const FullKey& key, std::uint32_t count) const {
    const std::uint16_t first = key.local.internalPort;
    if (first == 0) {
        return false;
    }
    const std::uint32_t end = first + count;
    const bool withSet = std::ranges::any_of(portSets_, [&](Index other) {
        const Record& set = table_[other];
        return sameSide(Table::keyOf(set), key) && set.internalPort < end && first < set.internalPort + set.portCount();
    });
    FullKey single = key;
    bool withSingle = false;
    for (std::uint32_t port = first + 1U; port < end && !withSingle; ++port) {
        single.local.internalPort = static_cast<std::uint16_t>(port);
        withSingle = table_.find(single).has_value();
    }
    return withSet || withSingle;
}

/// The set that has the port of this response in it: a request for a set is answered once for each mapping that its
/// ports have already.
std::optional<Session::Index> Session::attributeToSet(const wire::MapResponse& response, const FullKey& key) const {
    const auto found = std::ranges::find_if(portSets_, [&](Index at) {
        const Record& set = table_[at];
        FullKey own = Table::keyOf(set);
        own.local.externalV4 = key.local.externalV4; // whichever it is
        return sameSide(own, key) && set.askedByPcp && set.nonce == response.nonce &&
               response.internalPort >= set.internalPort && response.internalPort < set.internalPort + set.portCount();
    });
    return found == portSets_.end() ? std::nullopt : std::optional{*found};
}

/// Takes a success about a set, or a part of it, into the ranges that are mapped, and tells of what its first port is
/// mapped to. Nothing: it is about none of the ports.
std::optional<Endpoint> Session::notePorts(Record& record, const wire::MapResponse& response) {
    const auto range = rangeOf(response, record.internalPort, record.portCount());
    if (!range) {
        return std::nullopt;
    }
    std::vector<PortRange>& ports = record.extras->granted.ports;
    if (record.phase != Phase::held || record.recovering) {
        ports.clear();
    }
    std::erase_if(ports, [&](const PortRange& old) { return overlap(old, *range); });
    ports.insert(std::ranges::upper_bound(ports, range->internalPort, {}, &PortRange::internalPort), *range);
    return Endpoint{ports.front().externalAddress, ports.front().externalPort};
}

/// One more answer to a request for a set that had its answer: another part of the set is mapped, and may end sooner.
void Session::partGranted(TimePoint now, Index at, const wire::MapResponse& response) {
    Record& record = table_[at];
    const std::vector<PortRange> before = record.extras->granted.ports;
    const auto external = notePorts(record, response);
    if (!external || record.extras->granted.ports == before) {
        return;
    }
    record.externalAddress = external->address;
    record.externalPort = external->port;
    const std::chrono::seconds lifetime = cappedLifetime(response.lifetimeSeconds);
    if (now + lifetime < record.expiry()) {
        record.granted = now;
        record.grantedSeconds = static_cast<std::uint32_t>(lifetime.count());
        scheduleRenewal(now, at);
    }
    emit(at, EventKind::moved);
}

} // namespace portolan::session
