// SPDX-License-Identifier: MIT
module;

#include <array>
#include <csignal>
#include <span>
#include <vector>

module portolan.cli;

import :interrupt;
import :signals;

namespace portolan::cli {

std::span<const SystemSignal> systemSignals() noexcept {
    // SIGBREAK is Ctrl-Break, and also what remains of a console that is closed.
    static constexpr std::array<SystemSignal, 3> known{
        {{SIGINT, Sign::interrupt}, {SIGBREAK, Sign::terminate}, {SIGTERM, Sign::terminate}}};
    return known;
}

void unblock(const std::vector<int>&) noexcept {
    // nobody blocks them here
}

bool isIgnored(Sign) noexcept {
    return false;
}

void finishWrites() noexcept {
    // handlers have a thread of their own here, and interrupt nothing
}

} // namespace portolan::cli
