// SPDX-License-Identifier: MIT
// macOS, FreeBSD, OpenBSD and NetBSD: what is read there is understood elsewhere (route_socket.cpp). Keep this small,
// for it is built on those systems only.
module;

#include "posix_socket.hpp"
#include <array>
#include <bit>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet6/in6_var.h>
#include <optional>
#include <sys/ioctl.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/types.h>
#include <system_error>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::system {

namespace {

#if defined(__APPLE__)
constexpr route_socket::RouteLayout layout = route_socket::darwin;
#elif defined(__FreeBSD__)
constexpr route_socket::RouteLayout layout = route_socket::freeBsd(sizeof(long));
#elif defined(__OpenBSD__)
constexpr route_socket::RouteLayout layout = route_socket::openBsd(sizeof(long));
#else
constexpr route_socket::RouteLayout layout = route_socket::netBsd;
#endif

// Where a system differs from what is written down of it, this does not build.
static_assert(layout.version == RTM_VERSION && layout.headerSize == sizeof(rt_msghdr));
static_assert(layout.indexAt == offsetof(rt_msghdr, rtm_index) && layout.flagsAt == offsetof(rt_msghdr, rtm_flags));
static_assert(layout.addressesAt == offsetof(rt_msghdr, rtm_addrs) && layout.familyV6 == AF_INET6);
static_assert(layout.newAddress == RTM_NEWADDR && layout.deletedAddress == RTM_DELADDR && layout.link[0] == RTM_IFINFO);

constexpr int dumpAttempts = 4; // the table may grow between the question for its size and that for itself

Error lastError(const char* what) {
    return {std::error_code{errno, std::system_category()}, what};
}

/// What sysctl says of the routing tables.
result<std::vector<std::uint8_t>> dump(int family) {
    std::array<int, 6> name{CTL_NET, PF_ROUTE, 0, family, NET_RT_DUMP, 0};
    for (int attempt = 1;; ++attempt) {
        std::size_t size = 0;
        if (::sysctl(name.data(), name.size(), nullptr, &size, nullptr, 0) != 0) {
            return lastError("asking for the size of the routing table");
        }
        std::vector<std::uint8_t> octets(size + size / 8);
        size = octets.size();
        if (octets.empty() || ::sysctl(name.data(), name.size(), octets.data(), &size, nullptr, 0) == 0) {
            octets.resize(size);
            return octets;
        }
        if (errno != ENOMEM || attempt == dumpAttempts) {
            return lastError("reading the routing table");
        }
    }
}

wire::Address addressOf(const sockaddr* from) {
    wire::Address address = wire::Address::anyV4();
    if (from->sa_family == AF_INET) {
        std::memcpy(address.octets.data() + 12, &reinterpret_cast<const sockaddr_in*>(from)->sin_addr, 4);
    } else {
        std::memcpy(address.octets.data(), &reinterpret_cast<const sockaddr_in6*>(from)->sin6_addr, 16);
    }
    return address;
}

/// The ones of a mask.
std::uint8_t lengthOf(const sockaddr* mask, int family) {
    if (mask == nullptr) {
        return 0;
    }
    in6_addr octets{};
    const bool v4 = family == AF_INET;
    std::memcpy(&octets,
                v4 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(mask)->sin_addr)
                   : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(mask)->sin6_addr),
                v4 ? 4 : 16);
    int ones = 0;
    for (const std::uint8_t octet : octets.s6_addr) {
        ones += std::popcount(octet);
    }
    return static_cast<std::uint8_t>(ones);
}

/// The list of getifaddrs(), freed at its end.
result<std::unique_ptr<ifaddrs, void (*)(ifaddrs*)>> listed() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) {
        return lastError("listing the interfaces");
    }
    return std::unique_ptr<ifaddrs, void (*)(ifaddrs*)>{first, ::freeifaddrs};
}

