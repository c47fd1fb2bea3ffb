// SPDX-License-Identifier: MIT
export module portolan.gateway:next_hop_dump;

import portolan.std;
import portolan.error;
import :netlink;
import :route;

export namespace portolan::gateway::netlink {

/// Reads the next hop objects of Linux 5.3 and later, which routes may name instead of their next hops.
///
/// A route names them alone only where net.ipv4.nexthop_compat_mode is 0; else it says what they are, too.
class NextHopDump final : public Dump {
public:
    NextHopDump() noexcept;

    /// `routes` as they are where each object named is replaced by what it is: by several for a group, by none for a
    /// blackhole and for an object that was not in the dump.
    [[nodiscard]] std::vector<Route> resolve(std::span<const Route> routes) const;

private:
    struct NextHop {
        std::optional<wire::Address> address{};
        std::uint32_t interfaceIndex = 0;
        std::vector<std::uint32_t> group{};
    };

    void clear() override;
    bool take(wire::Bytes body) override;
    void append(const Route& route, std::uint32_t object, std::vector<Route>& to) const;

    std::map<std::uint32_t, NextHop> nextHops_;
};

/// Whether `route` says nothing but the name of an object.
[[nodiscard]] bool isUnresolved(const Route& route) noexcept;

/// The size of `nextHopRequest()`'s answer, in octets.
inline constexpr std::size_t nextHopRequestSize = 24;

/// A request to dump the next hop objects of every family.
[[nodiscard]] std::array<std::uint8_t, nextHopRequestSize> nextHopRequest(std::uint32_t sequence) noexcept;

} // namespace portolan::gateway::netlink
