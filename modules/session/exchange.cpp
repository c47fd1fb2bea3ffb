// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <optional>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

void Session::leaveExchange(Index at) {
    if (table_[at].exchange == Exchange::natPmpAsking) {
        natPmp_.abandon();
    } else if (table_[at].exchange == Exchange::awaiting && answering_ != at) {
        keepPlace(at);
    }
    table_.move(at, Exchange::idle);
    table_.clearDeadline(at);
}

void Session::idleUntil(Index at, TimePoint when) {
    leaveExchange(at);
    table_.setDeadline(at, when);
}

void Session::enqueue(Index at) {
    leaveExchange(at);
    table_.move(at, Exchange::queued);
    boundWaiting(at);
}

void Session::boundWaiting(Index at) {
    const TimePoint limit = limitOf(table_[at]);
    if (limit == TimePoint::max()) {
        table_.clearDeadline(at);
    } else {
        table_.setDeadline(at, limit);
    }
}

TimePoint Session::limitOf(const Record& record) const {
    TimePoint limit = record.phase == Phase::wanted ? TimePoint::max() : record.expiry();
    const bool asksOnAndOn = record.phase == Phase::wanted || record.recovering;
    if (asksOnAndOn && record.transmissions != 0 && config_.maxDuration != Duration::zero()) {
        limit = std::min(limit, after(record.started, config_.maxDuration));
    }
    return limit;
}

} // namespace portolan::session
