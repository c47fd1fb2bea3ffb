// SPDX-License-Identifier: MIT
module;

#include "posix_socket.hpp"
#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <system_error>
#include <utility>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::system {

namespace {

using Clock = std::chrono::steady_clock;

// The kernel answers from memory, so these only keep a broken one from holding its caller.
constexpr std::chrono::seconds readLimit{2};
constexpr std::chrono::seconds dumpLimit{10}; // of all attempts at one dump

constexpr std::size_t usualDatagram = 32 * 1024; // the most that current kernels fill for a reader that offers it
constexpr std::size_t largestDatagram = 16 * 1024 * 1024;

Error lastError(const char* what) {
    return {std::error_code{errno, std::system_category()}, what};
}

/// A routing socket to the kernel, for one dump.
class Channel {
public:
    /// `receive()` fails from `deadline` on.
    static result<Channel> open(Clock::time_point deadline) {
        Socket socket{AF_NETLINK, SOCK_RAW, NETLINK_ROUTE};
        if (!socket.isOpen()) {
            return lastError("opening a netlink socket, which a sandbox may have to allow "
                             "(systemd: RestrictAddressFamilies=AF_NETLINK)");
        }
        if (!socket.set(SOL_SOCKET, SO_RCVTIMEO, timeval{readLimit.count(), 0})) {
            return lastError("limiting the wait of a netlink socket");
        }
        // Lets the kernel (4.20 and later) filter; what it lets through is filtered again when it is read.
        static_cast<void>(socket.set(SOL_NETLINK, NETLINK_GET_STRICT_CHK, int{1}));
        return Channel{std::move(socket), deadline};
    }

    result<void> send(wire::Bytes request) const {
        sockaddr_nl kernel{};
        kernel.nl_family = AF_NETLINK;
        for (;;) {
            const auto sent = ::sendto(socket_.fd(), request.data(), request.size(), 0,
                                       reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
            if (sent >= 0) {
                return boost::outcome_v2::success();
            }
            if (errno != EINTR) {
                return lastError("asking netlink");
            }
        }
    }

    /// The next datagram from the kernel, valid until the next call.
    result<wire::Bytes> receive() {
        for (;;) {
            if (Clock::now() > deadline_) {
                return Error{std::make_error_code(std::errc::timed_out), "reading from netlink"};
            }
            BOOST_OUTCOME_TRY(const std::size_t size, next(MSG_PEEK | MSG_TRUNC));
            if (size > largestDatagram) {
                return Error{std::make_error_code(std::errc::message_size), "reading from netlink"};
            }
            if (size > buffer_.size()) {
                buffer_.resize(size);
            }
            BOOST_OUTCOME_TRY(const std::size_t read, next(MSG_TRUNC));
            if (read > buffer_.size()) {
                return Error{std::make_error_code(std::errc::message_size), "reading from netlink"};
            }
            if (sender_.nl_pid == 0) { // other processes may write to this socket too
                return wire::Bytes{buffer_}.first(read);
            }
        }
    }

private:
    Channel(Socket socket, Clock::time_point deadline) : socket_(std::move(socket)), deadline_(deadline) {}

    /// Reads or peeks once; gives the true size of the datagram, even where the buffer is smaller.
    result<std::size_t> next(int flags) {
        for (;;) {
            iovec room{buffer_.data(), buffer_.size()};
            msghdr message{};
            message.msg_name = &sender_;
            message.msg_namelen = sizeof sender_;
            message.msg_iov = &room;
            message.msg_iovlen = 1;
            const auto size = ::recvmsg(socket_.fd(), &message, flags);
            if (size >= 0) {
                return static_cast<std::size_t>(size);
            }
            if (errno == EAGAIN || (errno == EINTR && Clock::now() > deadline_)) {
                return Error{std::make_error_code(std::errc::timed_out), "reading from netlink"};
            }
            if (errno != EINTR) {
                return lastError("reading from netlink");
            }
        }
    }

    Socket socket_;
    Clock::time_point deadline_;
    sockaddr_nl sender_{};
    std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(usualDatagram);
};

/// Fills `dump`; an address family that this system lacks leaves it empty.
template <class Request>
result<void> fill(netlink::Dump& dump, Request request) {
    const auto deadline = Clock::now() + dumpLimit;
    bool opened = false;
    const auto open = [&] {
        auto channel = Channel::open(deadline);
        opened = channel.has_value();
        return channel;
    };
    result<void> read = netlink::exchange(dump, open, request);
    // The same code from `socket()` says something else: that a sandbox keeps netlink from us.
    if (!read && opened &&
        (read.error().code == std::errc::address_family_not_supported ||
         read.error().code == std::errc::operation_not_supported)) {
        dump.begin(0);
        return boost::outcome_v2::success();
    }
    return read;
}

} // namespace

result<std::vector<Route>> routes(Family family) {
    netlink::RouteDump dump{family};
    BOOST_OUTCOME_TRY(fill(dump, [&](std::uint32_t sequence) { return netlink::routeRequest(family, sequence); }));
    if (std::none_of(dump.routes().begin(), dump.routes().end(), netlink::isUnresolved)) {
        return dump.routes();
    }
    netlink::NextHopDump nextHops;
    BOOST_OUTCOME_TRY(fill(nextHops, netlink::nextHopRequest));
    return nextHops.resolve(dump.routes());
}

result<std::vector<LocalAddress>> addresses(Family family) {
    netlink::AddressDump dump{family};
    BOOST_OUTCOME_TRY(fill(dump, [&](std::uint32_t sequence) { return netlink::addressRequest(family, sequence); }));
    return dump.addresses();
}

result<std::vector<Interface>> interfaces() {
    netlink::LinkDump dump;
    BOOST_OUTCOME_TRY(fill(dump, netlink::linkRequest));
    return dump.interfaces();
}

} // namespace portolan::gateway::system
