// SPDX-License-Identifier: MIT
module;

export module portolan.gateway:netlink_news;

import portolan.error;
import :netlink;
import :news;

export namespace portolan::gateway::netlink {

/// What a datagram tells that came unasked, because this socket belongs to groups of rtnetlink. One that makes no sense
/// tells that something was lost.
///
/// Passed over: routes to anywhere but a default route or a part of a split one; what a wireless interface tells of
/// itself while it stays as it is; ports of bridges.
[[nodiscard]] News readNews(wire::Bytes datagram) noexcept;

} // namespace portolan::gateway::netlink
