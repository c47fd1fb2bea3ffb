// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "support/octets.hpp"

namespace portolan::testing {

/// A gateway that announces itself to all hosts, by way of loopback and at a port that nobody else uses.
class Announcer {
public:
    Announcer();
    Announcer(const Announcer&) = delete;
    Announcer& operator=(const Announcer&) = delete;
    ~Announcer();

    [[nodiscard]] const std::string& port() const { return port_; }

    void announce(const Octets& datagram) const;

private:
    int socket_;
    std::string port_;
};

/// A program that has 224.0.0.1 and this port for itself.
class UnsharedPort {
public:
    explicit UnsharedPort(const std::string& port);
    UnsharedPort(const UnsharedPort&) = delete;
    UnsharedPort& operator=(const UnsharedPort&) = delete;
    ~UnsharedPort();

private:
    int socket_;
};

} // namespace portolan::testing
