// SPDX-License-Identifier: MIT
#include "announcer.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include "udp_socket.hpp"

namespace portolan::testing {

namespace {

constexpr in_addr_t allHosts = 0xe0000001;

sockaddr_in endpoint(in_addr_t address, const std::string& port) {
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_addr.s_addr = htonl(address);
    made.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    return made;
}

void check(bool done, const char* what) {
    if (!done) {
        throw std::system_error{errno, std::generic_category(), what};
    }
}

/// Free a moment ago.
std::string freePort() {
    return std::to_string(UdpSocket{}.port());
}

} // namespace

Announcer::Announcer() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), port_(freePort()) {
    check(socket_ >= 0, "socket");
    const sockaddr_in own = endpoint(INADDR_LOOPBACK, "0");
    check(bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0, "bind");
    check(setsockopt(socket_, IPPROTO_IP, IP_MULTICAST_IF, &own.sin_addr, sizeof own.sin_addr) == 0, "IP_MULTICAST_IF");
}

Announcer::~Announcer() {
    close(socket_);
}

void Announcer::announce(const Octets& datagram) const {
    const sockaddr_in to = endpoint(allHosts, port_);
    const ssize_t sent =
        sendto(socket_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    check(sent == static_cast<ssize_t>(datagram.size()), "sendto");
}

UnsharedPort::UnsharedPort(const std::string& port) : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in own = endpoint(allHosts, port);
    check(bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0, "bind");
}

UnsharedPort::~UnsharedPort() {
    close(socket_);
}

} // namespace portolan::testing
