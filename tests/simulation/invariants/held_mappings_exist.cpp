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

/// From the news that the gateway lost its state to the mapping's return, if nothing goes wrong meanwhile: 5 s of
/// jitter (RFC 6887 §14.1.3), 4 s between requests (§11.2.1), and some for a recovery that was under way.
constexpr Time recoveryBound = 30s;

/// And this if the gateway was short of resources meanwhile: nothing is asked of it for 30 s (RFC 6887 §7.4, §11.4).
constexpr Time silence = 30s;

/// Of the clocks, one of which may skip a millisecond.
constexpr Time granularity = 2ms;

Time boundOf(const Router& router) {
    return router.profile() == Profile::miniupnpd ? recoveryBound + silence * 105 / 100 : recoveryBound;
}

bool isNoticed(const World& world, std::size_t index, Time since) {
    const auto noticed = world.clients()[index].noticedAt();
    return noticed && *noticed >= since && world.troubledUntil(index) < since;
}

} // namespace

Complaint heldMappingsExist(const World& world) {
    for (std::size_t i = 0; i < world.clients().size(); ++i) {
        const Client& client = world.clients()[i];
        for (const Life& life : client.lives()) {
            if (!life.held || life.releasedAt || client.isAsleep()) {
                continue;
            }
            const int port = client.plan().wishes[life.wish].internalPort;
            if (client.clock(world.now()) > life.grantedAt + life.grant.lifetime + granularity) {
                return fmt::format("client {} reports {} as held beyond its lifetime", i, port);
            }
            if (life.astraySince && isNoticed(world, i, *life.astraySince) &&
                world.now() - *client.noticedAt() > boundOf(world.routerOf(client))) {
                return fmt::format("client {} reports {} as held, which its gateway lost {} s ago and told {} s ago", i,
                                   port, (world.now() - *life.astraySince).count() / 1000,
                                   (world.now() - *client.noticedAt()).count() / 1000);
            }
        }
    }
    return std::nullopt;
}

} // namespace portolan::simulation
