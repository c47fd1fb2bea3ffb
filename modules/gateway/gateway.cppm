// SPDX-License-Identifier: MIT
/// Which gateways there are, and which address of this host faces one.
///
/// The readers of what an operating system answers (`netlink::RouteDump`, `netlink::AddressDump`,
/// `ip_helper::routesOf()`) and the choices made from it (`rank()`, `choose()`, `selectSource()`, `compare()`) are
/// functions of their input, on every system. The calls below ask the running system: Linux, macOS, the BSDs or
/// Windows, and `Monitor` those but Windows; elsewhere they give
/// `errc::not_supported`, and the gateway has to be named.
export module portolan.gateway;

import portolan.std;
export import portolan.error;
export import :route;
export import :ranking;
export import :source;
export import :netlink;
export import :route_dump;
export import :next_hop_dump;
export import :address_dump;
export import :exchange;
export import :news;
export import :netlink_news;
export import :link_dump;
export import :route_layout;
export import :route_socket;
export import :ip_helper;
export import :change;
export import :debounce;
export import :suspend;
export import :monitor;
import :next_hop;
import :system;

export namespace portolan::gateway {

/// Every default route of both families, best first, as `rank()` orders them. Empty if there is none.
///
/// Blocks while the kernel lists its tables: well below a millisecond on an ordinary host, some 40 ms of work for
/// 100,000 routes. A kernel that does not answer within two seconds, or is not done with a family within ten, gives
/// `errc::timed_out`. Other errors are the system's.
[[nodiscard]] result<std::vector<Gateway>> gateways();

/// The gateway of the best default route of `family`, which always has an address.
///
/// As `gateways()` and then `choose()`, and with the errors of both, but asks for one family only.
[[nodiscard]] result<Gateway> defaultGateway(Family family);

/// The first of `ranked` (as `rank()` or `gateways()` gave them) that serves `family` by the interface `interfaceName`,
/// in whatever table. Errors as of `choose`; `Errc::noGateway` too where there is no such interface.
[[nodiscard]] result<Gateway> chooseOn(std::span<const Gateway> ranked, Family family, std::string_view interfaceName);

/// The index of an interface; 0 if there is none of that name.
[[nodiscard]] std::uint32_t interfaceIndex(const std::string& name);

/// The name of an interface; empty if there is none of that index.
[[nodiscard]] std::string interfaceName(std::uint32_t index);

/// The address of this host that requests to `gateway` are to come from, and so the inside of the mappings made there.
///
/// Towards IPv4 and loopback addresses it is the stack's choice, found by connecting a UDP socket, which sends nothing
/// (RFC 6887 §16.4). Towards other IPv6 addresses it is `selectSource()`'s: bind to it before connecting.
///
/// `gateway` may be one that a user named, with nothing but `address` in it; if that is link-local it needs
/// `interfaceIndex` as well. Errors: `Errc::gatewayUnknown` without an address, `Errc::noSourceAddress`, the system's.
[[nodiscard]] result<wire::Address> sourceAddress(const Gateway& gateway, SourceOptions options = {});

/// The index of the interface that has this address of this host; 0 if there is none. Errors are the system's.
[[nodiscard]] result<std::uint32_t> interfaceWith(const wire::Address& own);

/// The networks that this host has addresses of on an interface, of both families, as listed: what is on the link. Each
/// is given by an address in it. None where there is no such interface. Errors are the system's.
[[nodiscard]] result<std::vector<Prefix>> networksOn(std::uint32_t interfaceIndex);

} // namespace portolan::gateway
