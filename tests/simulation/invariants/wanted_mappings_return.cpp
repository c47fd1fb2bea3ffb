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

Complaint wantedMappingsReturn(const World& world) {
    if (world.now() != world.returnDeadline()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < world.clients().size(); ++i) {
        const Client& client = world.clients()[i];
        for (const Life& life : client.lives()) {
            if (!life.releasedAt && (!life.held || life.astraySince)) {
                return fmt::format("client {} wants {} and has not got it back {} s after the last fault", i,
                                   client.plan().wishes[life.wish].internalPort,
                                   (world.now() - world.plan().storm).count() / 1000);
            }
        }
    }
    return std::nullopt;
}

} // namespace portolan::simulation
