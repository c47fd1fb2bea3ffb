// SPDX-License-Identifier: MIT
export module portolan.gateway:debounce;

import portolan.std;

export namespace portolan::gateway {

/// Makes one of many: a network that changes says so in dozens of messages, and between the first and the last of them
/// is in a state that will not last.
///
/// A function of the times it is told, which never go back: after `handleNews`, wait for `nextTimeout()` and call
/// `handleTimeout`, which says when it is time to look.
class Debouncer {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// It is looked when there was no news for this long.
    static constexpr std::chrono::milliseconds quiet{100};
    /// It is looked at the latest so long after the first news, though there be more and more.
    static constexpr std::chrono::milliseconds patience{500};
    /// From one look to the next, where the news never ends.
    static constexpr std::chrono::milliseconds gap{500};

    constexpr void handleNews(TimePoint now) noexcept {
        first_ = first_.value_or(now);
        last_ = now;
    }

    /// Whether it is time to look; what is told from now on is the beginning of something else.
    constexpr bool handleTimeout(TimePoint now) noexcept {
        const auto due = nextTimeout();
        if (!due || now < *due) {
            return false;
        }
        first_.reset();
        nextLook_ = now + gap;
        return true;
    }

    /// When `handleTimeout` is next due; nothing while there is no news.
    [[nodiscard]] constexpr std::optional<TimePoint> nextTimeout() const noexcept {
        if (!first_) {
            return std::nullopt;
        }
        const TimePoint settled = std::min(last_ + quiet, *first_ + patience);
        return nextLook_ ? std::max(settled, *nextLook_) : settled;
    }

private:
    std::optional<TimePoint> first_;
    TimePoint last_;
    std::optional<TimePoint> nextLook_;
};

} // namespace portolan::gateway
