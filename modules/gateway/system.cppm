// SPDX-License-Identifier: MIT
// What the operating system is asked for; one file a system defines it.
export module portolan.gateway:system;

import portolan.std;
import portolan.error;
import :change;
import :news;
import :route;
import :source;
import :suspend;

namespace portolan::gateway::system {

/// The default routes of `family`, and the parts of split ones, of every routing table, as listed, names left empty.
/// None where the system does not have that family at all.
[[nodiscard]] result<std::vector<Route>> routes(Family family);

/// The addresses of `family`.
[[nodiscard]] result<std::vector<LocalAddress>> addresses(Family family);

/// The interfaces.
[[nodiscard]] result<std::vector<Interface>> interfaces();

/// The name of an interface; empty if there is none of that index.
[[nodiscard]] std::string interfaceName(std::uint32_t index);

/// The index of an interface; 0 if there is none of that name.
[[nodiscard]] std::uint32_t interfaceIndex(const std::string& name);

/// The source address that the stack chooses towards `gateway.address`, by its interface and from its preferred source
/// if it has them. No packet is sent. `Errc::noSourceAddress` if the stack has none.
[[nodiscard]] result<wire::Address> stackSource(const Gateway& gateway);

/// Opens a socket that becomes readable when one of the tables above changes. The caller closes it. This and the next
/// two are for systems of descriptors (monitor_posix.cpp).
[[nodiscard]] result<int> openNews();

/// Takes one datagram from such a socket, without waiting; none where there is none.
[[nodiscard]] std::optional<News> readNews(int socket);

/// Opens a descriptor that becomes readable once, when the machine may have been suspended; -1 where the system has
/// none to give. The caller closes it.
[[nodiscard]] int openResumeNotice();

/// The two clocks.
[[nodiscard]] Clocks clocks();

} // namespace portolan::gateway::system
