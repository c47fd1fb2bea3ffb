// SPDX-License-Identifier: MIT
// The part of a route message that says where packets go next: in the message itself, or in a list of several.
export module portolan.gateway:next_hop;

import portolan.std;
import portolan.error;
import :route;
import :netlink;

namespace portolan::gateway::netlink {

/// RTNH_F_DEAD, RTNH_F_LINKDOWN and RTNH_F_UNRESOLVED: nothing gets through.
inline constexpr std::uint32_t flagsUseless = 1 | 16 | 32;

/// Puts the address of `family` that `value` must hold into `to`; none for the all-zeros one, which means that there
/// is no next hop. False if `value` holds no address.
bool readHop(std::uint8_t family, wire::Bytes value, std::optional<wire::Address>& to);

/// Reads an attribute that describes a next hop into `gateway`, and passes over any other. False if it is malformed.
bool readHopAttribute(const Attribute& attribute, Gateway& gateway);

/// Appends to `to` a copy of `route` for each next hop in `hops`, of which the useless are left out. False if the list
/// is malformed.
bool readHops(wire::Bytes hops, const Route& route, std::vector<Route>& to);

} // namespace portolan::gateway::netlink
