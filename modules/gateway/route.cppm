// SPDX-License-Identifier: MIT
export module portolan.gateway:route;

import portolan.std;
import portolan.wire;

export namespace portolan::gateway {

/// An address family, of the destinations that a route serves.
enum class Family : std::uint8_t { v4, v6 };

/// The first `length` bits of an address: 0 to 32 of an IPv4 one, 0 to 128 of an IPv6 one.
struct Prefix {
    wire::Address address{};
    std::uint8_t length = 0;

    friend bool operator==(const Prefix&, const Prefix&) = default;
};

/// What an IPv6 router says of itself as a default router (RFC 4191 §2.1). Best first.
enum class Preference : std::uint8_t { high, medium, low };

/// The number of the routing table "main", which hosts without policy routing use alone.
inline constexpr std::uint32_t mainTable = 254;

/// The number of the routing table "default", which is consulted after "main".
inline constexpr std::uint32_t lastTable = 253;

/// One next hop of one default route: a candidate for "the gateway" (RFC 6887 §8.1, RFC 6886 §3).
struct Gateway {
    /// The family of the destinations routed. `address` may be of the other one: an IPv4 route through an IPv6 next
    /// hop (RFC 8950) names a router that can only be spoken to over IPv6.
    Family family = Family::v4;
    /// The next hop. None on a link that needs none (WireGuard, PPP, tun): there is a gateway, and no way to know it.
    std::optional<wire::Address> address{};
    /// The interface the route leaves by, and so the scope of a link-local `address`. 0: any, for a gateway that a
    /// user named without an interface.
    std::uint32_t interfaceIndex = 0;
    /// The name of that interface; empty where the index has none any more.
    std::string interfaceName{};
    /// The source address that the route asks for, where it does (RTA_PREFSRC).
    std::optional<wire::Address> preferredSource{};
    /// The route is for packets from these addresses only (IPv6 source-specific routing).
    std::optional<Prefix> onlyFrom{};
    /// The route's priority: less is better. Linux gives 0 to an IPv4 route and 1024 to an IPv6 one without any.
    std::uint32_t metric = 0;
    Preference preference = Preference::medium;
    /// The routing table that holds the route.
    std::uint32_t table = mainTable;
    /// No default route by itself: several routes together cover what a default route would, as VPN software sets
    /// them up to go before the true one (0.0.0.0/1 with 128.0.0.0/1).
    bool split = false;

    friend bool operator==(const Gateway&, const Gateway&) = default;
};

/// One next hop of one route towards `destination`, as a routing table lists it.
struct Route {
    Prefix destination{};
    Gateway gateway{};
    /// The Linux next hop object that the route goes by, 0 for none. Where `gateway.interfaceIndex` is 0 the route says
    /// nothing else, and `netlink::NextHopDump` has the rest.
    std::uint32_t nextHopObject = 0;

    friend bool operator==(const Route&, const Route&) = default;
};

} // namespace portolan::gateway
