// SPDX-License-Identifier: MIT
// What Linux, macOS and the BSDs have in common.
module;

#include "posix_socket.hpp"
#include <arpa/inet.h>
#include <boost/outcome/result.hpp>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <net/if.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <system_error>

module portolan.gateway;

namespace portolan::gateway::system {

namespace {

Error lastError(const char* what) {
    return {std::error_code{errno, std::system_category()}, what};
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

socklen_t sizeOf(const SocketAddress& address) {
    return address.any.sa_family == AF_INET ? sizeof address.v4 : sizeof address.v6;
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

/// Has `socket` send by an interface, whatever the routing table says; each system has another word for it.
void sendBy(const Socket& socket, bool v4, std::uint32_t interfaceIndex) {
#if defined(IP_UNICAST_IF)
    socket.set(v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_UNICAST_IF : IPV6_UNICAST_IF, htonl(interfaceIndex));
#elif defined(IP_BOUND_IF)
    socket.set(v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_BOUND_IF : IPV6_BOUND_IF, interfaceIndex);
#else
    static_cast<void>(socket), static_cast<void>(v4), static_cast<void>(interfaceIndex);
#endif
}

/// Has `socket` send by the interface of `gateway`, from its preferred source. Either may have gone meanwhile, and
/// then the stack's choice stands.
void prefer(const Socket& socket, const Gateway& gateway) {
    if (gateway.interfaceIndex != 0) {
        sendBy(socket, gateway.address->isV4(), gateway.interfaceIndex);
    }
    if (gateway.preferredSource && gateway.preferredSource->isV4() == gateway.address->isV4()) {
        const SocketAddress source = toSystem(*gateway.preferredSource, 0, gateway.interfaceIndex);
        static_cast<void>(::bind(socket.fd(), &source.any, sizeOf(source)));
    }
}

} // namespace

std::string interfaceName(std::uint32_t index) {
    char name[IF_NAMESIZE] = {};
    return ::if_indextoname(index, name) == nullptr ? std::string{} : std::string{name};
}

std::uint32_t interfaceIndex(const std::string& name) {
    return ::if_nametoindex(name.c_str());
}

result<wire::Address> stackSource(const Gateway& gateway) {
    const Socket socket{gateway.address->isV4() ? AF_INET : AF_INET6, SOCK_DGRAM, 0};
    if (!socket.isOpen()) {
        return noSource("opening a UDP socket");
    }
    prefer(socket, gateway);
    const SocketAddress to = toSystem(*gateway.address, wire::serverPort, gateway.interfaceIndex);
    if (::connect(socket.fd(), &to.any, sizeOf(to)) != 0) {
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
