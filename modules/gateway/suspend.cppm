// SPDX-License-Identifier: MIT
export module portolan.gateway:suspend;

import portolan.std;

export namespace portolan::gateway {

/// The readings of two clocks at one moment; each by itself means nothing.
struct Clocks {
    std::chrono::nanoseconds always{0}; ///< of one that goes on while the machine is suspended
    std::chrono::nanoseconds awake{0};  ///< of one that stands still then
};

/// Shorter times are not told: the two clocks are not read at quite the same moment.
inline constexpr std::chrono::nanoseconds shortestSleep = std::chrono::seconds{1};

/// How long the machine was suspended from one reading to the next; zero for less than `shortestSleep`.
[[nodiscard]] constexpr std::chrono::nanoseconds slept(const Clocks& before, const Clocks& after) noexcept {
    const std::chrono::nanoseconds asleep = (after.always - before.always) - (after.awake - before.awake);
    return asleep < shortestSleep ? std::chrono::nanoseconds{0} : asleep;
}

} // namespace portolan::gateway
