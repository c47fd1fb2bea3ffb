// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

namespace {

/// So long a request holds its place in the window; the longest first wait of RFC 6887 §8.1.1. A renewal is given up
/// then: the shrinking renewal windows are the retries (RFC 6887 §11.2.1).
constexpr Duration windowWait{3300};

/// The waits of a deletion. RFC 6887 §8.1.1 says 3 s to begin with, as a SHOULD: but who deletes a mapping is often
/// about to end, and would be gone before it is sent twice. There are few tries, so this floods no gateway.
constexpr Backoff deletionBackoff{std::chrono::milliseconds{500}};

/// Room for the options that a session itself sends, up to the largest message.
using OptionRoom = std::array<std::uint8_t, wire::maxMessageSize - wire::mapSize>;

/// The options of a request; they were found to fit when the mapping was asked for. A deletion has only THIRD_PARTY
/// (RFC 6887 §15.1); all others are repeated in renewals.
wire::Options optionsOf(const Record& record, wire::OptionWriter& writer) {
    if (!record.extras) {
        return {};
    }
    const Extras& extras = *record.extras;
    if (extras.thirdParty) {
        (void)writer.add(wire::ThirdParty{*extras.thirdParty});
    }
    if (record.phase == Phase::leaving) {
        return writer.options();
    }
    if (extras.preferFailure) {
        (void)writer.add(wire::PreferFailure{});
    }
    if (!extras.filters.empty() && record.phase == Phase::held) {
        // Filters are added to those that stand, so a renewal flushes first (RFC 6887 §13.3).
        (void)writer.add(wire::Filter{0, 0, {}});
    }
    for (const wire::Filter& filter : extras.filters) {
        (void)writer.add(filter);
    }
    return writer.options();
}

/// The external side to suggest. A deletion suggests nothing, in the family of what it deletes (RFC 6887 §15.1,
/// errata 3621).
Endpoint suggestionOf(const Record& record) {
    if (record.phase == Phase::leaving) {
        return {wire::Address::anyLike(record.externalAddress), 0};
    }
    if (record.suggestWanted) {
        return record.extras->wantedExternal;
    }
    return {record.externalAddress, record.externalPort};
}

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
        if (table_[at].phase != Phase::wanted || noNewUntil_ <= now) {
            return transmitPcp(now, at, room);
        }
        refused(now, at, wire::ResultCode::noResources, noNewUntil_ - now);
    }
    return 0;
}

std::size_t Session::transmitPcp(TimePoint now, Index at, wire::Room room) {
    Record& record = table_[at];
    const Endpoint suggestion = suggestionOf(record);
    OptionRoom optionRoom;
    wire::OptionWriter writer{optionRoom};
    const wire::MapRequest request{.lifetimeSeconds = record.phase == Phase::leaving ? 0 : record.requestedSeconds,
                                   .clientAddress = config_.clientAddress,
                                   .nonce = record.nonce,
                                   .protocol = record.protocol,
                                   .internalPort = record.internalPort,
                                   .suggestedPort = suggestion.port,
                                   .suggestedAddress = suggestion.address,
                                   .options = optionsOf(record, writer)};
    if (record.transmissions == 0) {
        record.started = now;
    }
    ++record.transmissions;
    ++statistics_.transmitted;
    record.lastSent = now;
    record.askedByPcp = true;
    record.mayStandByPcp = true;
    record.unanswered = false;
    record.refusal = wire::ResultCode::success;
    record.wait =
        retransmissionWait(record.phase == Phase::leaving ? deletionBackoff : config_.backoff, record.wait, random_);
    table_.move(at, Exchange::awaiting);
    table_.setDeadline(at, std::min({now + record.wait, now + windowWait, limitOf(record)}));
    return wire::encode(request, room).assume_value();
}

bool Session::hasToTransmit() const {
    const bool natPmp =
        natPmp_.due() || (natPmp_.none() && (natPmpAddressWanted_ || !table_.in(Exchange::natPmpQueued).empty()));
    return natPmp || (!table_.in(Exchange::queued).empty() && !windowIsFull());
}

bool Session::windowIsFull() const noexcept {
    return table_.in(Exchange::awaiting).size() + kept_.size() >= config_.window;
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
