// SPDX-License-Identifier: MIT
#include "udp_socket.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace portolan::testing {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

void check(bool done, const char* what) {
    if (!done) {
        throw std::system_error{errno, std::generic_category(), what};
    }
}

} // namespace

UdpSocket::UdpSocket() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    check(socket_ >= 0, "socket");
    const sockaddr_in free = loopback(0);
    check(bind(socket_, reinterpret_cast<const sockaddr*>(&free), sizeof free) == 0, "bind");
}

UdpSocket::~UdpSocket() {
    close(socket_);
}

std::uint16_t UdpSocket::port() const {
    sockaddr_in own{};
    socklen_t size = sizeof own;
    check(getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &size) == 0, "getsockname");
    return ntohs(own.sin_port);
}

std::string UdpSocket::name() const {
    return "127.0.0.1:" + std::to_string(port());
}

void UdpSocket::closeToAll() {
    // A connected socket takes datagrams of its peer only, and the peer is itself.
    const sockaddr_in own = loopback(port());
    check(connect(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0, "connect");
}

bool UdpSocket::hasDatagram() const {
    pollfd file{socket_, POLLIN, 0};
    return poll(&file, 1, 0) > 0;
}

Octets UdpSocket::receive() {
    constexpr int patience = 10'000; // ms
    pollfd file{socket_, POLLIN, 0};
    errno = ETIMEDOUT;
    check(poll(&file, 1, patience) > 0, "no datagram came");
    std::array<std::uint8_t, 2048> room{};
    socklen_t size = sizeof peer_;
    const ssize_t received = recvfrom(socket_, room.data(), room.size(), 0, reinterpret_cast<sockaddr*>(&peer_), &size);
    check(received >= 0, "recvfrom");
    return {room.begin(), room.begin() + received};
}

void UdpSocket::send(const Octets& datagram, const std::string& address, std::uint16_t port) {
    peer_ = loopback(port);
    check(inet_pton(AF_INET, address.c_str(), &peer_.sin_addr) == 1, "inet_pton");
    answer(datagram);
}

void UdpSocket::answer(const Octets& datagram) {
    const ssize_t sent =
        sendto(socket_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&peer_), sizeof peer_);
    check(sent == static_cast<ssize_t>(datagram.size()), "sendto");
}

} // namespace portolan::testing
