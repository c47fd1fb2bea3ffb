// SPDX-License-Identifier: MIT
module;

#include <arpa/inet.h>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <netinet/in.h>
#include <span>
#include <string>
#include <sys/random.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

module portolan.transport;

import portolan.net;

namespace portolan::transport {

namespace {

template <class Socket, class Protocol>
net::error_code openAny(Socket& socket, const Protocol& protocol) {
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

net::error_code bindAny(int socket, const std::string& interfaceName) {
    const auto size = static_cast<socklen_t>(interfaceName.size());
    const bool done = ::setsockopt(socket, SOL_SOCKET, SO_BINDTODEVICE, interfaceName.c_str(), size) == 0;
    return done || errno == EPERM ? net::error_code{} : net::error_code{errno, boost::system::system_category()};
}

} // namespace

session::TimePoint now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return session::TimePoint{std::chrono::duration_cast<session::Duration>(std::chrono::seconds{time.tv_sec} +
                                                                            std::chrono::nanoseconds{time.tv_nsec})};
}

net::error_code open(net::ip::udp::socket& socket, const net::ip::udp& protocol) {
    return openAny(socket, protocol);
}

net::error_code open(net::ip::tcp::socket& socket, const net::ip::tcp& protocol) {
    return openAny(socket, protocol);
}

void sendBy(net::ip::udp::socket& socket, const net::ip::udp& protocol, std::uint32_t interfaceIndex) {
    const bool v4 = protocol == net::ip::udp::v4();
    const std::uint32_t index = htonl(interfaceIndex);
    ::setsockopt(socket.native_handle(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_UNICAST_IF : IPV6_UNICAST_IF, &index,
                 sizeof index);
}

net::error_code bindTo(net::ip::udp::socket& socket, const std::string& interfaceName) {
    return bindAny(socket.native_handle(), interfaceName);
}

net::error_code bindTo(net::ip::tcp::socket& socket, const std::string& interfaceName) {
    return bindAny(socket.native_handle(), interfaceName);
}

bool meansNoWay(const net::error_code& error) noexcept {
    return error == std::errc::network_down || error == std::errc::no_such_device ||
           error == std::errc::address_not_available || error.value() == EHOSTDOWN;
}

void fillRandom(wire::Room room) noexcept {
    std::size_t filled = 0;
    while (filled < room.size()) {
        const auto count = getrandom(room.data() + filled, room.size() - filled, 0);
        if (count > 0) {
            filled += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            std::abort();
        }
    }
}

} // namespace portolan::transport
