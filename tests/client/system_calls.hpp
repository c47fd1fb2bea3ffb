// SPDX-License-Identifier: MIT
// What the client's calls of the system come to: this program's own socket() and send() stand before the system's.
#pragma once

#include <atomic>

/// Netlink sockets opened so far: each is one look at a table of the kernel's.
extern std::atomic<unsigned> netlinkSockets;

/// What befalls datagrams sent by connected sockets, as a client's are, while this lives.
class SendFault {
public:
    /// They are lost.
    SendFault() : SendFault(0) {}

    /// They are refused with this `errno`.
    explicit SendFault(int error);
    ~SendFault();
    SendFault(const SendFault&) = delete;
    SendFault& operator=(const SendFault&) = delete;
};
