// SPDX-License-Identifier: MIT
export module portolan.gateway:route_socket;

import portolan.std;
import portolan.error;
import :news;
import :route;
import :route_layout;

export namespace portolan::gateway::route_socket {

/// The routes of one family in what sysctl's NET_RT_DUMP gave, and of them those that are a default route or a part of
/// a split one (see `rank()`), as listed. The names of interfaces are left empty.
///
/// A gateway that is a link-layer address is none that can be spoken to. The scope that KAME's kernels keep inside a
/// link-local address is taken out of it. OpenBSD's priority is the metric, and its table 0 the table "main". Routes
/// for packets bound to an interface alone (Darwin) are of table 0, and so come after all others. Left out: routes that
/// are down, reject, or are made from others as a cache; those of a netmask with holes; those without an interface.
///
/// `errc::bad_message`, with the offset: a message or an address that is longer than what holds it, or shorter than its
/// own header.
[[nodiscard]] result<std::vector<Route>> readRoutes(const RouteLayout& layout, Family family, wire::Bytes dump);

/// What a datagram of a PF_ROUTE socket tells. One that makes no sense tells that something was lost.
[[nodiscard]] News readNews(const RouteLayout& layout, wire::Bytes datagram) noexcept;

} // namespace portolan::gateway::route_socket
