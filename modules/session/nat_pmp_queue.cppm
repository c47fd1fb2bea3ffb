// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

// NAT-PMP's conversation: one request at a time, the rest in line (RFC 6886 §3.1). Not exported.
export module portolan.session:nat_pmp_queue;

import :time;
import :schedule;
import :types;

namespace portolan::session {

/// What one NAT-PMP request is for: a record of the table, or only the gateway's external address.
struct NatPmpJob {
    std::optional<MappingId> id;
};

class NatPmpQueue {
public:
    void push(MappingId id) { waiting_.push_back({id}); }

    /// Asks for the external address next, unless that is already asked or to be asked next.
    void pushAddressFirst() {
        const bool asked = (current_ && !current_->id) || (!waiting_.empty() && !waiting_.front().id);
        if (!asked) {
            waiting_.push_front({});
        }
    }

    /// The job under way, taking the next in line if there is none.
    [[nodiscard]] const NatPmpJob* current() {
        if (!current_ && !waiting_.empty()) {
            current_ = waiting_.front();
            waiting_.pop_front();
            transmissions_ = 0;
            due_ = true;
        }
        return current_ ? &*current_ : nullptr;
    }

    [[nodiscard]] const NatPmpJob* underWay() const noexcept { return current_ && !due_ ? &*current_ : nullptr; }

    void finish() noexcept {
        current_.reset();
        due_ = false;
    }

    [[nodiscard]] bool transmissionDue() const noexcept { return due_; }

    void transmitted(TimePoint now) noexcept {
        due_ = false;
        wait_ = transmissions_ == 0 ? natPmpFirstWait : 2 * wait_;
        ++transmissions_;
        deadline_ = now + wait_;
    }

    /// The wait for an answer is over: another transmission, or none is left and this is false.
    [[nodiscard]] bool retry(unsigned limit) noexcept {
        due_ = transmissions_ < limit;
        return due_;
    }

    /// When the job under way stops waiting for its answer.
    [[nodiscard]] std::optional<TimePoint> deadline() const noexcept {
        return current_ && !due_ ? std::optional{deadline_} : std::nullopt;
    }

    [[nodiscard]] bool idle() const noexcept { return !current_ && waiting_.empty(); }

private:
    std::deque<NatPmpJob> waiting_;
    std::optional<NatPmpJob> current_;
    unsigned transmissions_ = 0;
    Duration wait_{0};
    TimePoint deadline_;
    bool due_ = false;
};

} // namespace portolan::session
