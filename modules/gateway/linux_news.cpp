// SPDX-License-Identifier: MIT
module;

#include "posix_socket.hpp"
#include <array>
#include <boost/outcome/result.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <limits>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <optional>
#include <span>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <system_error>
#include <unistd.h>

module portolan.gateway;

namespace portolan::gateway::system {

namespace {

/// RTNLGRP_NEXTHOP, which older systems pass over.
constexpr std::uint32_t groupNextHop = 1U << 31;

constexpr std::uint32_t groups =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE | groupNextHop;

Error lastError(const char* what) {
    return {std::error_code{errno, std::system_category()}, what};
}

std::chrono::nanoseconds read(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

} // namespace

result<int> openNews() {
    Socket socket{AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE};
    if (!socket.isOpen()) {
        return lastError("opening a netlink socket, which a sandbox may have to allow "
                         "(systemd: RestrictAddressFamilies=AF_NETLINK)");
    }
    sockaddr_nl self{};
    self.nl_family = AF_NETLINK;
    self.nl_groups = groups;
    if (::bind(socket.fd(), reinterpret_cast<const sockaddr*>(&self), sizeof self) != 0) {
        return lastError("asking netlink for news");
    }
    return socket.release();
}

std::optional<News> readNews(int socket) {
    std::array<std::uint8_t, 32 * 1024> room; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the kernel
    for (;;) {
        sockaddr_nl sender{};
        socklen_t senderSize = sizeof sender;
        const auto size = ::recvfrom(socket, room.data(), room.size(), MSG_DONTWAIT | MSG_TRUNC,
                                     reinterpret_cast<sockaddr*>(&sender), &senderSize);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size < 0) {
            // ENOBUFS: there was more than the socket had room for.
            return errno == ENOBUFS ? std::optional{News{.lost = true}} : std::nullopt;
        }
        if (sender.nl_pid != 0) {
            continue; // other processes may write to this socket too
        }
        const auto read = static_cast<std::size_t>(size);
        return read > room.size() ? News{.lost = true} : netlink::readNews(wire::Bytes{room}.first(read));
    }
}

int openResumeNotice() {
    // A timer that never expires, of a clock that jumps when the machine wakes up: the jump cancels it.
    const int timer = ::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<time_t>::max();
    if (timer >= 0 && ::timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) != 0) {
        ::close(timer);
        return -1;
    }
    return timer;
}

Clocks clocks() {
    return {.always = read(CLOCK_BOOTTIME), .awake = read(CLOCK_MONOTONIC)};
}

} // namespace portolan::gateway::system
