// SPDX-License-Identifier: MIT
/// Clocks that do not run as the world does.
export module portolan.simulation:clock;

import portolan.std;
import :plan;

export namespace portolan::simulation {

/// A clock that is a little fast or slow.
class SkewedClock {
public:
    /// `skew` in millionths; `origin` is what it shows at the beginning of the world, in milliseconds.
    SkewedClock(std::int64_t skew, std::int64_t origin) noexcept : skew_(skew), origin_(origin) {}

    /// What it shows, in milliseconds.
    [[nodiscard]] std::int64_t at(Time world) const noexcept {
        return origin_ + world.count() + world.count() * skew_ / million;
    }

    /// When it first shows that much or more.
    [[nodiscard]] Time when(std::int64_t shows) const noexcept {
        Time world{(shows - origin_) * million / (million + skew_)};
        while (at(world) >= shows) {
            world -= Time{1};
        }
        while (at(world) < shows) {
            world += Time{1};
        }
        return world;
    }

private:
    static constexpr std::int64_t million = 1'000'000;

    std::int64_t skew_;
    std::int64_t origin_;
};

} // namespace portolan::simulation
