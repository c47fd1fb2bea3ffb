// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

namespace {

/// A renewal waits this long for its answer before others may take its place in the window. It is not repeated then:
/// the shrinking renewal windows are the retries (RFC 6887 §11.2.1).
constexpr Duration renewalAnswerWait = std::chrono::seconds{3};

/// Room for the options that a session itself sends, up to the largest message.
using OptionRoom = std::array<std::uint8_t, wire::maxMessageSize - wire::mapSize>;

/// The options of a request. A deletion has only THIRD_PARTY (RFC 6887 §15.1); all others are repeated in renewals.
wire::Options optionsOf(const Record& record, wire::OptionWriter& writer) {
    if (!record.extras) {
        return {};
    }
    const Extras& extras = *record.extras;
    bool fits = true;
    if (extras.thirdParty) {
        fits = fits && writer.add(wire::ThirdParty{*extras.thirdParty}).has_value();
    }
    if (record.phase == Phase::leaving) {
        return writer.options();
    }
    if (extras.preferFailure) {
        fits = fits && writer.add(wire::PreferFailure{}).has_value();
    }
    if (!extras.filters.empty() && record.phase == Phase::held) {
        // Filters are added to those that stand, so a renewal flushes first (RFC 6887 §13.3).
        fits = fits && writer.add(wire::Filter{0, 0, {}}).has_value();
    }
    for (const wire::Filter& filter : extras.filters) {
        fits = fits && writer.add(filter).has_value();
    }
    return writer.options();
}

} // namespace

void Session::enqueue(Index at) {
    table_[at].exchange = Exchange::queued;
    if (table_[at].phase != Phase::held) {
        table_.clearDeadline(at);
    } else {
        table_.setDeadline(at, table_[at].expiry());
    }
    queue_.push_back(table_.idOf(at));
}

void Session::idleUntil(Index at, TimePoint when) {
    leaveWindow(at);
    table_[at].exchange = Exchange::idle;
    table_.setDeadline(at, when);
}

void Session::leaveWindow(Index at) {
    if (table_[at].exchange == Exchange::awaiting) {
        std::erase(awaiting_, at);
        table_[at].exchange = Exchange::idle;
    }
}

void Session::stopExchange(Index at) {
    leaveWindow(at);
    if (const NatPmpJob* job = natPmp_.underWay(); job != nullptr && job->id == table_.idOf(at)) {
        natPmp_.finish();
    }
    table_[at].exchange = Exchange::idle;
    table_.clearDeadline(at);
}

void Session::handleTimeout(TimePoint now) {
    while (const auto at = table_.due(now)) {
        deadlineReached(now, *at);
    }
    if (const auto deadline = natPmp_.deadline(); deadline && *deadline <= now) {
        natPmpSilent(now);
    }
}

void Session::deadlineReached(TimePoint now, Index at) {
    Record& record = table_[at];
    if (record.phase == Phase::held && record.expiry() <= now) {
        lost(now, at);
        return;
    }
    if (record.phase == Phase::leaving && record.expiry() <= now) {
        released(at, {}); // it has ended by itself
        return;
    }
    switch (record.exchange) {
    case Exchange::awaiting:
        answerMissing(now, at);
        return;
    case Exchange::idle:
        if (record.phase == Phase::held && !record.recovering) {
            ++record.renewals;
            record.transmissions = 0;
        }
        if (config_.speak == Speak::natPmp) {
            toNatPmp(now, at);
        } else {
            enqueue(at);
        }
        return;
    case Exchange::queued:
    case Exchange::natPmpQueued:
        table_.clearDeadline(at);
        return;
    }
}

void Session::answerMissing(TimePoint now, Index at) {
    Record& record = table_[at];
    leaveWindow(at);
    if (record.phase == Phase::leaving) {
        if (record.transmissions >= config_.deleteTransmissions) {
            released(at, Errc::noAnswer);
        } else {
            enqueue(at);
        }
        return;
    }
    if (record.phase == Phase::held && !record.recovering) {
        scheduleRenewal(now, at);
        return;
    }
    if (outOfTries(now, record)) {
        refused(now, at, Errc::noAnswer, config_.backoff.maximum);
        return;
    }
    enqueue(at);
}

bool Session::outOfTries(TimePoint now, const Record& record) const {
    return (config_.maxTransmissions != 0 && record.transmissions >= config_.maxTransmissions) ||
           (config_.maxDuration != Duration::zero() && now - record.started >= config_.maxDuration);
}

std::size_t Session::pollTransmit(TimePoint now, wire::Room room) {
    if (now < silentUntil_) {
        return 0;
    }
    const std::size_t size = transmitNatPmp(now, room);
    return size != 0 ? size : transmitQueued(now, room);
}

std::size_t Session::transmitQueued(TimePoint now, wire::Room room) {
    while (!queue_.empty() && awaiting_.size() < config_.window) {
        const auto at = table_.find(queue_.front());
        queue_.pop_front();
        if (!at || table_[*at].exchange != Exchange::queued) {
            continue;
        }
        if (table_[*at].phase == Phase::wanted && noNewUntil_ > now) {
            idleUntil(*at, noNewUntil_);
            continue;
        }
        if (const std::size_t size = transmitPcp(now, *at, room); size != 0) {
            return size;
        }
    }
    return 0;
}

std::size_t Session::transmitPcp(TimePoint now, Index at, wire::Room room) {
    Record& record = table_[at];
    const bool leaving = record.phase == Phase::leaving;
    OptionRoom optionRoom;
    wire::OptionWriter writer{optionRoom};
    const wire::MapRequest request{.lifetimeSeconds = leaving ? 0 : record.requestedSeconds,
                                   .clientAddress = config_.clientAddress,
                                   .nonce = record.nonce,
                                   .protocol = record.protocol,
                                   .internalPort = record.internalPort,
                                   .suggestedPort = leaving ? std::uint16_t{0} : record.externalPort,
                                   .suggestedAddress = leaving ? wire::Address::anyLike(record.externalAddress)
                                                               : record.externalAddress,
                                   .options = optionsOf(record, writer)};
    const auto size = wire::encode(request, room);
    if (!size) {
        refused(now, at, Errc::invalidRequest, config_.lifetimeCap);
        return 0;
    }
    if (record.transmissions == 0) {
        record.started = now;
        record.wait = Duration::zero();
    }
    ++record.transmissions;
    record.lastSent = now;
    record.exchange = Exchange::awaiting;
    record.askedByPcp = true;
    record.mayStand = true;
    awaiting_.push_back(at);
    ++statistics_.transmitted;
    if (record.phase == Phase::held && !record.recovering) {
        record.wait = renewalAnswerWait;
    } else {
        record.wait = retransmissionWait(config_.backoff, record.wait, random_);
    }
    const TimePoint retry = now + record.wait;
    table_.setDeadline(at, record.phase == Phase::wanted ? retry : std::min(retry, record.expiry()));
    return size.assume_value();
}

std::optional<TimePoint> Session::nextTimeout() const {
    std::optional<TimePoint> next = table_.nextDeadline();
    const auto consider = [&next](TimePoint when) { next = next ? std::min(*next, when) : when; };
    if (const auto deadline = natPmp_.deadline()) {
        consider(*deadline);
    }
    if ((!queue_.empty() && awaiting_.size() < config_.window) || natPmp_.transmissionDue()) {
        // What `pollTransmit` left behind waits for the end of a silence.
        consider(silentUntil_);
    }
    return next;
}

} // namespace portolan::session
