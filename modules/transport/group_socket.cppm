// SPDX-License-Identifier: MIT
// A socket that hears what is sent to a multicast group; one file a system defines it. Not exported.
export module portolan.transport:group_socket;

import portolan.std;
import portolan.net;
import portolan.session;

namespace portolan::transport {

/// Opens `socket` without blocking for what is sent to `group`, at a port that other programs may have too.
[[nodiscard]] net::error_code openForGroup(net::ip::udp::socket& socket, const net::ip::udp::endpoint& group);

/// Receives the next datagram, from `from`. Gives its size, and zero for one that is to be left alone, because it was
/// not sent to a group; `would_block` where there is none.
std::size_t receiveOfGroup(net::ip::udp::socket& socket, wire::Room room, net::ip::udp::endpoint& from,
                           net::error_code& error);

} // namespace portolan::transport