/// Adds what the system says of an address of IPv6; without that it is taken for one like any other.
void addState(LocalAddress& address, const ifaddrs& row, const Socket& socket) {
    in6_ifreq request{};
    std::strncpy(request.ifr_name, row.ifa_name, sizeof request.ifr_name - 1);
    std::memcpy(&request.ifr_addr, row.ifa_addr, sizeof request.ifr_addr);
    if (::ioctl(socket.fd(), SIOCGIFAFLAG_IN6, &request) != 0) {
        return;
    }
    const int flags = request.ifr_ifru.ifru_flags6;
    address.usable = (flags & (IN6_IFF_TENTATIVE | IN6_IFF_DUPLICATED)) == 0;
    address.deprecated = (flags & IN6_IFF_DEPRECATED) != 0;
    address.temporary = (flags & IN6_IFF_TEMPORARY) != 0;
}

std::chrono::nanoseconds read(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

} // namespace

result<std::vector<Route>> routes(Family family) {
    BOOST_OUTCOME_TRY(const std::vector<std::uint8_t> octets, dump(family == Family::v4 ? AF_INET : AF_INET6));
    return route_socket::readRoutes(layout, family, octets);
}

result<std::vector<LocalAddress>> addresses(Family family) {
    BOOST_OUTCOME_TRY(const auto list, listed());
    const int wanted = family == Family::v4 ? AF_INET : AF_INET6;
    const Socket socket{wanted, SOCK_DGRAM, 0};
    std::vector<LocalAddress> found;
    for (const ifaddrs* row = list.get(); row != nullptr; row = row->ifa_next) {
        if (row->ifa_addr != nullptr && row->ifa_addr->sa_family == wanted) {
            found.push_back({.address = addressOf(row->ifa_addr),
                             .prefixLength = lengthOf(row->ifa_netmask, wanted),
                             .interfaceIndex = ::if_nametoindex(row->ifa_name)});
            if (family == Family::v6) {
                addState(found.back(), *row, socket);
            }
        }
    }
    return found;
}

result<std::vector<Interface>> interfaces() {
    BOOST_OUTCOME_TRY(const auto list, listed());
    std::vector<Interface> found;
    for (const ifaddrs* row = list.get(); row != nullptr; row = row->ifa_next) {
        if (row->ifa_addr != nullptr && row->ifa_addr->sa_family == AF_LINK) {
            constexpr unsigned inUse = IFF_UP | IFF_RUNNING;
            found.push_back({::if_nametoindex(row->ifa_name), row->ifa_name, (row->ifa_flags & inUse) == inUse});
        }
    }
    return found;
}

result<int> openNews() {
    Socket socket{PF_ROUTE, SOCK_RAW, 0};
    if (!socket.isOpen() || ::fcntl(socket.fd(), F_SETFL, O_NONBLOCK) != 0) {
        return lastError("opening a route socket");
    }
    return socket.release();
}

std::optional<News> readNews(int socket) {
    std::array<std::uint8_t, 8192> room; // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the kernel
    for (;;) {
        const auto size = ::recv(socket, room.data(), room.size(), MSG_DONTWAIT);
        if (size >= 0) {
            return route_socket::readNews(layout, wire::Bytes{room}.first(static_cast<std::size_t>(size)));
        }
        if (errno != EINTR) {
            return errno == ENOBUFS ? std::optional{News{.lost = true}} : std::nullopt;
        }
    }
}

int openResumeNotice() {
    return -1;
}

Clocks clocks() {
#if defined(__APPLE__)
    return {.always = read(CLOCK_MONOTONIC), .awake = read(CLOCK_UPTIME_RAW)};
#elif defined(__OpenBSD__)
    return {.always = read(CLOCK_BOOTTIME), .awake = read(CLOCK_UPTIME)};
#else
    return {.always = read(CLOCK_MONOTONIC), .awake = read(CLOCK_MONOTONIC)}; // nothing there stands still in suspend
#endif
}

} // namespace portolan::gateway::system
