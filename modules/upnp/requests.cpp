// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

module portolan.upnp;

import :record;

namespace portolan::upnp {

namespace {

/// How long a deletion is tried at most: who closes a port wants to go.
constexpr Duration deletionLimit = std::chrono::seconds{10};

/// A search that failed longer ago than this is made again for a new request.
constexpr Duration searchPause = std::chrono::seconds{30};

/// What a description begins with. Some gateways cut long ones, or refuse them.
std::string markOf(const std::string& wanted) {
    std::string mark;
    for (const char letter : wanted.substr(0, 32)) {
        mark += letter >= ' ' && letter <= '~' ? letter : '_';
    }
    return mark.empty() ? "Portolan" : mark;
}

/// Longer descriptions are cut or refused by some gateways.
constexpr std::size_t longestDescription = 63;

} // namespace

ControlPoint::ControlPoint(const Config& config)
    : config_(config)
    , trust_{config.gateway, config.onLink}
    , random_(config.seed)
    , ceiling_(config.requestsPerSecond, config.requestBurst)
    , search_(trust_, config.searchPort, config.searchByGroup) {
    config_.mark = markOf(config.mark);
}

std::string ControlPoint::descriptionOf(std::string_view wanted) const {
    std::string text = config_.mark;
    if (!wanted.empty()) {
        text += ": ";
    }
    for (const char letter : wanted) {
        if (text.size() < longestDescription && letter >= ' ' && letter <= '~') {
            text += letter;
        }
    }
    return text;
}

std::optional<std::error_code> ControlPoint::unfit(const MappingRequest& request, Phase phase) const {
    const bool hasPort = request.protocol == wire::Protocol::tcp || request.protocol == wire::Protocol::udp;
    if (!hasPort || request.internalPort == 0 || request.lifetime.count() <= 0 ||
        (request.exactly && request.suggestedPort == 0)) {
        return Errc::invalidRequest;
    }
    const bool known = std::ranges::any_of(records_, [&](const auto& entry) {
        const bool givesWay = phase == Phase::wanted && entry.second.phase == Phase::leaving;
        return !givesWay && entry.second.isFor(request);
    });
    if (known) {
        return Errc::alreadyMapped;
    }
    if (records_.size() >= config_.maxMappings || (phase == Phase::leaving && byPinhole())) {
        return Errc::notAvailable;
    }
    return std::nullopt;
}

MappingId ControlPoint::add(TimePoint now, const MappingRequest& request, Phase phase) {
    const auto leaving = std::ranges::find_if(records_, [&](const auto& entry) { return entry.second.isFor(request); });
    const auto id = static_cast<MappingId>(++lastId_);
    Record& record = records_[id];
    record.id = id;
    record.request = request;
    record.phase = phase;
    record.port = request.suggestedPort != 0 ? request.suggestedPort : request.internalPort;
    record.giveUp = now + deletionLimit;
    record.anywhere = phase == Phase::leaving;
    if (phase == Phase::search) {
        record.deadline = TimePoint::max(); // nothing is ever to be done about it
    }
    if (leaving != records_.end() && phase == Phase::wanted) {
        record.behind = leaving->first; // or the deletion would take what is made
        record.deadline = TimePoint::max();
        return id;
    }
    start(now, record);
    return id;
}

result<MappingId> ControlPoint::handleRequest(TimePoint now, const MappingRequest& request) {
    if (const auto error = unfit(request, Phase::wanted)) {
        return *error;
    }
    return add(now, request, Phase::wanted);
}

result<MappingId> ControlPoint::handleDelete(TimePoint now, const MappingRequest& request) {
    if (const auto error = unfit(request, Phase::leaving)) {
        return *error;
    }
    return add(now, request, Phase::leaving);
}

result<MappingId> ControlPoint::handleAddressQuery(TimePoint now) {
    if (byPinhole()) {
        return Errc::notAvailable;
    }
    return add(now, {}, Phase::query);
}

MappingId ControlPoint::handleSearch(TimePoint now) {
    return add(now, {}, Phase::search);
}

void ControlPoint::start(TimePoint now, Record& record) {
    if (stage_ == Stage::ready) {
        begin(now, record);
        return;
    }
    if (stage_ != Stage::asleep) {
        return; // it is looked after when there is a gateway
    }
    if (now >= searchAt_ || now >= lastSearch_ + searchPause) {
        discover(now);
    } else if (searchError_ && record.phase == Phase::leaving) {
        released(record, &*searchError_);
    } else if (searchError_) {
        refused(now, record, *searchError_);
    }
}

void ControlPoint::handleRelease(TimePoint now, MappingId id) {
    const auto at = records_.find(id);
    if (at == records_.end() || at->second.phase == Phase::leaving) {
        return;
    }
    if (at->second.isQuestion()) {
        forget(id);
    } else {
        leave(now, at->second);
    }
}

void ControlPoint::leave(TimePoint now, Record& record) {
    const bool stands = record.phase == Phase::held || record.mayStand;
    record.phase = Phase::leaving;
    record.replacing = false;
    record.giveUp = now + deletionLimit;
    record.asked = 0;
    record.silent = 0;
    if (!stands) {
        released(record);
    } else if (record.step == Step::idle) {
        start(now, record);
    }
    // Otherwise a request is on its way, or in line; its end leads here.
}

void ControlPoint::handleDetach(MappingId id) {
    forget(id);
}

/// What is wanted again may begin now that its deletion has ended, and knows what that leaves.
void ControlPoint::follow(const Record& deleted) {
    const auto at =
        std::ranges::find_if(records_, [&](const auto& entry) { return entry.second.behind == deleted.id; });
    if (at == records_.end()) {
        return;
    }
    Record& record = at->second;
    record.behind.reset();
    record.deadline = deleted.giveUp - deletionLimit; // it is due
    if (!deleted.mayStand) {
        return;
    }
    record.mayStand = true;
    record.unsure = true;
    record.pinhole = deleted.pinhole;
    record.reported = deleted.reported;
    if (!record.request.exactly) {
        record.port = deleted.port;
    }
}

void ControlPoint::forget(MappingId id) {
    if (const auto at = records_.find(id); at != records_.end()) {
        follow(at->second);
        records_.erase(at);
    }
    std::erase(line_, id);
    if (exchange_ && exchange_->record == id) {
        exchange_.reset();
    }
    if (!anythingWanted() && stage_ != Stage::ready) {
        search_.stop();
        exchange_.reset();
        stage_ = Stage::asleep;
    }
}

Grant ControlPoint::grantOf(const Record& record) const {
    const Endpoint external = byPinhole() ? Endpoint{config_.clientAddress, record.request.internalPort}
                                          : Endpoint{external_, record.reported};
    return {external, record.permanent ? std::chrono::seconds{0} : record.granted};
}

std::optional<Grant> ControlPoint::grant(MappingId id) const {
    const auto at = records_.find(id);
    return at == records_.end() || at->second.phase != Phase::held ? std::nullopt : std::optional{grantOf(at->second)};
}

bool ControlPoint::mayStand(MappingId id) const {
    const auto at = records_.find(id);
    return at != records_.end() && at->second.mayStand;
}

void ControlPoint::emit(const Record& record, EventKind kind, const Error* error, Duration retryAfter) {
    Event event{kind, record.id, grantOf(record), {}, std::chrono::ceil<std::chrono::seconds>(retryAfter), {}};
    if (error != nullptr) {
        event.error = error->code;
        event.detail = error->detail;
    }
    events_.push_back(std::move(event));
}

std::optional<Event> ControlPoint::pollEvent() {
    if (events_.empty()) {
        return std::nullopt;
    }
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

void ControlPoint::released(Record& record, const Error* error) {
    emit(record, EventKind::released, error);
    forget(record.id);
}

} // namespace portolan::upnp
