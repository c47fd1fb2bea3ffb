// SPDX-License-Identifier: MIT
export module portolan.session:epoch;

import portolan.std;
import :time;

namespace portolan::session {

/// One reading of a gateway's epoch, and when it was taken.
struct EpochReading {
    std::int64_t server = 0; ///< seconds
    TimePoint at;
};

} // namespace portolan::session

export namespace portolan::session {

/// Follows a PCP server's epoch and tells when the server lost its state (RFC 6887 §8.5).
class PcpEpoch {
public:
    /// Takes a reading. False: the server has lost its mappings. The reading is kept either way.
    [[nodiscard]] bool check(TimePoint now, std::uint32_t epochSeconds) noexcept {
        const std::optional<EpochReading> previous = previous_;
        previous_ = EpochReading{epochSeconds, now};
        if (!previous) {
            return true;
        }
        // Signed: after the one second backwards that is tolerated, the difference is -1 and not 2^32 - 1.
        const std::int64_t serverDelta = std::int64_t{epochSeconds} - previous->server;
        const std::int64_t clientDelta = std::chrono::duration_cast<std::chrono::seconds>(now - previous->at).count();
        if (serverDelta < -1) {
            return false;
        }
        return clientDelta + 2 >= serverDelta - serverDelta / 16 && serverDelta + 2 >= clientDelta - clientDelta / 16;
    }

private:
    std::optional<EpochReading> previous_;
};

/// Follows a NAT-PMP gateway's seconds since start of epoch (RFC 6886 §3.6).
class NatPmpEpoch {
public:
    /// Takes a reading. False: the gateway has lost its mappings. Jumps forward are no error.
    [[nodiscard]] bool check(TimePoint now, std::uint32_t epochSeconds) noexcept {
        const std::optional<EpochReading> previous = previous_;
        previous_ = EpochReading{epochSeconds, now};
        if (!previous) {
            return true;
        }
        const std::int64_t elapsed = (now - previous->at).count();
        const std::int64_t estimate = previous->server * 1000 + elapsed * 7 / 8;
        return std::int64_t{epochSeconds} * 1000 >= estimate - 2000;
    }

private:
    std::optional<EpochReading> previous_;
};

} // namespace portolan::session
