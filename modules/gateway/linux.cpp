// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <arpa/inet.h>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>
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

/// An open socket, closed at the end of its life.
class Socket {
public:
    Socket(int family, int type, int protocol) noexcept : fd_(::socket(family, type | SOCK_CLOEXEC, protocol)) {}

    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    Socket& operator=(Socket&&) = delete;

    ~Socket() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    [[nodiscard]] bool isOpen() const noexcept { return fd_ >= 0; }

    [[nodiscard]] int fd() const noexcept { return fd_; }

    template <class T>
    bool set(int level, int option, const T& value) const noexcept {
        return ::setsockopt(fd_, level, option, &value, sizeof value) == 0;
    }

private:
    int fd_;
};

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

/// An address as the socket calls take it.
union SocketAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

SocketAddress toSystem(const wire::Address& address, std::uint16_t port, std::uint32_t scope) {
    SocketAddress to{};
    if (address.isV4()) {
        to.v4 = {};
        to.v4.sin_family = AF_INET;
        to.v4.sin_port = htons(port);
        std::memcpy(&to.v4.sin_addr, address.octets.data() + 12, 4);
    } else {
        to.v6 = {};
        to.v6.sin6_family = AF_INET6;
        to.v6.sin6_port = htons(port);
        to.v6.sin6_scope_id = scope;
        std::memcpy(&to.v6.sin6_addr, address.octets.data(), 16);
    }
    return to;
}

wire::Address fromSystem(const SocketAddress& from) {
    wire::Address address = wire::Address::anyV4();
    if (from.any.sa_family == AF_INET) {
        std::memcpy(address.octets.data() + 12, &from.v4.sin_addr, 4);
    } else {
        std::memcpy(address.octets.data(), &from.v6.sin6_addr, 16);
    }
    return address;
}

Error noSource(const char* what) {
    if (errno == ENETUNREACH || errno == EHOSTUNREACH || errno == EADDRNOTAVAIL) {
        return {Errc::noSourceAddress, "there is no route to the gateway"};
    }
    return lastError(what);
}

/// Has `socket` send by the interface of `gateway`, from its preferred source. Either may have gone meanwhile, and
/// then the stack's choice stands.
void prefer(const Socket& socket, const Gateway& gateway) {
    if (gateway.interfaceIndex != 0) {
        const bool v4 = gateway.address->isV4();
        socket.set(v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_UNICAST_IF : IPV6_UNICAST_IF, htonl(gateway.interfaceIndex));
    }
    if (gateway.preferredSource && gateway.preferredSource->isV4() == gateway.address->isV4()) {
        const SocketAddress source = toSystem(*gateway.preferredSource, 0, gateway.interfaceIndex);
        static_cast<void>(::bind(socket.fd(), &source.any, sizeof source));
    }
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

std::string interfaceName(std::uint32_t index) {
    char name[IF_NAMESIZE] = {};
    return ::if_indextoname(index, name) == nullptr ? std::string{} : std::string{name};
}

result<wire::Address> stackSource(const Gateway& gateway) {
    const Socket socket{gateway.address->isV4() ? AF_INET : AF_INET6, SOCK_DGRAM, 0};
    if (!socket.isOpen()) {
        return noSource("opening a UDP socket");
    }
    prefer(socket, gateway);
    const SocketAddress to = toSystem(*gateway.address, wire::serverPort, gateway.interfaceIndex);
    if (::connect(socket.fd(), &to.any, gateway.address->isV4() ? sizeof to.v4 : sizeof to.v6) != 0) {
        return noSource("connecting a UDP socket");
    }
    SocketAddress from{};
    socklen_t size = sizeof from;
    if (::getsockname(socket.fd(), &from.any, &size) != 0) {
        return lastError("asking for a socket's address");
    }
    return fromSystem(from);
}

} // namespace portolan::gateway::system
