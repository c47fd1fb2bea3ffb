// SPDX-License-Identifier: MIT
export module portolan.session:schedule;

import portolan.std;
import portolan.wire;
import :time;
import :random;

export namespace portolan::session {

/// The retransmission times of RFC 6887 §8.1.1.
struct Backoff {
    Duration initial = std::chrono::seconds{3};    ///< IRT
    Duration maximum = std::chrono::seconds{1024}; ///< MRT; 0 = none
};

/// How long to wait for an answer before the next transmission: (1 + RAND) * IRT at first (`previous` 0), then
/// (1 + RAND) * min(2 * previous, MRT).
[[nodiscard]] inline Duration retransmissionWait(const Backoff& backoff, Duration previous, double rand) noexcept {
    Duration base = previous == Duration::zero() ? backoff.initial : 2 * previous;
    if (backoff.maximum != Duration::zero()) {
        base = std::min(base, backoff.maximum);
    }
    return Duration{std::llround(static_cast<double>(base.count()) * (1.0 + rand))};
}

/// The same with RAND uniform in [-0.1, +0.1].
[[nodiscard]] inline Duration retransmissionWait(const Backoff& backoff, Duration previous, Random& random) noexcept {
    return retransmissionWait(backoff, previous, random.between(-0.1, 0.1));
}

/// A ceiling on datagrams a second, after a burst: so many may leave at once, and then one each interval.
class Ceiling {
public:
    /// `perSecond` 0 = no ceiling.
    constexpr Ceiling(std::uint32_t perSecond, std::uint32_t burst) noexcept
        : interval_(perSecond == 0 ? 0 : std::max<std::int64_t>(1'000'000 / perSecond, 1))
        , credit_(interval_ * std::max<std::int64_t>(std::int64_t{burst} - 1, 0)) {}

    /// When the next datagram may leave.
    [[nodiscard]] constexpr TimePoint next() const noexcept {
        if (interval_ == 0 || spent_ == TimePoint::min()) {
            return TimePoint::min();
        }
        const std::int64_t late = owed_ - credit_; // microseconds after `spent_`
        return late <= 0 ? spent_ : spent_ + Duration{(late + 999) / 1000};
    }

    constexpr void transmitted(TimePoint now) noexcept {
        if (interval_ == 0) {
            return;
        }
        if (spent_ != TimePoint::min()) {
            owed_ = std::max<std::int64_t>(owed_ - 1000 * (now - spent_).count(), 0);
        }
        spent_ = now;
        owed_ += interval_;
    }

private:
    std::int64_t interval_;              ///< microseconds from one datagram to the next
    std::int64_t credit_;                ///< microseconds that may be owed
    std::int64_t owed_ = 0;              ///< microseconds by which the datagrams sent were early, at `spent_`
    TimePoint spent_ = TimePoint::min(); ///< the last transmission
};

/// Renewals of one mapping are never closer than this (RFC 6887 §11.2.1).
inline constexpr Duration renewalFloor = std::chrono::seconds{4};

/// When renewal attempt `attempt` (1, 2, ...) is to be sent, counted from the grant: uniform in
/// [(1 - 2^-n) L, (1 - 2^-n + 2^-(n+2)) L] (RFC 6887 §11.2.1).
[[nodiscard]] inline Duration renewalOffset(Duration lifetime, unsigned attempt, Random& random) noexcept {
    const double part = std::ldexp(1.0, -static_cast<int>(attempt));
    const double length = static_cast<double>(lifetime.count());
    return Duration{std::llround(random.between((1 - part) * length, (1 - part + part / 4) * length))};
}

/// The waits of NAT-PMP: 250 ms, doubling, nine transmissions, 64 s after the last (RFC 6886 §3.1).
inline constexpr Duration natPmpFirstWait{250};
inline constexpr unsigned natPmpTransmissions = 9;

/// How long an anomalous announcement, or any anomalous NAT-PMP epoch, is waited out at most before mappings are
/// requested again (RFC 6887 §14.1.3, RFC 6886 §3.7).
inline constexpr Duration recoveryDelay = std::chrono::seconds{5};

/// How long to believe in an error whose lifetime is not given or 0: 30 s for what passes by itself, 1800 s for what
/// does not (RFC 6887 §7.4).
[[nodiscard]] constexpr Duration defaultErrorLifetime(wire::ResultCode code) noexcept {
    switch (code) {
    case wire::ResultCode::networkFailure:
    case wire::ResultCode::noResources:
    case wire::ResultCode::userExQuota:
    case wire::ResultCode::cannotProvideExternal:
        return std::chrono::seconds{30};
    default:
        return std::chrono::seconds{1800};
    }
}

/// The same for NAT-PMP, whose errors have no lifetime.
[[nodiscard]] constexpr Duration defaultErrorLifetime(wire::NatPmpResult code) noexcept {
    switch (code) {
    case wire::NatPmpResult::networkFailure:
    case wire::NatPmpResult::outOfResources:
        return std::chrono::seconds{30};
    default:
        return std::chrono::seconds{1800};
    }
}

} // namespace portolan::session
