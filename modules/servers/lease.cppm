// SPDX-License-Identifier: MIT
export module portolan.servers:lease;

import portolan.std;
import :dhcp;

export namespace portolan::servers {

/// A time of the calendar, in whole seconds.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::seconds>;

/// What the lease of a DHCP client tells of PCP servers.
struct Lease {
    std::string interfaceName;     ///< where it was learned; empty where the file does not say
    std::vector<Server> servers;   ///< empty: it tells of none
    std::optional<WallTime> end{}; ///< none: it does not say, or never ends
    bool v6 = false;               ///< of DHCPv6

    friend bool operator==(const Lease&, const Lease&) = default;
};

/// The leases in a file of ISC dhclient (dhclient.leases(5)), in their order; the last one of an interface and family
/// is the one that counts. It writes an option that it knows no name of as `option unknown-158 8:c0:0:2:1:c0:0:2:2;`,
/// or as a string where every octet is a letter, and of DHCPv6 as `option dhcp6.unknown-86 ...;`.
///
/// Whatever makes no sense is passed over, an option with wrong lengths too.
[[nodiscard]] std::vector<Lease> readDhclientLeases(std::string_view text);

/// The lease in a file of systemd-networkd, or of the DHCP client inside NetworkManager, both of DHCPv4:
/// `OPTION_158=08c0000201c0000202`. (Those that were looked at write options 224 to 254 like that, and option 158 not
/// at all.) Passes over as above.
[[nodiscard]] Lease readKeyValueLease(std::string_view text);

} // namespace portolan::servers

namespace portolan::servers {

/// Octets as one or two hex digits each with colons between them, or as two hex digits each; nothing if it is neither.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> octetsOf(std::string_view hex);

} // namespace portolan::servers
