// SPDX-License-Identifier: MIT
export module portolan.simulator:announcer;

import portolan.std;
import portolan.wire;
import :endpoint;
import :mapping;

namespace portolan::simulator {

/// What is told to clients unasked.
enum class Notice {
    pcpRestart,    ///< an ANNOUNCE (RFC 6887 §14.1.3)
    natPmpAddress, ///< the external address (RFC 6886 §3.2.1)
    update,        ///< a Mapping Update (RFC 6887 §14.2)
};

/// Copies of one notice, of which the next is due.
struct Series {
    Notice notice{};
    TimePoint started{};
    std::chrono::milliseconds gap{};
    unsigned left = 0;             ///< copies still to send
    MappingId mapping = 0;         ///< of an update
    std::optional<Mapping> gone{}; ///< of an update about a mapping that could not be kept
};

/// When which notice is due. What a copy says is decided when it leaves, so that each has a fresh epoch.
class Announcer {
public:
    /// Starts a series at once; an earlier one of the same notice ends.
    void announce(TimePoint now, Notice notice, unsigned copies, std::chrono::milliseconds firstGap);

    /// Three copies: at once, after 250 ms and after another 500 ms (RFC 6887 §14.2).
    void update(TimePoint now, const Mapping& row, bool gone);

    void clear() noexcept { due_.clear(); }

    [[nodiscard]] std::optional<TimePoint> nextDue() const noexcept;

    /// The copy that is due by now, if any; the series goes on.
    [[nodiscard]] std::optional<Series> next(TimePoint now);

private:
    void start(TimePoint now, Series series);

    std::multimap<TimePoint, Series> due_;
};

} // namespace portolan::simulator
