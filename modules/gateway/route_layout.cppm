// SPDX-License-Identifier: MIT
// How macOS and the BSDs lay out the messages of their route sockets and of sysctl's NET_RT_DUMP. The idea is the same
// everywhere, a header and then socket addresses; hardly any number is.
export module portolan.gateway:route_layout;

import portolan.std;

export namespace portolan::gateway::route_socket {

/// Where things are in one system's messages: offsets and sizes in octets, integers in the byte order of the host.
///
/// Every message begins with its length (2 octets), the version of the layout (1) and its type (1).
struct RouteLayout {
    std::string_view system;
    std::uint8_t version;          ///< RTM_VERSION; messages of another one are passed over
    std::uint8_t headerSize;       ///< of a message about a route; the addresses follow
    std::uint8_t headerSizeAt = 0; ///< where such a message says the size of its own header (2 octets); 0: it does not
    std::uint8_t indexAt;          ///< the interface (2 octets)
    std::uint8_t flagsAt;          ///< RTF_* (4 octets)
    std::uint8_t addressesAt;      ///< RTA_*: which addresses follow (4 octets)
    std::uint8_t tableAt = 0;      ///< the number of the routing table (2 octets); 0: there is one table
    std::uint8_t priorityAt = 0;   ///< the route's priority, less is better (1 octet); 0: it has none
    std::uint8_t alignment;        ///< each address is padded to a multiple of this; an empty one takes up as much
    std::uint8_t familyV6;         ///< AF_INET6
    std::uint32_t flagsBeside;     ///< RTF_* of routes that lead nowhere, or were made from others as a cache
    std::uint32_t flagScoped = 0;  ///< RTF_* of routes for those packets only that are bound to their interface
    std::uint8_t newAddress;       ///< RTM_NEWADDR
    std::uint8_t deletedAddress;   ///< RTM_DELADDR
    std::array<std::uint8_t, 2> link; ///< RTM_IFINFO, and RTM_IFANNOUNCE or 0
    std::uint8_t lost = 0;            ///< RTM_DESYNC: messages were dropped; 0: the system does not say so

    friend constexpr bool operator==(const RouteLayout&, const RouteLayout&) = default;
};

/// macOS, iOS: XNU, 64 bits.
inline constexpr RouteLayout darwin{.system = "Darwin",
                                    .version = 5,
                                    .headerSize = 92,
                                    .indexAt = 4,
                                    .flagsAt = 8,
                                    .addressesAt = 12,
                                    .alignment = 4,
                                    .familyV6 = 30,
                                    .flagsBeside = 0x00e2'1408, // reject, link layer, blackhole, cloned, local, ...
                                    .flagScoped = 0x0100'0000,
                                    .newAddress = 12,
                                    .deletedAddress = 13,
                                    .link = {14, 0}};

/// FreeBSD, on processors of 64 or of 32 bits: `longSize` is 8 or 4.
[[nodiscard]] constexpr RouteLayout freeBsd(std::uint8_t longSize = 8) noexcept {
    return {.system = "FreeBSD",
            .version = 5,
            .headerSize = static_cast<std::uint8_t>(32 + 15 * longSize),
            .indexAt = 4,
            .flagsAt = 8,
            .addressesAt = 12,
            .alignment = longSize,
            .familyV6 = 28,
            .flagsBeside = 0x00e0'1408,
            .newAddress = 12,
            .deletedAddress = 13,
            .link = {14, 17}};
}

/// OpenBSD, likewise.
[[nodiscard]] constexpr RouteLayout openBsd(std::uint8_t longSize = 8) noexcept {
    return {.system = "OpenBSD",
            .version = 5,
            .headerSize = 96,
            .headerSizeAt = 4,
            .indexAt = 6,
            .flagsAt = 16,
            .addressesAt = 12,
            .tableAt = 8,
            .priorityAt = 10,
            .alignment = longSize,
            .familyV6 = 24,
            .flagsBeside = 0x0063'1608,
            .newAddress = 12,
            .deletedAddress = 13,
            .link = {14, 15},
            .lost = 16};
}

/// NetBSD 7 and later, the same on all processors.
inline constexpr RouteLayout netBsd{.system = "NetBSD",
                                    .version = 4,
                                    .headerSize = 120,
                                    .indexAt = 4,
                                    .flagsAt = 8,
                                    .addressesAt = 12,
                                    .alignment = 8,
                                    .familyV6 = 24,
                                    .flagsBeside = 0x000c'3408,
                                    .newAddress = 22,
                                    .deletedAddress = 23,
                                    .link = {20, 16}};

} // namespace portolan::gateway::route_socket
