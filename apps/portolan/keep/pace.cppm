// SPDX-License-Identifier: MIT
// How often something is told. Not exported.
export module portolan.cli:pace;

import portolan.std;

namespace portolan::cli {

/// Admits so many lines in a minute about one thing, and counts those that it withholds: a gateway that changes its
/// mind all the time is not to fill the log.
class Pace {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr unsigned most = 10;
    static constexpr std::chrono::seconds span{60};

    /// Whether a line may be told now; one that may not is counted.
    [[nodiscard]] bool admits(TimePoint now) noexcept {
        if (now >= end_) {
            end_ = now + span;
            told_ = 0;
        }
        if (told_ < most) {
            ++told_;
            return true;
        }
        ++withheld_;
        return false;
    }

    /// From when on a line is admitted again.
    [[nodiscard]] TimePoint end() const noexcept { return end_; }

    /// How many were withheld since this was asked last.
    [[nodiscard]] unsigned takeWithheld() noexcept { return std::exchange(withheld_, 0); }

private:
    TimePoint end_ = TimePoint::min();
    unsigned told_ = 0;
    unsigned withheld_ = 0;
};

} // namespace portolan::cli
