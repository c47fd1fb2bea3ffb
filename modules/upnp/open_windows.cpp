// SPDX-License-Identifier: MIT
module;

#include <boost/system/error_code.hpp>

#include <winsock2.h>

module portolan.upnp;

import portolan.net;

namespace portolan::upnp {

net::error_code open(net::ip::tcp::socket& socket, const net::ip::tcp& protocol) {
    const SOCKET handle = WSASocketW(protocol.family(), protocol.type(), protocol.protocol(), nullptr, 0,
                                     WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (handle == INVALID_SOCKET) {
        return {WSAGetLastError(), boost::system::system_category()};
    }
    net::error_code error;
    socket.assign(protocol, handle, error);
    if (error) {
        ::closesocket(handle);
    }
    return error;
}

} // namespace portolan::upnp
