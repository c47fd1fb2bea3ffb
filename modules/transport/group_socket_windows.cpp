// SPDX-License-Identifier: MIT
module;

#include <boost/system/error_code.hpp>
#include <cstddef>

#include <winsock2.h>

#include <ws2tcpip.h>

#include <mswsock.h>
#include <windows.h>

module portolan.transport;

import portolan.net;
import :group_socket;
import :system;

namespace portolan::transport {

namespace {

net::error_code lastError() {
    return {WSAGetLastError(), boost::system::system_category()};
}

/// Has each datagram come with the address that it was sent to.
net::error_code wantDestination(net::ip::udp::socket& socket, bool v4) {
    const DWORD yes = 1;
    const int outcome = ::setsockopt(socket.native_handle(), v4 ? IPPROTO_IP : IPPROTO_IPV6,
                                     v4 ? IP_PKTINFO : IPV6_PKTINFO, reinterpret_cast<const char*>(&yes), sizeof yes);
    return outcome == 0 ? net::error_code{} : lastError();
}

/// WSARecvMsg, which is no plain function of the library.
LPFN_WSARECVMSG receiver(SOCKET socket) {
    GUID which = WSAID_WSARECVMSG;
    LPFN_WSARECVMSG function = nullptr;
    DWORD size = 0;
    const int outcome = WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &which, sizeof which, &function,
                                 sizeof function, &size, nullptr, nullptr);
    return outcome == 0 ? function : nullptr;
}

/// Whether the datagram says that it was sent to a multicast group.
bool isOfGroup(WSAMSG& message) {
    for (WSACMSGHDR* part = WSA_CMSG_FIRSTHDR(&message); part != nullptr; part = WSA_CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
            const auto* info = reinterpret_cast<const IN_PKTINFO*>(WSA_CMSG_DATA(part));
            return IN_MULTICAST(ntohl(info->ipi_addr.s_addr));
        }
        if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
            const auto* info = reinterpret_cast<const IN6_PKTINFO*>(WSA_CMSG_DATA(part));
            return info->ipi6_addr.s6_addr[0] == 0xff;
        }
    }
    return false;
}

} // namespace

net::error_code openForGroup(net::ip::udp::socket& socket, const net::ip::udp::endpoint& group) {
    const bool v4 = group.protocol() == net::ip::udp::v4();
    net::error_code error = transport::open(socket, group.protocol());
    if (!error) {
        socket.non_blocking(true, error);
    }
    if (!error) {
        socket.set_option(net::socket_base::reuse_address{true}, error);
    }
    if (!error) {
        error = wantDestination(socket, v4);
    }
    if (!error) {
        // Windows binds to no group, so what was sent to this host alone comes too, and is told by its destination.
        socket.bind({group.protocol(), group.port()}, error);
    }
    return error;
}

std::size_t receiveOfGroup(net::ip::udp::socket& socket, wire::Room room, net::ip::udp::endpoint& from,
                           net::error_code& error) {
    const LPFN_WSARECVMSG receive = receiver(socket.native_handle());
    if (receive == nullptr) {
        error = lastError();
        return 0;
    }
    WSABUF octets{static_cast<ULONG>(room.size()), reinterpret_cast<char*>(room.data())};
    alignas(WSACMSGHDR) char control[WSA_CMSG_SPACE(sizeof(IN6_PKTINFO))] = {};
    WSAMSG message{};
    message.name = reinterpret_cast<sockaddr*>(from.data());
    message.namelen = static_cast<INT>(from.capacity());
    message.lpBuffers = &octets;
    message.dwBufferCount = 1;
    message.Control = {sizeof control, control};
    DWORD size = 0;
    if (receive(socket.native_handle(), &message, &size, nullptr, nullptr) != 0) {
        error = lastError();
        return 0;
    }
    error = {};
    from.resize(static_cast<std::size_t>(message.namelen));
    return isOfGroup(message) ? size : 0;
}

} // namespace portolan::transport
