// SPDX-License-Identifier: MIT
export module portolan.servers:dhcp;

import portolan.std;
import portolan.error;

export namespace portolan::servers {

/// One PCP server: its addresses, in the order in which they were given. Never empty.
using Server = std::vector<wire::Address>;

/// OPTION_V4_PCP_SERVER and OPTION_V6_PCP_SERVER (RFC 7291 §9). A DHCP client that is to learn PCP servers names them
/// in its Parameter Request List, or in its Option Request Option.
inline constexpr std::uint8_t dhcpV4Option = 158;
inline constexpr std::uint16_t dhcpV6Option = 86;

/// The servers in the data of OPTION_V4_PCP_SERVER, whose fragments are joined already (RFC 7291 §4): a server a list.
///
/// Multicast, loopback and unspecified addresses are left out, with whatever else no host can have (0.0.0.0/8,
/// 240.0.0.0/4), and so are repetitions, and a server of which nothing is left. `errc::bad_message` where lengths are
/// not as they must be; `detail` says at which octet.
[[nodiscard]] result<std::vector<Server>> readDhcpV4(wire::Bytes data);

/// The server in the data of one OPTION_V6_PCP_SERVER (RFC 7291 §3), one or none; an IPv4-mapped address is the IPv4
/// one. What is left out and refused is as of `readDhcpV4`.
[[nodiscard]] result<std::vector<Server>> readDhcpV6(wire::Bytes data);

/// The same from all options of a DHCPv4 message, after the magic cookie: the parts of a long option are joined in
/// their order (RFC 3396 §7). Empty if it has no such option.
[[nodiscard]] result<std::vector<Server>> readDhcpV4Options(wire::Bytes options);

/// The same from all options of a DHCPv6 message: a server an instance, in their order.
[[nodiscard]] result<std::vector<Server>> readDhcpV6Options(wire::Bytes options);

} // namespace portolan::servers
