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

Time boundOf(const Router& router, const Notice& notice) {
    const Time bound = recoveryBound + notice.patience * 105 / 100;
    return router.profile() == Profile::miniupnpd ? bound + silence * 105 / 100 : bound;
}

/// Whether the client heard that its gateway had lost its state then, and has had no trouble since.
bool isNoticed(const World& world, std::size_t index, const std::optional<Notice>& notice, Time since) {
    return notice && notice->sent >= since && world.troubledUntil(index) < since;
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
            const auto& notice = client.notice(life.grant.via);
            if (life.astraySince && isNoticed(world, i, notice, *life.astraySince) &&
                world.now() - notice->heard > boundOf(world.routerOf(client), *notice)) {
                return fmt::format("client {} reports {} as held, which its gateway lost {} s ago and told {} s ago", i,
                                   port, (world.now() - *life.astraySince).count() / 1000,
                                   (world.now() - notice->heard).count() / 1000);
            }
        }
    }
    return std::nullopt;
}

} // namespace portolan::simulation
