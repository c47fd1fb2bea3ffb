// SPDX-License-Identifier: MIT
module;

#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ratio>
#include <span>

#include <string>

#include <winsock2.h>

#include <ws2tcpip.h>

#include <windows.h>

#include <bcrypt.h>
#include <realtimeapiset.h>

module portolan.transport;

import portolan.net;

namespace portolan::transport {

namespace {

/// The unit of Windows' clocks.
using Tick = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

using InterruptTime = decltype(&QueryInterruptTimePrecise);

/// The one clock of Windows that is exact, never goes back and goes on in a suspend. Some systems that run programs of
/// Windows do not have it.
InterruptTime interruptTime() noexcept {
    const auto module = GetModuleHandleW(L"kernelbase.dll");
    const auto found = module == nullptr ? nullptr : GetProcAddress(module, "QueryInterruptTimePrecise");
    return reinterpret_cast<InterruptTime>(reinterpret_cast<void*>(found));
}

template <class Socket, class Protocol>
net::error_code openAny(Socket& socket, const Protocol& protocol) {
    const SOCKET handle = WSASocketW(protocol.family(), protocol.type(), protocol.protocol(), nullptr, 0,
                                     WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    if (handle == INVALID_SOCKET) {
        return {WSAGetLastError(), boost::system::system_category()};
    }
    net::error_code error;
    socket.assign(protocol, handle, error);
    if (error) {
        ::closesocket(handle);
    }
    return error;
}

} // namespace

session::TimePoint now() noexcept {
    static const InterruptTime exact = interruptTime();
    if (exact == nullptr) {
        return session::TimePoint{std::chrono::milliseconds{GetTickCount64()}};
    }
    ULONGLONG ticks = 0;
    exact(&ticks);
    return session::TimePoint{std::chrono::duration_cast<session::Duration>(Tick{ticks})};
}

// Of UDP, ICMP's news that the port is unreachable stays switched on, as it is by default: the session wants to know.
net::error_code open(net::ip::udp::socket& socket, const net::ip::udp& protocol) {
    return openAny(socket, protocol);
}

net::error_code open(net::ip::tcp::socket& socket, const net::ip::tcp& protocol) {
    return openAny(socket, protocol);
}

void sendBy(net::ip::udp::socket& socket, const net::ip::udp& protocol, std::uint32_t interfaceIndex) {
    const bool v4 = protocol == net::ip::udp::v4();
    // In network order for IPv4 and in the host's for IPv6, as documented.
    const DWORD index = v4 ? htonl(interfaceIndex) : interfaceIndex;
    ::setsockopt(socket.native_handle(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_UNICAST_IF : IPV6_UNICAST_IF,
                 reinterpret_cast<const char*>(&index), sizeof index);
}

net::error_code bindTo(net::ip::tcp::socket&, const std::string&) {
    return {};
}

net::error_code bindTo(net::ip::udp::socket&, const std::string&) {
    return {}; // Windows binds sockets to addresses alone: what is sent goes by sendBy(), what comes by the source's
}

bool meansNoWay(const net::error_code& error) noexcept {
    return error.value() == WSAENETDOWN || error.value() == WSAEADDRNOTAVAIL || error.value() == WSAEHOSTDOWN;
}

void fillRandom(wire::Room room) noexcept {
    const auto size = static_cast<ULONG>(room.size());
    if (size != room.size() ||
        !BCRYPT_SUCCESS(BCryptGenRandom(nullptr, room.data(), size, BCRYPT_USE_SYSTEM_PREFERRED_RNG))) {
        std::abort();
    }
}

} // namespace portolan::transport
