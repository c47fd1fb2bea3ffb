// SPDX-License-Identifier: MIT
export module portolan.servers:learned;

import portolan.std;
import :dhcp;
import :lease;

export namespace portolan::servers {

/// A PCP server that a DHCP client of this host learned, and where: it is for requests by that interface alone (RFC
/// 7291 §7).
struct LearnedServer {
    Server addresses;
    std::string interfaceName;        ///< empty where only the index is known
    std::uint32_t interfaceIndex = 0; ///< 0 where only the name is known

    friend bool operator==(const LearnedServer&, const LearnedServer&) = default;
};

/// The servers in the lease files of dhclient, systemd-networkd and NetworkManager, below `root`. What is not there,
/// may not be read, or had its time at `now` is passed over. Of each interface and family the newest lease counts.
///
/// Reads /var/lib/dhcp and /var/lib/dhclient (dhclient*.lease, *.leases), /run/systemd/netif/leases, and
/// /var/lib/NetworkManager (*.lease), which is root's on most systems.
[[nodiscard]] std::vector<LearnedServer> learnedServers(WallTime now, const std::string& root = "/");

/// The servers of these leases, which go from the oldest to the newest.
[[nodiscard]] std::vector<LearnedServer> serversOf(std::span<const Lease> leases, WallTime now);

} // namespace portolan::servers
