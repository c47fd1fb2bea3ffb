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

Complaint forgeriesChangeNothing(const World& world) {
    for (std::size_t i = 0; i < world.clients().size(); ++i) {
        if (const auto& effect = world.clients()[i].forgeryEffect()) {
            return fmt::format("a forged datagram changed of client {} {}", i, *effect);
        }
    }
    return std::nullopt;
}

} // namespace portolan::simulation
