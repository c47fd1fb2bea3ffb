// SPDX-License-Identifier: MIT
module;

#include <csignal>

module portolan.cli;

import :interrupt;

namespace portolan::cli {

void finishWrites() noexcept {
#if defined(SA_RESTART)
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action{};
        const bool known = number != SIGTERM && ::sigaction(number, nullptr, &action) == 0;
        if (known && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) {
            action.sa_flags |= SA_RESTART;
            ::sigaction(number, &action, nullptr);
        }
    }
#endif
}

} // namespace portolan::cli
