// SPDX-License-Identifier: MIT
// What the operating system is asked for; one file a system defines it.
export module portolan.gateway:system;

import portolan.std;
import portolan.error;
import :route;
import :source;

namespace portolan::gateway::system {

/// The default routes of `family`, and the parts of split ones, of every routing table, as listed, names left empty.
/// None where the system does not have that family at all.
[[nodiscard]] result<std::vector<Route>> routes(Family family);

/// The addresses of `family`.
[[nodiscard]] result<std::vector<LocalAddress>> addresses(Family family);

/// The name of an interface; empty if there is none of that index.
[[nodiscard]] std::string interfaceName(std::uint32_t index);

/// The source address that the stack chooses towards `gateway.address`, by its interface and from its preferred source
/// if it has them. No packet is sent. `Errc::noSourceAddress` if the stack has none.
[[nodiscard]] result<wire::Address> stackSource(const Gateway& gateway);

} // namespace portolan::gateway::system
