// SPDX-License-Identifier: MIT
#include "system_calls.hpp"

#include <cerrno>
#include <cstddef>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

std::atomic<unsigned> netlinkSockets = 0;

namespace {

constexpr int none = -1;
std::atomic<int> fault = none;

std::size_t sizeOf(const msghdr& message) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < message.msg_iovlen; ++i) {
        size += message.msg_iov[i].iov_len;
    }
    return size;
}

/// Whether the datagram meets the fault, and what the call then gives.
bool isBad(std::size_t size, ssize_t& outcome) {
    const int kind = fault;
    if (kind != none) {
        errno = kind == 0 ? errno : kind;
        outcome = kind == 0 ? static_cast<ssize_t>(size) : -1;
    }
    return kind != none;
}

} // namespace

SendFault::SendFault(int error) {
    fault = error;
}

SendFault::~SendFault() {
    fault = none;
}

extern "C" int socket(int family, int type, int protocol) noexcept {
    if (family == AF_NETLINK) {
        ++netlinkSockets;
    }
    return static_cast<int>(::syscall(SYS_socket, family, type, protocol));
}

extern "C" ssize_t send(int descriptor, const void* octets, std::size_t size, int flags) {
    ssize_t outcome = 0;
    return isBad(size, outcome) ? outcome : ::syscall(SYS_sendto, descriptor, octets, size, flags, nullptr, 0);
}

extern "C" ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
    ssize_t outcome = 0;
    const bool bad = message->msg_name == nullptr && isBad(sizeOf(*message), outcome);
    return bad ? outcome : ::syscall(SYS_sendmsg, descriptor, message, flags);
}
