// SPDX-License-Identifier: MIT
module;

#include <cstddef>

module portolan.transport;

import portolan.net;
import :group_socket;
import :system;

namespace portolan::transport {

net::error_code openForGroup(net::ip::udp::socket& socket, const net::ip::udp::endpoint& group) {
    net::error_code error = transport::open(socket, group.protocol());
    if (!error) {
        socket.non_blocking(true, error);
    }
    if (!error) {
        socket.set_option(net::socket_base::reuse_address{true}, error);
    }
    if (!error) {
        // To the group, not to any address: nothing that was sent to this host alone is taken (RFC 6886 §3.2.1).
        socket.bind(group, error);
    }
    return error;
}

std::size_t receiveOfGroup(net::ip::udp::socket& socket, wire::Room room, net::ip::udp::endpoint& from,
                           net::error_code& error) {
    return socket.receive_from(net::buffer(room.data(), room.size()), from, 0, error);
}

} // namespace portolan::transport
