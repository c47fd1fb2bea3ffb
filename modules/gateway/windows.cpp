// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ratio>
#include <string>
#include <system_error>
#include <vector>

#include <winsock2.h>

#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <netioapi.h>
#include <realtimeapiset.h>

module portolan.gateway;

import :ip_helper;

namespace portolan::gateway::system {

namespace {

Error problem(DWORD code, const char* what) {
    return {boost::system::error_code{static_cast<int>(code), boost::system::system_category()}, what};
}

Error lastError(const char* what) {
    return problem(static_cast<DWORD>(WSAGetLastError()), what);
}

ADDRESS_FAMILY toSystem(Family family) {
    return family == Family::v4 ? AF_INET : AF_INET6;
}

SOCKADDR_INET toSystem(const wire::Address& address, std::uint16_t port, std::uint32_t scope) {
    SOCKADDR_INET to{};
    if (address.isV4()) {
        to.Ipv4.sin_family = AF_INET;
        to.Ipv4.sin_port = htons(port);
        std::memcpy(&to.Ipv4.sin_addr, address.octets.data() + 12, 4);
    } else {
        to.Ipv6.sin6_family = AF_INET6;
        to.Ipv6.sin6_port = htons(port);
        to.Ipv6.sin6_scope_id = scope;
        std::memcpy(&to.Ipv6.sin6_addr, address.octets.data(), 16);
    }
    return to;
}

wire::Address fromSystem(const SOCKADDR_INET& from) {
    wire::Address address = wire::Address::anyV4();
    if (from.si_family == AF_INET) {
        std::memcpy(address.octets.data() + 12, &from.Ipv4.sin_addr, 4);
    } else {
        std::memcpy(address.octets.data(), &from.Ipv6.sin6_addr, 16);
    }
    return address;
}

/// Every adapter, its addresses of a family among what is listed.
class Adapters {
public:
    static result<Adapters> list(ADDRESS_FAMILY family) {
        constexpr ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
        Adapters adapters;
        ULONG size = 16 * 1024; // as its documentation advises; a second try is for hosts with more, a third for growth
        for (int attempt = 1;; ++attempt) {
            adapters.room_.resize(size / sizeof(IP_ADAPTER_ADDRESSES) + 1);
            const ULONG code = GetAdaptersAddresses(family, flags, nullptr, adapters.room_.data(), &size);
            if (code == ERROR_NO_DATA) {
                adapters.room_.clear();
            } else if (code == ERROR_BUFFER_OVERFLOW && attempt < 5) {
                continue;
            } else if (code != NO_ERROR) {
                return problem(code, "listing the adapters");
            }
            return adapters;
        }
    }

    [[nodiscard]] const IP_ADAPTER_ADDRESSES* first() const { return room_.empty() ? nullptr : room_.data(); }

private:
    std::vector<IP_ADAPTER_ADDRESSES> room_;
};

/// The same in both families of an adapter, but zero in one that it lacks, and by wine in IPv6.
std::uint32_t indexOf(const IP_ADAPTER_ADDRESSES& adapter) {
    return adapter.IfIndex != 0 ? adapter.IfIndex : adapter.Ipv6IfIndex;
}

std::vector<ip_helper::InterfaceRow> interfacesOf(const Adapters& adapters, Family family) {
    std::vector<ip_helper::InterfaceRow> rows;
    for (const auto* one = adapters.first(); one != nullptr; one = one->Next) {
        rows.push_back({.interfaceIndex = indexOf(*one),
                        .family = family,
                        .metric = family == Family::v4 ? one->Ipv4Metric : one->Ipv6Metric,
                        .connected = one->OperStatus == IfOperStatusUp});
    }
    return rows;
}

ip_helper::ForwardRow toRow(const MIB_IPFORWARD_ROW2& route) {
    return {.interfaceIndex = route.InterfaceIndex,
            .destination = {fromSystem(route.DestinationPrefix.Prefix), route.DestinationPrefix.PrefixLength},
            .nextHop = fromSystem(route.NextHop),
            .metric = route.Metric,
            .validLifetime = route.Immortal != 0 ? ~0U : route.ValidLifetime,
            .loopback = route.Loopback != 0};
}

LocalAddress toLocal(const IP_ADAPTER_ADDRESSES& adapter, const IP_ADAPTER_UNICAST_ADDRESS& row) {
    SOCKADDR_INET address{};
    std::memcpy(&address, row.Address.lpSockaddr, static_cast<std::size_t>(row.Address.iSockaddrLength));
    return {.address = fromSystem(address),
            .prefixLength = row.OnLinkPrefixLength,
            .interfaceIndex = indexOf(adapter),
            .usable = row.DadState == IpDadStatePreferred || row.DadState == IpDadStateDeprecated,
            .deprecated = row.DadState == IpDadStateDeprecated,
            .temporary = row.SuffixOrigin == IpSuffixOriginRandom};
}

/// Winsock, for as long as this lives.
class Winsock {
public:
    Winsock() noexcept {
        WSADATA about{};
        error_ = ::WSAStartup(MAKEWORD(2, 2), &about);
    }

