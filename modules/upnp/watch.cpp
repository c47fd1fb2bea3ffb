// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

module portolan.upnp;

import :record;

namespace portolan::upnp {

namespace {

/// A start, an announcement of one and the like are spread over so long: other hosts heard of them, too.
constexpr Duration spread = std::chrono::seconds{5};

/// Announcements come in series of ten and more, and anyone on the link can forge them: one in so long is heeded, and
/// one farewell.
constexpr Duration heedGap = std::chrono::seconds{30};

/// More descriptions than a gateway has: whoever tells of ever new ones is not searched for each.
constexpr std::size_t mostDescriptions = 8;

/// How much a gateway's count of seconds may differ from ours.
constexpr std::chrono::seconds uptimeSlack{30};

/// With several connections to the outside, how often a lost one has the choice made anew.
constexpr Duration choiceGap = std::chrono::minutes{10};

} // namespace

bool ControlPoint::hasRestarted(TimePoint now, std::chrono::seconds uptime) const noexcept {
    if (!uptime_ || uptime == *uptime_) {
        return false; // some never count
    }
    const auto elapsed = std::chrono::floor<std::chrono::seconds>(now - uptimeAt_);
    return uptime + std::chrono::seconds{2} < *uptime_ || uptime + uptimeSlack < elapsed;
}

void ControlPoint::statusAnswered(TimePoint now, const result<GetStatusInfo::Answer>& answer) {
    pollAddress_ = true;
    if (stage_ == Stage::choosing) {
        Option& option = options_[option_];
        option.answered = true; // if only to say that it cannot tell
        option.connected = answer && answer.value().connected;
        option.uptime = answer ? answer.value().uptime : std::nullopt;
        return;
    }
    pollAt_ = now + config_.pollInterval;
    if (!answer) {
        return;
    }
    if (answer.value().uptime) {
        const bool restarted = hasRestarted(now, *answer.value().uptime);
        uptime_ = answer.value().uptime;
        uptimeAt_ = now;
        if (restarted) {
            handleDoubt(now);
        }
    }
    const auto isWan = [](const Service& service) { return service.kind != ServiceKind::ipv6Firewall; };
    const bool hasChoice = std::ranges::count_if(description_->services, isWan) > 1;
    if (!answer.value().connected && hasChoice && now >= lastSearch_ + choiceGap) {
        discover(now);
    }
}

void ControlPoint::addressAnswered(TimePoint now, const result<GetExternalIpAddress::Answer>& answer) {
    pollAddress_ = false;
    const wire::Address external = answer ? answer.value().address : wire::Address::anyV4();
    if (stage_ == Stage::choosing) {
        options_[option_].external = external;
        optionAnswered(now);
        return;
    }
    externalIs(external);
    doubtOne(now);
}

/// What it is now; a gateway that has none for a while will have one again.
void ControlPoint::externalIs(const wire::Address& address) {
    if (address.isAny() || address == external_) {
        return;
    }
    external_ = address;
    for (const auto& [id, record] : records_) {
        if (record.phase == Phase::held) {
            emit(record, EventKind::moved);
        }
    }
}

void ControlPoint::handleDoubt(TimePoint now) {
    for (auto& [id, record] : records_) {
        if (record.phase == Phase::held && record.step == Step::idle) {
            record.deadline = std::min(record.deadline, now + random_.between(Duration::zero(), spread));
        }
    }
}

void ControlPoint::handleReturn(TimePoint now) {
    handleDoubt(now);
    searchGap_ = Duration::zero();
    for (auto& [id, record] : records_) {
        if (record.unheard && record.phase == Phase::wanted && record.step == Step::idle) {
            record.deadline = now;
        }
    }
    if (stage_ == Stage::asleep && anythingWanted()) {
        discover(now);
    } else if (stage_ == Stage::searching && search_.candidates().empty()) {
        lastSearch_ = now; // what was sent so far went nowhere
        search_.start(now);
    }
    handleTimeout(now);
}

/// Has a look at one mapping: a table that was emptied is seen by any.
void ControlPoint::doubtOne(TimePoint now) {
    std::vector<Record*> held;
    for (auto& [id, record] : records_) {
        if (record.phase == Phase::held && record.step == Step::idle) {
            held.push_back(&record);
        }
    }
    if (!held.empty()) {
        Record& record = *held[random_.next() % held.size()];
        record.deadline = std::min(record.deadline, now + random_.between(Duration::zero(), spread));
    }
}

void ControlPoint::handleDatagram(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    if (!trust_.covers(from.address)) {
        ++statistics_.foreign;
        return;
    }
    const auto message = parseSsdp(datagram);
    if (!message) {
        ++statistics_.undecodable;
        return;
    }
    if (message.value().kind != SsdpKind::response) {
        if (from.address == config_.gateway) {
            handleAnnouncement(now, message.value());
        }
        return;
    }
    const bool refusedBefore = search_.refusal().has_value();
    search_.handleResponse(now, from.address, message.value());
    if (!refusedBefore && search_.refusal()) {
        ++statistics_.refusedUrls;
    }
}

void ControlPoint::lookSoon(TimePoint now) {
    if (stage_ != Stage::ready || now < nextLook_) {
        return;
    }
    nextLook_ = now + heedGap;
    if (byPinhole()) {
        doubtOne(now);
    } else {
        pollAt_ = std::min(pollAt_, now + spread);
    }
}

/// Whether a search has had its say on this description, which is not the one in use: some gateways have several.
bool ControlPoint::isPassedOver(const Url& location) const {
    const auto isIt = [&](const Candidate& candidate) { return candidate.location == location; };
    return std::ranges::any_of(candidates_, isIt) || std::ranges::count(searchedFor_, location) != 0 ||
           searchedFor_.size() >= mostDescriptions;
}

void ControlPoint::handleAnnouncement(TimePoint now, const SsdpMessage& message) {
    if (!isGatewayTarget(message.target) && !equalsIgnoringCase(message.target, "upnp:rootdevice")) {
        return;
    }
    ++statistics_.announcements;
    if (message.kind == SsdpKind::update) {
        bootId_ = message.bootId; // it says that nothing was lost
        return;
    }
    if (!anythingWanted()) {
        return;
    }
    if (message.kind == SsdpKind::byebye) {
        lookSoon(now); // is it gone, or is it back already?
        return;
    }
    if (now < nextHeed_) {
        return;
    }
    if (stage_ == Stage::asleep) {
        nextHeed_ = now + heedGap;
        discover(now);
    }
    if (stage_ != Stage::ready) {
        return;
    }
    auto location = parseUrl(message.location);
    if (location) {
        location = trust_.admit(location.value());
    }
    const bool isElsewhere = location && location_ != location.value();
    if (isElsewhere && !isGatewayTarget(message.target)) {
        return; // of another device on the same host, or of ours, which says more in a moment
    }
    if (isElsewhere && isPassedOver(location.value())) {
        lookSoon(now); // as long as the one in use answers, that stays in use
        return;
    }
    nextHeed_ = now + heedGap;
    if (isElsewhere) {
        searchedFor_.push_back(location.value());
        discover(now); // it went, and came back elsewhere
        return;        // the boot id is that of what is found
    }
    if (!message.bootId || !bootId_) {
        doubtOne(now);
    } else if (message.bootId != bootId_) {
        handleDoubt(now);
    }
    bootId_ = message.bootId ? message.bootId : bootId_;
}

} // namespace portolan::upnp
