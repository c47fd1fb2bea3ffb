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

/// Whether a client asked for such a mapping, lately or long ago.
bool isAskedFor(const World& world, const Row& row) {
    return std::ranges::any_of(world.clients(), [&](const Client& client) {
        return client.source().address == row.internal.address &&
               std::ranges::any_of(client.plan().wishes, [&](const Wish& wish) {
                   return wish.protocol == row.protocol && wish.internalPort == row.internal.port;
               });
    });
}

} // namespace

Complaint nothingIsMappedTwice(const World& world) {
    for (const Router& router : world.routers()) {
        if (!router.hasGrown()) {
            continue;
        }
        for (const Row& row : router.rows()) {
            const auto same = [&](const Row& other) {
                return other.protocol == row.protocol && other.internal == row.internal;
            };
            if (std::ranges::count_if(router.rows(), same) > 1 || !isAskedFor(world, row)) {
                return fmt::format("the gateway has a mapping of {} port {} that nobody asked for",
                                   row.internal.address, row.internal.port);
            }
        }
    }
    return std::nullopt;
}

} // namespace portolan::simulation
