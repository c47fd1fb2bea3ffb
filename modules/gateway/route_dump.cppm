// SPDX-License-Identifier: MIT
export module portolan.gateway:route_dump;

import portolan.std;
import portolan.error;
import :route;
import :netlink;

export namespace portolan::gateway::netlink {

/// Reads the routes of one family, and of them those that are a default route or a part of a split one (see `rank()`).
///
/// A route with several next hops gives one `Route` for each. Left out: blackhole, unreachable, prohibit, multicast
/// and other routes that are not unicast; cached ones; those for packets with a type of service; next hops that are
/// dead or whose link is down. The names of interfaces are left empty.
class RouteDump final : public Dump {
public:
    explicit RouteDump(Family family) noexcept;

    /// The routes read since `begin()`, as listed.
    [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

private:
    void clear() override;
    bool take(wire::Bytes body) override;

    Family family_;
    std::vector<Route> routes_;
};

/// The size of `routeRequest()`'s answer, in octets.
inline constexpr std::size_t routeRequestSize = 28;

/// A request to dump the unicast routes of every table. A kernel that was not told NETLINK_GET_STRICT_CHK lists all.
[[nodiscard]] std::array<std::uint8_t, routeRequestSize> routeRequest(Family family, std::uint32_t sequence) noexcept;

} // namespace portolan::gateway::netlink