    ~Winsock() {
        if (error_ == 0) {
            ::WSACleanup();
        }
    }

    Winsock(const Winsock&) = delete;
    Winsock& operator=(const Winsock&) = delete;

    [[nodiscard]] int error() const noexcept { return error_; }

private:
    int error_;
};

/// An open UDP socket, closed at the end of its life.
class Socket {
public:
    explicit Socket(int family) noexcept
        : handle_(::WSASocketW(family, SOCK_DGRAM, IPPROTO_UDP, nullptr, 0, WSA_FLAG_NO_HANDLE_INHERIT)) {}

    ~Socket() {
        if (isOpen()) {
            ::closesocket(handle_);
        }
    }

    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] bool isOpen() const noexcept { return handle_ != INVALID_SOCKET; }

    [[nodiscard]] SOCKET handle() const noexcept { return handle_; }

private:
    SOCKET handle_;
};

/// Has `socket` send by the interface of `gateway`, from its preferred source. Either may have gone meanwhile, and
/// then the stack's choice stands.
void prefer(const Socket& socket, const Gateway& gateway) {
    const bool v4 = gateway.address->isV4();
    if (gateway.interfaceIndex != 0) {
        // In network order for IPv4 and in the host's for IPv6, as documented.
        const DWORD index = v4 ? htonl(gateway.interfaceIndex) : gateway.interfaceIndex;
        ::setsockopt(socket.handle(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_UNICAST_IF : IPV6_UNICAST_IF,
                     reinterpret_cast<const char*>(&index), sizeof index);
    }
    if (gateway.preferredSource && gateway.preferredSource->isV4() == v4) {
        const SOCKADDR_INET source = toSystem(*gateway.preferredSource, 0, gateway.interfaceIndex);
        ::bind(socket.handle(), reinterpret_cast<const sockaddr*>(&source), sizeof source);
    }
}

Error noSource(const char* what) {
    const int code = WSAGetLastError();
    if (code == WSAENETUNREACH || code == WSAEHOSTUNREACH || code == WSAEADDRNOTAVAIL) {
        return {Errc::noSourceAddress, "there is no route to the gateway"};
    }
    return problem(static_cast<DWORD>(code), what);
}

} // namespace

result<std::vector<Route>> routes(Family family) {
    BOOST_OUTCOME_TRY(const Adapters adapters, Adapters::list(toSystem(family)));
    MIB_IPFORWARD_TABLE2* table = nullptr;
    const DWORD code = GetIpForwardTable2(toSystem(family), &table);
    if (code == ERROR_NOT_FOUND || code == ERROR_NOT_SUPPORTED) {
        return std::vector<Route>{}; // none, or no such family
    }
    if (code != NO_ERROR) {
        return problem(code, "reading the routes");
    }
    std::vector<ip_helper::ForwardRow> rows;
    for (ULONG at = 0; at < table->NumEntries; ++at) {
        rows.push_back(toRow(table->Table[at]));
    }
    FreeMibTable(table);
    return ip_helper::routesOf(family, rows, interfacesOf(adapters, family));
}

result<std::vector<LocalAddress>> addresses(Family family) {
    BOOST_OUTCOME_TRY(const Adapters adapters, Adapters::list(toSystem(family)));
    std::vector<LocalAddress> found;
    for (const auto* adapter = adapters.first(); adapter != nullptr; adapter = adapter->Next) {
        for (const auto* row = adapter->FirstUnicastAddress; row != nullptr; row = row->Next) {
            found.push_back(toLocal(*adapter, *row));
        }
    }
    return found;
}

result<std::vector<Interface>> interfaces() {
    BOOST_OUTCOME_TRY(const Adapters adapters, Adapters::list(AF_UNSPEC));
    std::vector<Interface> found;
    for (const auto* one = adapters.first(); one != nullptr; one = one->Next) {
        const std::uint32_t index = indexOf(*one);
        found.push_back({index, interfaceName(index), one->OperStatus == IfOperStatusUp});
    }
    return found;
}

std::string interfaceName(std::uint32_t index) {
    NET_LUID luid{};
    wchar_t alias[IF_MAX_STRING_SIZE + 1] = {};
    if (ConvertInterfaceIndexToLuid(index, &luid) != NO_ERROR ||
        ConvertInterfaceLuidToAlias(&luid, alias, IF_MAX_STRING_SIZE + 1) != NO_ERROR) {
        return {};
    }
    char name[4 * IF_MAX_STRING_SIZE + 1] = {};
    const int size = WideCharToMultiByte(CP_UTF8, 0, alias, -1, name, sizeof name, nullptr, nullptr);
    return size > 0 ? name : std::string{};
}

std::uint32_t interfaceIndex(const std::string& name) {
    NET_LUID luid{};
    NET_IFINDEX index = 0;
    wchar_t alias[IF_MAX_STRING_SIZE + 1] = {};
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, name.c_str(), -1, alias, IF_MAX_STRING_SIZE + 1) == 0 ||
        ConvertInterfaceAliasToLuid(alias, &luid) != NO_ERROR ||
        ConvertInterfaceLuidToIndex(&luid, &index) != NO_ERROR) {
        return 0;
    }
    return index;
}

