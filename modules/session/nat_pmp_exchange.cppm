// SPDX-License-Identifier: MIT
// The one NAT-PMP request that is under way (RFC 6886 §3.1): only after its answer, or when that is given up, goes
// the next. Not exported.
export module portolan.session:nat_pmp_exchange;

import portolan.std;
import portolan.error;
import :time;
import :schedule;
import :record;

namespace portolan::session {

/// What a NAT-PMP response is attributed by (RFC 6886 §3.2, §3.3).
struct NatPmpKey {
    bool isAddress = true;
    wire::Protocol protocol{};      ///< of a mapping request
    std::uint16_t internalPort = 0; ///< of a mapping request

    friend constexpr bool operator==(const NatPmpKey&, const NatPmpKey&) noexcept = default;
};

class NatPmpExchange {
public:
    /// A request for this is to be sent next. The record is `nowhere` where only the address is wanted.
    void begin(const NatPmpKey& key, std::uint32_t record) noexcept {
        key_ = key;
        record_ = record;
        transmissions_ = 0;
        abandoned_ = false;
        wait_ = natPmpFirstWait;
        state_ = State::due;
    }

    void end() noexcept {
        state_ = State::none;
        record_ = nowhere;
        abandoned_ = false;
    }

    /// Nobody is interested any more. What was sent keeps its turn for a while, for the gateway is still at it.
    void abandon() noexcept {
        if (state_ != State::asked) {
            end();
            return;
        }
        record_ = nowhere;
        abandoned_ = true;
        deadline_ = std::min(deadline_, sent_ + natPmpFirstWait);
    }

    /// Nobody waits for the answer any more.
    [[nodiscard]] bool abandoned() const noexcept { return abandoned_; }

    [[nodiscard]] bool none() const noexcept { return state_ == State::none; }

    /// It is to be sent, for the first time or again.
    [[nodiscard]] bool due() const noexcept { return state_ == State::due; }

    /// It was sent and waits for its answer.
    [[nodiscard]] bool asked() const noexcept { return state_ == State::asked; }

    [[nodiscard]] bool asked(const NatPmpKey& key) const noexcept { return asked() && key_ == key; }

    [[nodiscard]] const NatPmpKey& key() const noexcept { return key_; }

    [[nodiscard]] std::optional<std::uint32_t> record() const noexcept {
        return record_ == nowhere ? std::nullopt : std::optional{record_};
    }

    [[nodiscard]] unsigned transmissions() const noexcept { return transmissions_; }

    void transmitted(TimePoint now) noexcept {
        sent_ = now;
        deadline_ = now + wait_;
        wait_ = 2 * wait_;
        ++transmissions_;
        state_ = State::asked;
    }

    /// The wait for an answer is over: send it once more.
    void again() noexcept { state_ = State::due; }

    /// When to wait no longer, while it waits.
    [[nodiscard]] std::optional<TimePoint> deadline() const noexcept {
        return asked() ? std::optional{deadline_} : std::nullopt;
    }

private:
    enum class State : std::uint8_t { none, due, asked };

    NatPmpKey key_;
    std::uint32_t record_ = nowhere;
    unsigned transmissions_ = 0;
    bool abandoned_ = false;
    Duration wait_{0};
    TimePoint sent_;
    TimePoint deadline_;
    State state_ = State::none;
};

} // namespace portolan::session
