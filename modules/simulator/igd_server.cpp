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
#include <string_view>
#include <utility>
#include <vector>

module portolan.simulator;

import :igd_device;
import :igd_server;
import :ssdp;
import :state;

namespace portolan::simulator {

using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t apart = 0x73736470; // other numbers than the seed's other uses get
constexpr std::uint32_t firstBoot = 1;
constexpr std::size_t mostWaiting = 1024; // datagrams; a flood of searches must not fill the memory

} // namespace

IgdServer::IgdServer(State& state)
    : state_(state)
    , random_(state.config.seed ^ apart)
    , device_(makeDevice(state.config, firstBoot))
    , descriptionPath_(descriptionPathOf(state.config.igd))
    , defaultConnection_(defaultConnectionOf(device_))
    , bootId_(firstBoot) {}

bool IgdServer::speaks() const noexcept {
    return state_.config.igd.version != IgdVersion::off && state_.config.natEnabled && !http_.empty();
}

void IgdServer::serve(TimePoint now, std::vector<Endpoint> http) {
    http_ = std::move(http);
    announce(now, true);
}

void IgdServer::withdraw(TimePoint now) {
    announce(now, false);
    http_.clear();
}

void IgdServer::restart(TimePoint now) {
    announce(now, false);
    ++bootId_;
    if (state_.config.igd.quirks.movesOnRestart) {
        device_ = makeDevice(state_.config, bootId_);
        defaultConnection_ = defaultConnectionOf(device_);
        http_.clear(); // until it is served at another port
    }
    announce(now, true);
}

Endpoint IgdServer::servedTo(const Endpoint& host) const {
    const auto same =
        std::ranges::find(http_, host.address.isV4(), [](const Endpoint& each) { return each.address.isV4(); });
    return same == http_.end() ? http_.front() : *same;
}

Presence IgdServer::presenceFor(const Endpoint& host) const {
    const IgdConfig& config = state_.config.igd;
    return {.location = config.quirks.location.value_or(originOf(servedTo(host)) + descriptionPath_),
            .bootId = bootId_,
            .maxAgeSeconds = config.maxAge.count()};
}

void IgdServer::announce(TimePoint now, bool alive) {
    nextAnnouncement_.reset();
    if (!speaks() || state_.config.answering != Answering::normal) {
        return;
    }
    for (const Endpoint& to : state_.config.igd.destinations) {
        const bool served =
            std::ranges::any_of(http_, [&](const Endpoint& each) { return each.address.isV4() == to.address.isV4(); });
        if (!served) {
            continue;
        }
        for (const Advertised& what : allOf(device_)) {
            send(now, to, announcement(presenceFor(to), what, to, alive));
        }
    }
    if (alive) {
        nextAnnouncement_ = now + std::max<milliseconds>(milliseconds{1}, state_.config.igd.maxAge / 2);
    }
}

void IgdServer::handleTimeout(TimePoint now) {
    if (nextAnnouncement_ && *nextAnnouncement_ <= now) {
        announce(now, true);
    }
}

void IgdServer::handleSearch(TimePoint now, const Endpoint& from, wire::Bytes datagram, Delivery delivery) {
    ++state_.counters.searches;
    const IgdQuirks& quirks = state_.config.igd.quirks;
    const bool ignored = delivery == Delivery::unicast ? quirks.ignoresUnicast : quirks.ignoresMulticast;
    if (!speaks() || ignored || outbox_.size() >= mostWaiting || state_.config.answering == Answering::silent) {
        return;
    }
    const auto search = readSearch({reinterpret_cast<const char*>(datagram.data()), datagram.size()});
    if (!search) {
        return;
    }
    if (state_.config.answering == Answering::garbage) {
        send(now, from, noise());
        return;
    }
    if (delivery == Delivery::unicast || search->maxWait) { // §1.3.2: by multicast, MX is required
        answerSearch(now, from, *search, delivery);
    }
}

void IgdServer::answerSearch(TimePoint now, const Endpoint& from, const Search& search, Delivery delivery) {
    const IgdQuirks& quirks = state_.config.igd.quirks;
    const std::uint32_t span = delivery == Delivery::unicast ? 0 : search.maxWait.value_or(0) * 1000;
    for (const Advertised& what : matching(device_, search.target, quirks.searches)) {
        const milliseconds wait{random_.below(span + 1)};
        for (int copy = 0; copy < (quirks.answersTwice ? 2 : 1); ++copy) {
            send(now + wait + state_.config.quirks.delay, from, searchAnswer(presenceFor(from), what));
        }
    }
}

void IgdServer::send(TimePoint when, const Endpoint& to, std::string_view text) {
    outbox_.emplace(when, Discovery{to, {text.begin(), text.end()}});
}

std::optional<Discovery> IgdServer::pollTransmit(TimePoint now) {
    if (outbox_.empty() || outbox_.begin()->first > now) {
        return std::nullopt;
    }
    return std::move(outbox_.extract(outbox_.begin()).mapped());
}

std::optional<TimePoint> IgdServer::nextTimeout() const {
    const auto waiting = outbox_.empty() ? std::nullopt : std::optional{outbox_.begin()->first};
    return waiting && nextAnnouncement_ ? std::min(waiting, nextAnnouncement_)
                                        : (waiting ? waiting : nextAnnouncement_);
}

std::string IgdServer::noise() {
    std::string octets(1 + random_.below(512), '\0');
    for (char& octet : octets) {
        octet = static_cast<char>(random_.next());
    }
    return octets;
}

} // namespace portolan::simulator
