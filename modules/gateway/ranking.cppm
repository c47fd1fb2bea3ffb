// SPDX-License-Identifier: MIT
export module portolan.gateway:ranking;

import portolan.std;
import portolan.error;
import :route;

export namespace portolan::gateway {

/// The gateways of those routes, best first.
///
/// IPv4 goes before IPv6. In a family: default routes before split ones; the table "main" before "default" before any
/// other (a VPN keeps its own default route in a table of its own, for some packets only); the smaller metric; the
/// better RFC 4191 preference; routes for every source before those for some; then as listed.
///
/// Split routes are joined: one gateway for a complete set (0.0.0.0/1 and 128.0.0.0/1; ::/1 and 8000::/1; 2000::/3,
/// whole or as two halves) in one table through one next hop, none for an incomplete set. They come last because a
/// VPN's own end seldom serves port mappings, while the router that the true default route names often does.
///
/// Routes to any other destination are left out.
[[nodiscard]] std::vector<Gateway> rank(std::span<const Route> routes);

/// The first of `ranked` (as `rank()` or `gateways()` gave them) that serves `family`.
///
/// `Errc::noGateway` if there is none. `Errc::gatewayUnknown` if it has no address: a later one that has is not taken
/// instead, since that is not the way the packets of this host go. `detail` says what a user can do.
[[nodiscard]] result<Gateway> choose(std::span<const Gateway> ranked, Family family);

} // namespace portolan::gateway

namespace portolan::gateway {

/// Whether a route to `destination` is a default route or a part of a split one.
[[nodiscard]] bool mayBeDefault(Family family, const Prefix& destination) noexcept;

/// Whether some part of a split default route is `length` bits long; 0 for a true default route.
[[nodiscard]] bool mayBeDefault(Family family, std::uint8_t length) noexcept;

} // namespace portolan::gateway
