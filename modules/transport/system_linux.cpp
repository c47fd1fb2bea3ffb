// SPDX-License-Identifier: MIT
module;

#include <boost/system/error_code.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <span>
#include <sys/random.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

module portolan.transport;

import portolan.net;

namespace portolan::transport {

session::TimePoint now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return session::TimePoint{std::chrono::duration_cast<session::Duration>(std::chrono::seconds{time.tv_sec} +
                                                                            std::chrono::nanoseconds{time.tv_nsec})};
}

net::error_code open(net::ip::udp::socket& socket, const net::ip::udp& protocol) {
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
