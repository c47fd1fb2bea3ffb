// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <netinet/in.h>
#include <string>

#include "support/octets.hpp"

namespace portolan::testing {

/// A UDP socket on a free port of 127.0.0.1: a gateway that does what a test says.
class UdpSocket {
public:
    UdpSocket();
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;
    ~UdpSocket();

    [[nodiscard]] std::uint16_t port() const;

    /// "127.0.0.1:PORT", for --gateway.
    [[nodiscard]] std::string name() const;

    /// Occupies the port, but takes datagrams of nobody: the kernel tells senders that it is closed (ICMP).
    void closeToAll();

    /// Waits for a datagram, at most 10 s, and remembers whom it came from. Throws if none comes.
    Octets receive();

    /// Whether a datagram is waiting.
    [[nodiscard]] bool hasDatagram() const;

    /// Answers the last datagram.
    void answer(const Octets& datagram);

    void send(const Octets& datagram, const std::string& address, std::uint16_t port);

private:
    int socket_;
    sockaddr_in peer_{};
};

} // namespace portolan::testing
