// SPDX-License-Identifier: MIT
module;

#include <boost/system/error_code.hpp>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

module portolan.upnp;

import portolan.net;

namespace portolan::upnp {

net::error_code open(net::ip::tcp::socket& socket, const net::ip::tcp& protocol) {
    const int descriptor = ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
    if (descriptor < 0) {
        return {errno, boost::system::system_category()};
    }
    net::error_code error;
    socket.assign(protocol, descriptor, error);
    if (error) {
        ::close(descriptor);
    }
    return error;
}

} // namespace portolan::upnp
