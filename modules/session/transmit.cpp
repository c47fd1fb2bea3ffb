// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

module portolan.session;

import :record;
import :table;
import :outgoing;

namespace portolan::session {

namespace {

/// So long a request holds its place in the window; the longest first wait of RFC 6887 §8.1.1. A renewal is given up
/// then: the shrinking renewal windows are the retries (RFC 6887 §11.2.1).
constexpr Duration windowWait{3300};

/// The waits of a deletion. RFC 6887 §8.1.1 says 3 s to begin with, as a SHOULD: but who deletes a mapping is often
/// about to end, and would be gone before it is sent twice. There are few tries, so this floods no gateway.
constexpr Backoff deletionBackoff{std::chrono::milliseconds{500}};

} // namespace

std::size_t Session::pollTransmit(TimePoint now, wire::Room room) {
    freePlaces(now);
    if (now < std::max(silentUntil_, ceiling_.next())) {
        return 0;
    }
    std::size_t size = transmitNatPmp(now, room);
    if (size == 0) {
        size = transmitQueued(now, room);
    }
    if (size != 0) {
        ceiling_.transmitted(now);
    }
    return size;
}

std::size_t Session::transmitQueued(TimePoint now, wire::Room room) {
    while (!table_.in(Exchange::queued).empty() && !windowIsFull()) {
        const Index at = table_.in(Exchange::queued).front();
        if (table_[at].phase != Phase::wanted || table_[at].isProbe || noNewUntil_ <= now) {
            return transmitPcp(now, at, room);
        }
        refused(now, at, wire::ResultCode::noResources, noNewUntil_ - now);
    }
    return 0;
}

std::size_t Session::transmitPcp(TimePoint now, Index at, wire::Room room) {
    Record& record = table_[at];
    if (record.transmissions == 0) {
        record.started = now;
    }
    ++record.transmissions;
    ++statistics_.transmitted;
    record.lastSent = now;
    record.askedByPcp = true;
    record.mayStandByPcp = record.mayStandByPcp || (record.isDeletable() && !isStranger());
    record.unanswered = false;
    record.refusal = wire::ResultCode::success;
    if (record.extras) {
        record.extras->changed = false;
    }
    record.wait =
        retransmissionWait(record.phase == Phase::leaving ? deletionBackoff : config_.backoff, record.wait, random_);
    table_.move(at, Exchange::awaiting);
    table_.setDeadline(at, std::min({now + record.wait, now + windowWait, limitOf(record)}));
    return isStranger() ? writeProbe(config_.clientAddress, room) : writeRequest(record, config_.clientAddress, room);
}

bool Session::hasToTransmit() const {
    const bool natPmp =
        natPmp_.due() || (natPmp_.none() && (natPmpAddressWanted_ || !table_.in(Exchange::natPmpQueued).empty()));
    return natPmp || (!table_.in(Exchange::queued).empty() && !windowIsFull());
}

bool Session::windowIsFull() const noexcept {
    const std::size_t asked = table_.in(Exchange::awaiting).size();
    return isStranger() ? asked != 0 : asked + kept_.size() >= config_.window;
}

/// The gateway may still be at a request that was given up: its place is not another's before an answer to it would be
/// late.
void Session::keepPlace(Index at) {
    kept_.push_back(table_[at].lastSent + windowWait);
}

void Session::freePlaces(TimePoint now) noexcept {
    std::erase_if(kept_, [&](TimePoint until) { return until <= now; });
}

std::optional<TimePoint> Session::nextTimeout() const {
    std::optional<TimePoint> next = table_.nextDeadline();
    const auto consider = [&next](TimePoint when) { next = next ? std::min(*next, when) : when; };
    if (const auto deadline = natPmp_.deadline()) {
        consider(*deadline);
    }
    if (hasToTransmit()) {
        consider(std::max(silentUntil_, ceiling_.next())); // what `pollTransmit` leaves behind waits for this
    }
    if (!kept_.empty() && !table_.in(Exchange::queued).empty() && windowIsFull()) {
        consider(*std::ranges::min_element(kept_));
    }
    return next;
}

} // namespace portolan::session
