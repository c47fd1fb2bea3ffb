// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <csignal>
#include <span>
#include <vector>

module portolan.cli;

import :interrupt;
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

bool isIgnored(Sign sign) noexcept {
    return std::ranges::any_of(systemSignals(), [sign](const SystemSignal& one) {
        struct sigaction action{};
        return one.sign == sign && ::sigaction(one.number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
    });
}

void finishWrites() noexcept {
    for (const auto& [number, sign] : systemSignals()) {
        struct sigaction action{};
        const bool known = sign != Sign::terminate && ::sigaction(number, nullptr, &action) == 0;
        if (known && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) {
            action.sa_flags |= SA_RESTART;
            ::sigaction(number, &action, nullptr);
        }
    }
}

} // namespace portolan::cli
