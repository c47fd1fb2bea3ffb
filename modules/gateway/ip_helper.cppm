// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <span>
#include <vector>

// The rows of Windows' IP Helper, in structures of our own so that what is made of them builds and is tested on every
// system.
export module portolan.gateway:ip_helper;

import :route;

export namespace portolan::gateway::ip_helper {

/// What matters of a MIB_IPFORWARD_ROW2.
struct ForwardRow {
    std::uint32_t interfaceIndex = 0;
    Prefix destination{};              ///< DestinationPrefix
    wire::Address nextHop{};           ///< all zeros: the destination is on the link
    std::uint32_t metric = 0;          ///< of the route alone; that of its interface comes on top
    std::uint32_t validLifetime = ~0U; ///< in seconds; 0: it has run out
    bool loopback = false;             ///< a route to this host itself
};

/// What matters of a MIB_IPINTERFACE_ROW. There is one for each family of an interface.
struct InterfaceRow {
    std::uint32_t interfaceIndex = 0;
    Family family = Family::v4;
    std::uint32_t metric = 0;
    bool connected = true;
};

/// The routes of one family, and of them those that are a default route or a part of a split one (see `rank()`), as
/// listed, with the metric that Windows goes by: the sum of the route's and its interface's. Left out: routes of
/// interfaces that are not connected or not among `interfaces`. The names of interfaces are left empty.
[[nodiscard]] std::vector<Route> routesOf(Family family, std::span<const ForwardRow> rows,
                                          std::span<const InterfaceRow> interfaces);

} // namespace portolan::gateway::ip_helper
