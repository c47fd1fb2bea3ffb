// SPDX-License-Identifier: MIT
// Where else than at the address that is asked a gateway may be: on its link. Not exported.
export module portolan:on_link;

import portolan.std;
import portolan.error;
import portolan.net;
import portolan.upnp;

namespace portolan {

/// Tells whether an address is on the link that an interface leads to; where that is 0, the one that has the source
/// address. Errors are the system's.
result<std::function<bool(const net::ip::address&)>> isOnLink(std::uint32_t interfaceIndex,
                                                              const net::ip::address& source);

/// The networks of that link, in the words of `portolan.upnp`; none where they cannot be had.
[[nodiscard]] std::vector<upnp::OnLink> networksOnLink(std::uint32_t interfaceIndex, const net::ip::address& source);

} // namespace portolan
