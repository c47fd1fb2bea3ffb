// SPDX-License-Identifier: MIT
module;

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <winsock2.h>

#include <ws2tcpip.h>

#include <iphlpapi.h>

module portolan.cli;

import :listening;

namespace portolan::cli {

namespace {

std::optional<Place> placeOf(const IP_ADAPTER_ADDRESSES& adapter, const IP_ADAPTER_UNICAST_ADDRESS& row) {
    if (row.Address.lpSockaddr->sa_family == AF_INET) {
        const auto& v4 = *reinterpret_cast<const sockaddr_in*>(row.Address.lpSockaddr);
        return Place{net::ip::address_v4{ntohl(v4.sin_addr.s_addr)}, adapter.IfIndex};
    }
    // Nobody announces to the loopback interface by IPv6.
    if (row.Address.lpSockaddr->sa_family == AF_INET6 && adapter.IfType != IF_TYPE_SOFTWARE_LOOPBACK) {
        return Place{net::ip::address_v6::any(), adapter.Ipv6IfIndex};
    }
    return std::nullopt;
}

} // namespace

std::vector<Place> places() {
    constexpr ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
    std::vector<IP_ADAPTER_ADDRESSES> adapters;
    ULONG size = 16 * 1024; // as its documentation advises
    ULONG code = ERROR_BUFFER_OVERFLOW;
    for (int attempt = 1; code == ERROR_BUFFER_OVERFLOW && attempt < 5; ++attempt) {
        adapters.resize(size / sizeof(IP_ADAPTER_ADDRESSES) + 1);
        code = GetAdaptersAddresses(AF_UNSPEC, flags, nullptr, adapters.data(), &size);
    }
    std::vector<Place> found;
    if (code != NO_ERROR) {
        return found;
    }
    for (const auto* adapter = adapters.data(); adapter != nullptr; adapter = adapter->Next) {
        for (const auto* row = adapter->FirstUnicastAddress; adapter->OperStatus == IfOperStatusUp && row != nullptr;
             row = row->Next) {
            if (const auto place = placeOf(*adapter, *row)) {
                found.push_back(*place);
            }
        }
    }
    return found;
}

} // namespace portolan::cli
