// SPDX-License-Identifier: MIT
export module portolan.session:time;

import portolan.std;

export namespace portolan::session {

using Duration = std::chrono::milliseconds;

/// The time scale of a session. It has no `now()`: whoever drives the session says what time it is, by a clock that
/// never goes back and counts suspend.
struct Clock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock>;
    static constexpr bool is_steady = true;
};

using TimePoint = Clock::time_point;

/// `time` and `wait` later, or the last time there is: what users give may be any wait.
[[nodiscard]] constexpr TimePoint after(TimePoint time, Duration wait) noexcept {
    return wait > Duration::zero() && time > TimePoint::max() - wait ? TimePoint::max() : time + wait;
}

} // namespace portolan::session
