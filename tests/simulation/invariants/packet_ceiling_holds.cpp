// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

module portolan.simulation;

namespace portolan::simulation {

namespace {

/// In a second a mapping may be requested, released, which is tried twice, and requested again; NAT-PMP sends a request
/// up to three times in its first second, and asks for the address beside it (RFC 6886 §3.1). The session's own
/// ceiling lets a burst pass and so many a second.
std::size_t mostInASecond(const Client& client) {
    const std::size_t explained = 4 * client.plan().wishes.size() + 4;
    return std::min<std::size_t>(explained, client.plan().packetBurst + client.plan().packetsPerSecond);
}

/// Work may come back at once a few times, but not for ever.
constexpr unsigned mostIdleWakes = 100;

} // namespace

Complaint packetCeilingHolds(const World& world) {
    for (std::size_t i = 0; i < world.clients().size(); ++i) {
        const Client& client = world.clients()[i];
        if (client.outstanding().size() > client.plan().window) {
            return fmt::format("client {} has {} requests outstanding, {} are allowed", i, client.outstanding().size(),
                               client.plan().window);
        }
        if (client.lastSecond().size() > mostInASecond(client)) {
            return fmt::format("client {} sent {} datagrams in a second", i, client.lastSecond().size());
        }
        if (client.idleWakes() > mostIdleWakes) {
            return fmt::format("client {} asks to be woken over and over", i);
        }
    }
    return std::nullopt;
}

} // namespace portolan::simulation