Clocks clocks() {
    /// The unit of Windows' clocks.
    using Tick = std::chrono::duration<std::uint64_t, std::ratio<1, 10'000'000>>;
    ULONGLONG awake = 0;
    QueryUnbiasedInterruptTime(&awake);
    return {.always = std::chrono::milliseconds{GetTickCount64()},
            .awake = std::chrono::duration_cast<std::chrono::nanoseconds>(Tick{awake})};
}

result<wire::Address> stackSource(const Gateway& gateway) {
    const Winsock winsock;
    if (winsock.error() != 0) {
        return problem(static_cast<DWORD>(winsock.error()), "starting Winsock");
    }
    const bool v4 = gateway.address->isV4();
    const Socket socket{v4 ? AF_INET : AF_INET6};
    if (!socket.isOpen()) {
        return noSource("opening a UDP socket");
    }
    prefer(socket, gateway);
    const SOCKADDR_INET to = toSystem(*gateway.address, wire::serverPort, gateway.interfaceIndex);
    if (::connect(socket.handle(), reinterpret_cast<const sockaddr*>(&to), v4 ? sizeof to.Ipv4 : sizeof to.Ipv6) != 0) {
        return noSource("connecting a UDP socket");
    }
    SOCKADDR_INET from{};
    int size = sizeof from;
    if (::getsockname(socket.handle(), reinterpret_cast<sockaddr*>(&from), &size) != 0) {
        return lastError("asking for a socket's address");
    }
    return fromSystem(from);
}

} // namespace portolan::gateway::system
