// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>
#include <vector>

module portolan.cli;

import :listening;

namespace portolan::cli {

namespace {

std::optional<Place> placeOf(const ifaddrs& entry) {
    if (entry.ifa_addr == nullptr || (entry.ifa_flags & IFF_UP) == 0) {
        return std::nullopt;
    }
    const std::uint32_t index = ::if_nametoindex(entry.ifa_name);
    if (entry.ifa_addr->sa_family == AF_INET) {
        const auto& v4 = *reinterpret_cast<const sockaddr_in*>(entry.ifa_addr);
        return Place{net::ip::address_v4{ntohl(v4.sin_addr.s_addr)}, index};
    }
    // Nobody announces to the loopback interface by IPv6, and some systems have no groups there.
    if (entry.ifa_addr->sa_family == AF_INET6 && (entry.ifa_flags & IFF_LOOPBACK) == 0) {
        return Place{net::ip::address_v6::any(), index};
    }
    return std::nullopt;
}

} // namespace

std::vector<Place> places() {
    std::vector<Place> found;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) {
        return found;
    }
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (const auto place = placeOf(*entry)) {
            found.push_back(*place);
        }
    }
    ::freeifaddrs(list);
    return found;
}

} // namespace portolan::cli
