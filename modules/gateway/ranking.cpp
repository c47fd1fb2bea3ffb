// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

module portolan.gateway;

namespace portolan::gateway {

namespace {

/// One part of a set of routes that together are a default route.
struct Part {
    Family family;
    std::uint8_t firstOctet; ///< the destination's; all others are zero
    std::uint8_t length;
    std::uint8_t set;
    std::uint8_t bit;   ///< the part's own
    std::uint8_t whole; ///< of all parts of its set
};

constexpr std::array<Part, 7> parts{{
    {Family::v4, 0x00, 1, 0, 1, 3},
    {Family::v4, 0x80, 1, 0, 2, 3},
    {Family::v6, 0x00, 1, 1, 1, 3},
    {Family::v6, 0x80, 1, 1, 2, 3},
    {Family::v6, 0x20, 3, 2, 1, 1}, // all that is global today
    {Family::v6, 0x20, 4, 3, 1, 3},
    {Family::v6, 0x30, 4, 3, 2, 3},
}};

bool matches(const Part& part, Family family, const Prefix& destination) {
    wire::Address network = family == Family::v4 ? wire::Address::anyV4() : wire::Address::anyV6();
    network.octets[family == Family::v4 ? 12 : 0] = part.firstOctet;
    return part.family == family && part.length == destination.length && network == destination.address;
}

const Part* partOf(const Route& route) {
    const auto found = std::find_if(parts.begin(), parts.end(), [&](const Part& part) {
        return matches(part, route.gateway.family, route.destination);
    });
    return found == parts.end() ? nullptr : &*found;
}

auto wayOf(const Gateway& gateway) {
    return std::tie(gateway.table, gateway.interfaceIndex, gateway.address);
}

/// Whether `routes` has every part of the set of `first`, all in one table and through one next hop.
bool isWhole(std::span<const Route> routes, const Route& first, const Part& part) {
    unsigned found = 0;
    for (const Route& route : routes) {
        const Part* other = partOf(route);
        if (other != nullptr && other->set == part.set && wayOf(route.gateway) == wayOf(first.gateway)) {
            found |= other->bit;
        }
    }
    return found == part.whole;
}

int tableRank(std::uint32_t table) {
    if (table == mainTable) {
        return 0;
    }
    return table == lastTable ? 1 : 2;
}

auto sortKey(const Gateway& gateway) {
    return std::tuple{gateway.family, gateway.split,      tableRank(gateway.table),
                      gateway.metric, gateway.preference, gateway.onlyFrom.has_value()};
}

/// Puts `gateway` behind all that are as good.
void insert(std::vector<Gateway>& ranked, Gateway gateway) {
    const auto before = std::upper_bound(ranked.begin(), ranked.end(), gateway,
                                         [](const Gateway& a, const Gateway& b) { return sortKey(a) < sortKey(b); });
    ranked.insert(before, std::move(gateway));
}

std::string linkOf(const Gateway& gateway) {
    return gateway.interfaceName.empty() ? fmt::format("interface {}", gateway.interfaceIndex) : gateway.interfaceName;
}

} // namespace

bool mayBeDefault(Family family, const Prefix& destination) noexcept {
    return destination.length == 0 || std::any_of(parts.begin(), parts.end(),
                                                  [&](const Part& part) { return matches(part, family, destination); });
}

bool mayBeDefault(Family family, std::uint8_t length) noexcept {
    return length == 0 || std::any_of(parts.begin(), parts.end(),
                                      [&](const Part& part) { return part.family == family && part.length == length; });
}

std::vector<Gateway> rank(std::span<const Route> routes) {
    std::vector<Gateway> ranked;
    for (const Route& route : routes) {
        if (route.destination.length == 0) {
            insert(ranked, route.gateway);
            continue;
        }
        const Part* part = partOf(route);
        if (part != nullptr && part->bit == 1 && isWhole(routes, route, *part)) {
            Gateway gateway = route.gateway;
            gateway.split = true;
            insert(ranked, std::move(gateway));
        }
    }
    return ranked;
}

result<Gateway> choose(std::span<const Gateway> ranked, Family family) {
    const auto found =
        std::find_if(ranked.begin(), ranked.end(), [&](const Gateway& gateway) { return gateway.family == family; });
    if (found == ranked.end()) {
        return Error{Errc::noGateway, fmt::format("there is no {} default route; name the gateway (--gateway ADDR)",
                                                  family == Family::v4 ? "IPv4" : "IPv6")};
    }
    if (!found->address) {
        return Error{Errc::gatewayUnknown, fmt::format("{} is a link without a next hop; name the gateway "
                                                       "(--gateway ADDR)",
                                                       linkOf(*found))};
    }
    return *found;
}

} // namespace portolan::gateway
