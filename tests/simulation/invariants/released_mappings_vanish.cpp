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

using namespace std::chrono_literals;

namespace {

/// Until the gateway has heard, over a network that does its duty: the request before it is answered or given up
/// (3.3 s), and NAT-PMP takes one after another.
constexpr Time releaseBound = 10s;

Time deadlineOf(const World& world, std::size_t index, const Departure& departure) {
    const Client& client = world.clients()[index];
    const Time lifetime = client.plan().wishes[departure.wish].lifetime;
    const bool troubled = world.troubledUntil(index) >= departure.at - longestDelay;
    // A datagram that was under way may still renew the mapping.
    const Time bound = troubled ? lifetime * 103 / 100 + longestDelay : releaseBound;
    return std::max(departure.at + bound, departure.lingersUntil);
}

} // namespace

Complaint releasedMappingsVanish(const World& world) {
    for (std::size_t i = 0; i < world.clients().size(); ++i) {
        const Client& client = world.clients()[i];
        for (const Departure& departure : client.departures()) {
            const Wish& wish = client.plan().wishes[departure.wish];
            const bool left = world.routerOf(client).rowOf(wish.protocol, client.internal(departure.wish)) != nullptr;
            if (left && world.now() > deadlineOf(world, i, departure)) {
                return fmt::format("client {} released {} {} s ago, and its gateway still has it", i, wish.internalPort,
                                   (world.now() - departure.at).count() / 1000);
            }
        }
    }
    return std::nullopt;
}

} // namespace portolan::simulation
