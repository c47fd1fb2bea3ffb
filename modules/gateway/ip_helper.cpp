// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::ip_helper {

namespace {

/// The sum, or the greatest number there is.
std::uint32_t sum(std::uint32_t a, std::uint32_t b) noexcept {
    return a > std::numeric_limits<std::uint32_t>::max() - b ? std::numeric_limits<std::uint32_t>::max() : a + b;
}

bool leads(Family family, const ForwardRow& row) noexcept {
    const bool sameFamily = row.destination.address.isV4() == (family == Family::v4);
    return sameFamily && !row.loopback && row.validLifetime != 0 && row.interfaceIndex != 0 &&
           mayBeDefault(family, row.destination);
}

} // namespace

std::vector<Route> routesOf(Family family, std::span<const ForwardRow> rows, std::span<const InterfaceRow> interfaces) {
    std::vector<Route> routes;
    for (const ForwardRow& row : rows) {
        const auto interface = std::ranges::find_if(interfaces, [&](const InterfaceRow& candidate) {
            return candidate.interfaceIndex == row.interfaceIndex && candidate.family == family;
        });
        if (!leads(family, row) || interface == interfaces.end() || !interface->connected) {
            continue;
        }
        Route route;
        route.destination = row.destination;
        route.gateway.family = family;
        route.gateway.interfaceIndex = row.interfaceIndex;
        route.gateway.metric = sum(row.metric, interface->metric);
        if (!row.nextHop.isAny()) {
            route.gateway.address = row.nextHop;
        }
        routes.push_back(route);
    }
    return routes;
}

} // namespace portolan::gateway::ip_helper
