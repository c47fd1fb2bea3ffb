// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::netlink {

namespace {

constexpr std::uint16_t newNextHop = 104; // RTM_NEWNEXTHOP
constexpr std::uint16_t getNextHop = 106; // RTM_GETNEXTHOP

// struct nhmsg: family, scope, protocol, nothing: one octet each; flags 4.
constexpr std::size_t nextHopHeaderSize = 8;
constexpr std::size_t flagsAt = 4;

/// NHA_*.
enum NextHopAttribute : std::uint16_t { identity = 1, group = 2, outInterface = 5, gatewayAddress = 6 };

// struct nexthop_grp: identity 4, weight 2, nothing 2.
constexpr std::size_t memberSize = 8;

bool readGroup(wire::Bytes members, std::vector<std::uint32_t>& to) {
    for (; members.size() >= memberSize; members = members.subspan(memberSize)) {
        to.push_back(load<std::uint32_t>(members, 0));
    }
    return members.empty();
}

} // namespace

NextHopDump::NextHopDump() noexcept : Dump(newNextHop) {}

void NextHopDump::clear() {
    nextHops_.clear();
}

bool NextHopDump::take(wire::Bytes body) {
    if (body.size() < nextHopHeaderSize) {
        return false;
    }
    std::optional<std::uint32_t> name;
    std::optional<std::uint32_t> interface = 0;
    NextHop hop;
    const bool whole = eachAttribute(body.subspan(nextHopHeaderSize), [&](const Attribute& attribute) {
        switch (attribute.type) {
        case identity:
            name = loadAll<std::uint32_t>(attribute.value);
            return name.has_value();
        case outInterface:
            interface = loadAll<std::uint32_t>(attribute.value);
            return interface.has_value();
        case gatewayAddress:
            return readHop(body[0], attribute.value, hop.address);
        case group:
            return readGroup(attribute.value, hop.group);
        default:
            return true;
        }
    });
    if (!whole || !name) {
        return false;
    }
    hop.interfaceIndex = *interface;
    if ((load<std::uint32_t>(body, flagsAt) & flagsUseless) == 0) {
        nextHops_.insert_or_assign(*name, std::move(hop));
    }
    return true;
}

std::vector<Route> NextHopDump::resolve(std::span<const Route> routes) const {
    std::vector<Route> resolved;
    for (const Route& route : routes) {
        if (!isUnresolved(route)) {
            resolved.push_back(route);
            continue;
        }
        const auto found = nextHops_.find(route.nextHopObject);
        if (found == nextHops_.end()) {
            continue;
        }
        append(route, found->first, resolved);
        for (const std::uint32_t member : found->second.group) { // which is never a group itself
            append(route, member, resolved);
        }
    }
    return resolved;
}

void NextHopDump::append(const Route& route, std::uint32_t object, std::vector<Route>& to) const {
    const auto found = nextHops_.find(object);
    if (found == nextHops_.end() || found->second.interfaceIndex == 0) {
        return;
    }
    to.push_back(route);
    to.back().gateway.address = found->second.address;
    to.back().gateway.interfaceIndex = found->second.interfaceIndex;
}

bool isUnresolved(const Route& route) noexcept {
    return route.gateway.interfaceIndex == 0 && route.nextHopObject != 0;
}

std::array<std::uint8_t, nextHopRequestSize> nextHopRequest(std::uint32_t sequence) noexcept {
    std::array<std::uint8_t, nextHopRequestSize> octets{};
    storeDumpHeader(octets, getNextHop, sequence);
    return octets;
}

} // namespace portolan::gateway::netlink
