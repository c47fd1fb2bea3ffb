// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

module portolan.upnp;

namespace portolan::upnp {

namespace {

/// When each target is asked for, counted from the start: datagrams get lost.
constexpr std::array<Duration, 3> rounds{Duration::zero(), std::chrono::seconds{1}, std::chrono::seconds{3}};

/// How long after the last round answers are waited for.
constexpr Duration lastWait = std::chrono::seconds{searchSeconds + 1};

/// How long a gateway that has answered is given to tell of better ones.
constexpr Duration settling = std::chrono::milliseconds{500};

/// A link has few gateways; a device that invents descriptions is not followed for long.
constexpr std::size_t mostCandidates = 8;

/// The most likely first.
auto rank(const Candidate& candidate) {
    return std::tuple{!candidate.isAsked, !candidate.isGateway, candidate.location.port,
                      std::string_view{candidate.location.target}};
}

} // namespace

Search::Search(const Trust& trust, std::uint16_t port, bool byGroup) : trust_(trust), port_(port), byGroup_(byGroup) {}

void Search::start(TimePoint now) {
    phase_ = Phase::on;
    round_ = 0;
    started_ = now;
    end_ = now + rounds.back() + lastWait;
    datagrams_.clear();
    candidates_.clear();
    refusal_.reset();
    handleTimeout(now);
}

void Search::sendRound() {
    const wire::Address& group = trust_.gateway.isV4() ? ssdpGroupV4 : ssdpGroupV6;
    for (const bool toGroup : {false, true}) {
        for (const std::string_view target : searchTargets) {
            const wire::Address& to = toGroup ? group : trust_.gateway;
            if (!toGroup || byGroup_) {
                datagrams_.push_back({{to, port_}, toGroup, searchMessage(target, to, port_)});
            }
        }
    }
}

bool Search::handleResponse(TimePoint now, const wire::Address& from, const SsdpMessage& message) {
    const bool isAsked = from == trust_.gateway;
    const bool isGateway = isGatewayTarget(message.target) || isGatewayTarget(message.name);
    if (!isUnderWay() || !trust_.covers(from) || (!isAsked && !isGateway)) {
        return false;
    }
    auto location = parseUrl(message.location);
    if (location) {
        location = trust_.admit(location.value());
    }
    if (!location) {
        refusal_ = location.error();
        return false;
    }
    const auto known = std::ranges::find(candidates_, location.value(), &Candidate::location);
    const bool isKnown = known != candidates_.end();
    if (isKnown) {
        known->isAsked |= isAsked;
        known->isGateway |= isGateway;
    }
    const bool isNew = !isKnown && keep({location.value(), isGateway, isAsked, message.name, message.bootId});
    if (isAsked && isGateway && (isKnown || isNew)) {
        datagrams_.clear();
        round_ = rounds.size();
        end_ = std::min(end_, now + settling);
    }
    return isNew;
}

/// Where there is no room, the least likely one makes it: one device may have many descriptions, and tell of them
/// first.
bool Search::keep(Candidate candidate) {
    if (candidates_.size() < mostCandidates) {
        candidates_.push_back(std::move(candidate));
        return true;
    }
    const auto worst = std::ranges::max_element(candidates_, {}, rank);
    if (rank(candidate) >= rank(*worst)) {
        return false;
    }
    *worst = std::move(candidate);
    return true;
}

bool Search::handleTimeout(TimePoint now) {
    if (!isUnderWay()) {
        return false;
    }
    while (round_ < rounds.size() && now >= started_ + rounds[round_]) {
        ++round_;
        sendRound();
    }
    if (now < end_) {
        return false;
    }
    phase_ = Phase::off;
    datagrams_.clear();
    return true;
}

std::optional<SearchDatagram> Search::pollDatagram() {
    if (datagrams_.empty()) {
        return std::nullopt;
    }
    SearchDatagram datagram = std::move(datagrams_.front());
    datagrams_.pop_front();
    return datagram;
}

std::optional<TimePoint> Search::nextTimeout() const noexcept {
    if (!isUnderWay()) {
        return std::nullopt;
    }
    return round_ < rounds.size() ? std::min(end_, started_ + rounds[round_]) : end_;
}

std::vector<Candidate> Search::candidates() const {
    std::vector<Candidate> sorted = candidates_;
    std::ranges::sort(sorted, {}, rank);
    return sorted;
}

} // namespace portolan::upnp
