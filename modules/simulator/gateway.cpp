// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

module portolan.simulator;

import :announcer;
import :state;

namespace portolan::simulator {

namespace {

constexpr std::uint8_t responseBit = 0x80; // the R bit of PCP, and of the opcodes of NAT-PMP

std::optional<TimePoint> earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) noexcept {
    return a && b ? std::min(a, b) : (a ? a : b);
}

Config checked(Config config) {
    if (const auto why = config.contradiction()) {
        throw std::invalid_argument{std::string{*why}};
    }
    return config;
}

} // namespace

Gateway::Gateway(Config config, TimePoint now)
    : state_(checked(std::move(config)), now), noise_(state_.config.seed ^ 0x6a09e667U), now_(now) {
    if (state_.config.announce.onStart) {
        announce(now, true);
        sendDueNotices(now);
    }
}

void Gateway::handleDatagram(TimePoint now, const Endpoint& from, wire::Bytes datagram, Side side) {
    advance(now);
    ++state_.counters.datagramsIn;
    const bool served = state_.config.natEnabled && side == Side::inside && datagram.size() >= 2;
    bool answered = false;
    for (Answer& bytes : served ? answer(now, from, datagram) : Answers{}) {
        if (!bytes.empty()) {
            answered = true;
            reply(now, from, std::move(bytes));
        }
    }
    state_.counters.ignored += answered ? 0U : 1U;
}

Answers Gateway::answer(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    const std::uint8_t version = datagram[0];
    if ((datagram[1] & responseBit) != 0) {
        return {};
    }
    if (version == wire::pcpVersion) {
        ++state_.counters.pcpRequests[datagram[1]];
    } else if (version == wire::natPmpVersion) {
        ++state_.counters.natPmpRequests[datagram[1]];
    } else {
        ++state_.counters.otherVersions;
    }
    const Config& config = state_.config;
    if (config.answering != Answering::normal) {
        return {config.answering == Answering::garbage ? garbage() : Answer{}};
    }
    if (version == wire::natPmpVersion && config.natPmp.enabled) {
        return {natPmp_.answer(now, from, datagram)};
    }
    const bool wrongLength = datagram.size() < wire::headerSize || datagram.size() % 4 != 0;
    if (config.quirks.shortRequestAsNatPmp && config.pcp.enabled && version == wire::pcpVersion && wrongLength) {
        return {natPmp_.malformedPcp(now, datagram)};
    }
    if (config.pcp.enabled) {
        return pcp_.answer(now, from, datagram);
    }
    return {config.natPmp.enabled ? natPmp_.rejectVersion(now, datagram) : Answer{}};
}

Answer Gateway::garbage() {
    constexpr std::uint8_t noVersion = 0xa5;
    Answer bytes(1 + noise_.below(64));
    for (std::uint8_t& octet : bytes) {
        octet = static_cast<std::uint8_t>(noise_.next());
    }
    bytes.front() = noVersion;
    if (bytes.size() > 1) {
        bytes[1] &= static_cast<std::uint8_t>(~responseBit);
    }
    return bytes;
}

void Gateway::reply(TimePoint now, const Endpoint& to, Answer bytes) {
    const Quirks& quirks = state_.config.quirks;
    ++state_.counters.answers;
    for (unsigned copy = 0; copy < quirks.answerCopies; ++copy) {
        outbox_.emplace(now + quirks.delay, Transmit{to, quirks.answersFrom, bytes});
    }
}

void Gateway::handleTimeout(TimePoint now) {
    advance(now);
}

void Gateway::advance(TimePoint now) {
    now_ = std::max(now_, now);
    state_.expire(now_);
    sendDueNotices(now_);
    igd_.handleTimeout(now_);
}

void Gateway::serveIgd(TimePoint now, std::vector<Endpoint> http) {
    advance(now);
    igd_.serve(now_, std::move(http));
}

void Gateway::withdrawIgd(TimePoint now) {
    advance(now);
    igd_.withdraw(now_);
}

void Gateway::handleSearch(TimePoint now, const Endpoint& from, wire::Bytes datagram, Delivery delivery) {
    advance(now);
    igd_.handleSearch(now_, from, datagram, delivery);
}

HttpAnswer Gateway::handleHttp(TimePoint now, const Endpoint& from, const HttpRequest& request) {
    advance(now);
    return igd_.handleHttp(now_, from, request);
}

std::optional<Transmit> Gateway::pollDiscovery() {
    auto datagram = igd_.pollTransmit(now_);
    return datagram ? std::optional{Transmit{datagram->to, std::nullopt, std::move(datagram->bytes)}} : std::nullopt;
}

std::optional<Transmit> Gateway::pollTransmit() {
    if (outbox_.empty() || outbox_.begin()->first > now_) {
        return std::nullopt;
    }
    return std::move(outbox_.extract(outbox_.begin()).mapped());
}

std::optional<Event> Gateway::pollEvent() {
    if (state_.events.empty()) {
        return std::nullopt;
    }
    std::optional<Event> event{std::move(state_.events.front())};
    state_.events.pop_front();
    return event;
}

std::optional<TimePoint> Gateway::nextTimeout() const {
    const auto late = outbox_.empty() ? std::nullopt : std::optional{outbox_.begin()->first};
    return earlier(earlier(late, igd_.nextTimeout()), earlier(state_.table.nextExpiry(), state_.announcer.nextDue()));
}

void Gateway::announce(TimePoint now, bool stateLost) {
    const AnnounceConfig& announcing = state_.config.announce;
    if (!state_.config.natEnabled || state_.config.answering != Answering::normal) {
        return;
    }
    if (state_.config.pcp.enabled && announcing.pcp && (stateLost || !announcing.updates)) {
        state_.announcer.announce(now, Notice::pcpRestart, announcing.copies, announcing.firstGap);
    }
    if (state_.config.natPmp.enabled && announcing.natPmp) {
        state_.announcer.announce(now, Notice::natPmpAddress, announcing.copies, announcing.firstGap);
    }
}

void Gateway::announcePrefixes(TimePoint now) {
    const Config& config = state_.config;
    const bool told = config.pcp.enabled && config.announce.pcp && config.pcp.nat64.announced;
    if (told && config.natEnabled && config.answering == Answering::normal && config.pcp.nat64.ofClients.empty()) {
        state_.announcer.announce(now, Notice::pcpRestart, config.announce.copies, config.announce.firstGap);
    }
}

void Gateway::sendDueNotices(TimePoint now) {
    while (auto series = state_.announcer.next(now)) {
        if (series->notice != Notice::update) {
            const bool pcp = series->notice == Notice::pcpRestart;
            sendAnnouncement(pcp ? pcp_.restartNotice(now) : natPmp_.externalAddress(now, wire::Address::anyV4()),
                             !pcp);
            continue;
        }
        const Mapping* row = series->gone ? &*series->gone : state_.table.find(series->mapping);
        if (row != nullptr && row->refreshed <= series->started) { // RFC 6887 §14.2: no more once it was refreshed
            outbox_.emplace(now, Transmit{row->client, std::nullopt, pcp_.update(now, *row, series->gone.has_value())});
            ++state_.counters.updates;
        }
    }
}

void Gateway::sendAnnouncement(const wire::Bytes& bytes, bool v4Only) {
    for (const Endpoint& to : state_.announcementTargets()) {
        if (to.address.isV4() || !v4Only) {
            outbox_.emplace(now_, Transmit{to, std::nullopt, {bytes.begin(), bytes.end()}});
            ++state_.counters.announcements;
        }
    }
}

} // namespace portolan::simulator
