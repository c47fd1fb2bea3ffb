// SPDX-License-Identifier: MIT
// What the user, or the system, asks for by a signal. Not exported.
export module portolan.cli:signals;

import portolan.std;
import portolan;

namespace portolan::cli {

/// What a signal asks for, by whatever number the system has for it.
enum class Sign : std::uint8_t {
    interrupt,  ///< Ctrl-C
    terminate,  ///< the end of the program: SIGTERM, or Windows' Ctrl-Break
    hangup,     ///< SIGHUP
    first,      ///< SIGUSR1
    second,     ///< SIGUSR2
    childEnded, ///< SIGCHLD
};

/// A signal of this system.
struct SystemSignal {
    int number;
    Sign sign;
};

/// The signals that there are on this system; one file a system defines it.
[[nodiscard]] std::span<const SystemSignal> systemSignals() noexcept;

/// Has signals of the system delivered that whoever started us may have blocked.
void unblock(const std::vector<int>& numbers) noexcept;

/// Has `signals` hear what asks for one of these, as far as the system has signals for it.
void hear(net::signal_set& signals, std::initializer_list<Sign> asked);

/// Whether whoever started us has it that this is not heeded, as nohup does of SIGHUP.
[[nodiscard]] bool isIgnored(Sign sign) noexcept;

/// What a signal that was heard asks for.
[[nodiscard]] Sign signOf(int number) noexcept;

} // namespace portolan::cli
