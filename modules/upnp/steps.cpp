// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

module portolan.upnp;

import :record;

namespace portolan::upnp {

namespace {

/// So many requests may one attempt take, whatever the gateway answers; its list of mappings is counted apart.
constexpr unsigned mostRequests = 24;

/// So many times in a row is a request repeated that is not answered.
constexpr unsigned mostSilent = 3;

} // namespace

/// Starts an attempt to get or keep the mapping, or to be rid of it.
void ControlPoint::begin(TimePoint now, Record& record) {
    if (record.phase == Phase::search) {
        return;
    }
    record.asked = 0;
    record.index = 0;
    record.replacing = false;
    record.unheard = false;
    record.seen = Seen::unknown;
    if (record.phase == Phase::query) {
        record.step = Step::ask;
    } else if (!byPinhole()) {
        record.step = Step::look;
    } else if (record.phase == Phase::leaving) {
        if (!record.pinhole) {
            pinholeLeft(record);
            return;
        }
        record.step = Step::remove;
    } else {
        record.port = record.request.internalPort;
        record.step = record.phase == Phase::held && record.pinhole ? Step::renew : Step::add;
    }
    record.deadline = now;
    line_.push_back(record.id);
}

/// The next request of the same attempt, before all others: no mapping is left half made.
void ControlPoint::next(Record& record, Step step) {
    record.step = step;
    line_.push_front(record.id);
}

void ControlPoint::rest(Record& record, TimePoint until) {
    record.step = Step::idle;
    record.renewing = false;
    record.deadline = until;
}

void ControlPoint::recordUnanswered(TimePoint now, Record& record, const Error& error) {
    ++record.silent;
    const Step step = record.step;
    record.unsure |= step == Step::add || step == Step::renew;
    record.step = Step::idle;
    if (record.silent < mostSilent && record.asked < mostRequests) {
        if (record.phase == Phase::leaving) {
            next(record, step); // whoever closes a port waits for it
        } else {
            record.deadline = now + std::chrono::seconds{2} * record.silent;
        }
    } else if (record.phase == Phase::leaving) {
        released(record, &error);
    } else {
        record.unheard = true;
        refused(now, record, error);
    }
}

std::vector<MappingId> ControlPoint::dueRecords(TimePoint now) const {
    std::vector<MappingId> due;
    for (const auto& [id, record] : records_) {
        const bool ended =
            (record.ends() && record.expiry <= now) || (record.phase == Phase::leaving && record.giveUp <= now);
        if (ended || (stage_ == Stage::ready && record.step == Step::idle && record.deadline <= now)) {
            due.push_back(id);
        }
    }
    return due;
}

void ControlPoint::handleTimeout(TimePoint now) {
    if (exchange_ && exchange_->deadline <= now) {
        const Exchange exchange = *exchange_;
        exchange_.reset();
        unanswered(now, exchange, Error{Errc::noAnswer});
    }
    if (search_.handleTimeout(now)) {
        searchEnded(now);
    }
    // What was released may have others begin.
    for (std::vector<MappingId> due = dueRecords(now); !due.empty(); due = dueRecords(now)) {
        for (const MappingId id : due) {
            if (const auto at = records_.find(id); at != records_.end()) {
                deadlineReached(now, at->second);
            }
        }
    }
    if (stage_ == Stage::asleep && anythingWanted() && now >= searchAt_) {
        discover(now);
    }
}

std::optional<TimePoint> ControlPoint::nextTimeout() const {
    TimePoint soonest = TimePoint::max();
    const auto consider = [&](std::optional<TimePoint> time) { soonest = std::min(soonest, time.value_or(soonest)); };
    if (exchange_) {
        consider(exchange_->deadline);
    } else if (stage_ == Stage::describing || stage_ == Stage::choosing || !line_.empty()) {
        consider(ceiling_.next());
    }
    consider(search_.nextTimeout());
    for (const auto& [id, record] : records_) {
        if (record.ends()) {
            consider(record.expiry);
        } else if (record.phase == Phase::leaving) {
            consider(record.giveUp);
        }
        if (stage_ == Stage::ready && record.step == Step::idle) {
            consider(record.deadline);
        }
    }
    if (stage_ == Stage::asleep && anythingWanted()) {
        consider(searchAt_);
    }
    if (stage_ == Stage::ready && !exchange_ && !byPinhole() && holdsAnything()) {
        consider(pollAddress_ ? ceiling_.next() : std::max(pollAt_, ceiling_.next()));
    }
    return soonest == TimePoint::max() ? std::nullopt : std::optional{soonest};
}

} // namespace portolan::upnp
