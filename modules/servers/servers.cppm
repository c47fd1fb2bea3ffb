// SPDX-License-Identifier: MIT
module;

/// Which PCP servers there are to ask besides the default routers, and in which order: what DHCP told (RFC 7291), the
/// anycast addresses (RFC 7723), the order of a server's addresses (RFC 6724 §6), and which of them is asked (RFC
/// 7488).
///
/// All of it but `learnedServers()`, which reads files, is a function of its input.
export module portolan.servers;

import portolan.std;
export import portolan.error;
export import portolan.session;
export import :dhcp;
export import :lease;
export import :learned;
export import :destination;
export import :address_choice;

export namespace portolan::servers {

/// Where the nearest PCP server of a network may be reached, whichever it is (RFC 7723 §4).
inline constexpr wire::Address anycastV4 = wire::Address::v4(192, 0, 0, 9);
inline constexpr wire::Address anycastV6{{0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

} // namespace portolan::servers
