// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

module portolan.upnp;

import :record;

namespace portolan::upnp {

namespace {

/// From a search that found nothing to the next: twice as long each time.
constexpr Duration firstSearchGap = std::chrono::seconds{30};
constexpr Duration longestSearchGap = std::chrono::minutes{15};

bool isPublic(const wire::Address& address) {
    return wire::reachOf(address) == wire::Reach::global;
}

} // namespace

void ControlPoint::discover(TimePoint now) {
    const auto broken = exchange_ ? exchange_->record : std::nullopt;
    exchange_.reset();
    line_.clear();
    for (auto& [id, record] : records_) {
        if (record.step != Step::idle) {
            record.unsure |= broken == id;
            record.step = Step::idle; // it begins again
            record.deadline = now;
        }
    }
    candidates_.clear();
    stage_ = Stage::waiting;
    if (!config_.waitForTurn) {
        handleSearchTurn(now);
    }
}

void ControlPoint::handleSearchTurn(TimePoint now) {
    if (stage_ != Stage::waiting) {
        return;
    }
    stage_ = Stage::searching;
    lastSearch_ = now;
    search_.start(now);
}

Error ControlPoint::nothingFound() const {
    const auto& refusal = search_.refusal();
    return refusal ? *refusal : Error{Errc::noAnswer, "nothing answered the search for a gateway"};
}

Error ControlPoint::soFar() const {
    switch (stage_) {
    case Stage::asleep:
        return searchError_.value_or(nothingFound());
    case Stage::waiting:
    case Stage::searching:
        return nothingFound();
    case Stage::describing:
        return {Errc::noAnswer,
                fmt::format("{} did not send its description in time", text(candidates_[candidate_].location))};
    case Stage::choosing:
        return optionError_.value_or(Error{Errc::noAnswer, "the gateway's services did not say in time what they are"});
    case Stage::ready:
        break;
    }
    return {Errc::noAnswer, fmt::format("{} did not answer in time", text(service_->control))};
}

void ControlPoint::searchEnded(TimePoint now) {
    candidates_ = search_.candidates();
    if (candidates_.empty()) {
        discoveryFailed(now, nothingFound());
        return;
    }
    candidate_ = 0;
    stage_ = Stage::describing;
}

void ControlPoint::described(TimePoint now, const result<Description>& description) {
    if (!description) {
        nextCandidate(now, description.error());
        return;
    }
    options_.clear();
    for (const Service& service : description.value().services) {
        if ((service.kind == ServiceKind::ipv6Firewall) == byPinhole()) {
            options_.push_back({service, false, false, wire::Address::anyV4(), std::nullopt});
        }
    }
    if (options_.empty()) {
        nextCandidate(now, Error{Fault::noService, description.value().friendlyName});
        return;
    }
    description_ = description.value();
    option_ = 0;
    optionError_.reset();
    pollAddress_ = false;
    stage_ = Stage::choosing;
}

/// That was none: the next who answered the search may be.
void ControlPoint::nextCandidate(TimePoint now, const Error& error) {
    if (error.code == Fault::foreignUrl) {
        ++statistics_.refusedUrls;
    }
    if (++candidate_ < candidates_.size()) {
        stage_ = Stage::describing;
        return;
    }
    discoveryFailed(now, error);
}

void ControlPoint::firewallAnswered(const result<GetFirewallStatus::Answer>& answer) {
    Option& option = options_[option_];
    // One that does not say is tried.
    option.answered = !answer || (answer.value().firewallEnabled && answer.value().inboundPinholeAllowed);
    if (!option.answered) {
        optionError_ =
            Error{answer.value().firewallEnabled ? ErrorCode::inboundPinholeNotAllowed : ErrorCode::firewallDisabled};
    }
}

/// All that the service is asked for now has been answered, or will not be.
void ControlPoint::optionAnswered(TimePoint now) {
    pollAddress_ = false;
    if (++option_ == options_.size()) {
        choose(now);
    }
}

void ControlPoint::choose(TimePoint now) {
    std::erase_if(options_, [](const Option& option) { return !option.answered; });
    if (options_.empty()) {
        nextCandidate(now, optionError_.value_or(Error{Errc::noAnswer, "its services do not answer"}));
        return;
    }
    // The one in use stays in use among equals; otherwise the gateway's order decides.
    const auto rank = [&](const Option& option) {
        return std::tuple{!option.connected, !isPublic(option.external), option.external.isAny(),
                          option.service != service_};
    };
    becomeReady(now, *std::ranges::min_element(options_, {}, rank));
}

void ControlPoint::becomeReady(TimePoint now, const Option& option) {
    const bool another = service_ != option.service;
    stage_ = Stage::ready;
    searchGap_ = Duration::zero();
    searchError_.reset();
    troubles_ = 0;
    const Candidate& candidate = candidates_[candidate_];
    if (location_ != candidate.location) {
        location_ = candidate.location;
        searchedFor_.clear();
    }
    const bool restarted = (candidate.bootId && bootId_ && candidate.bootId != bootId_) ||
                           (option.uptime && !another && hasRestarted(now, *option.uptime));
    bootId_ = candidate.bootId;
    service_ = option.service;
    if (another) {
        permanentOnly_ = noAny_ = noList_ = false;
    }
    uptime_ = option.uptime;
    uptimeAt_ = now;
    pollAt_ = now + config_.pollInterval;
    externalIs(option.external);
    if (another || restarted) {
        handleDoubt(now);
    }
    std::vector<MappingId> waiting;
    for (const auto& [id, record] : records_) {
        const bool waits = record.phase != Phase::held && record.deadline <= now;
        if (record.step == Step::idle && (waits || record.phase == Phase::leaving)) {
            waiting.push_back(id);
        }
    }
    for (const MappingId id : waiting) {
        begin(now, records_.at(id));
    }
}

void ControlPoint::discoveryFailed(TimePoint now, const Error& error) {
    stage_ = Stage::asleep;
    exchange_.reset();
    searchGap_ = std::clamp(2 * searchGap_, firstSearchGap, longestSearchGap);
    searchAt_ = now + searchGap_ + random_.between(Duration::zero(), searchGap_ / 4);
    searchError_ = error;
    std::vector<MappingId> concerned;
    for (const auto& [id, record] : records_) {
        if (record.phase != Phase::held) {
            concerned.push_back(id);
        }
    }
    for (const MappingId id : concerned) {
        Record& record = records_.at(id);
        if (record.phase == Phase::leaving) {
            released(record, &error);
        } else {
            refused(now, record, error);
        }
    }
}

} // namespace portolan::upnp
