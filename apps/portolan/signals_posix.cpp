// SPDX-License-Identifier: MIT
module;

#include <array>
#include <csignal>
#include <span>
#include <vector>

module portolan.cli;

import :signals;

namespace portolan::cli {

std::span<const SystemSignal> systemSignals() noexcept {
    static constexpr std::array<SystemSignal, 6> known{{{SIGINT, Sign::interrupt},
                                                        {SIGTERM, Sign::terminate},
                                                        {SIGHUP, Sign::hangup},
                                                        {SIGUSR1, Sign::first},
                                                        {SIGUSR2, Sign::second},
                                                        {SIGCHLD, Sign::childEnded}}};
    return known;
}

void unblock(const std::vector<int>& numbers) noexcept {
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int number : numbers) {
        ::sigaddset(&wanted, number);
    }
    ::sigprocmask(SIG_UNBLOCK, &wanted, nullptr);
}

} // namespace portolan::cli
