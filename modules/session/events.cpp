// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <deque>
#include <optional>
#include <system_error>
#include <utility>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

std::optional<Event> Session::pollEvent() {
    if (events_.empty()) {
        return std::nullopt;
    }
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

std::optional<Grant> Session::grant(MappingId id) const {
    const auto at = table_.find(id);
    if (!at || table_[*at].phase != Phase::held) {
        return std::nullopt;
    }
    return grantOf(table_[*at]);
}

std::uint32_t Session::transmissions(MappingId id) const {
    const auto at = table_.find(id);
    return at ? table_[*at].transmissions : 0;
}

Grant Session::grantOf(const Record& record) const {
    return {{record.externalAddress, record.externalPort},
            std::chrono::seconds{record.grantedSeconds},
            record.epochSeconds,
            record.via,
            record.nonce};
}

void Session::emit(Index at, EventKind kind, std::error_code error, Duration retryAfter) {
    Event event;
    event.kind = kind;
    event.id = table_.idOf(at);
    event.grant = grantOf(table_[at]);
    event.error = error;
    event.transmissions = table_[at].transmissions;
    event.retryAfter = std::chrono::ceil<std::chrono::seconds>(retryAfter);
    events_.push_back(event);
}

} // namespace portolan::session
