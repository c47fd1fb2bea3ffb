// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

module portolan.simulation;

namespace portolan::simulation {

using simulator::Change;

namespace {

simulator::Config configOf(Profile profile) {
    switch (profile) {
    case Profile::pcpOnly:
        return simulator::Config::pcpOnly();
    case Profile::natPmpOnly:
        return simulator::Config::natPmpOnly();
    case Profile::miniupnpd:
        return simulator::Config::miniupnpd();
    case Profile::strict:
        break;
    }
    return simulator::Config::strict();
}

} // namespace

Router::Router(const GatewayPlan& plan, std::uint64_t seed, std::size_t index)
    : plan_(plan)
    , seed_(seed)
    , index_(index)
    , clock_(plan.skew, 0)
    , server_{wire::Address::v4(192, 168, 1, static_cast<std::uint8_t>(1 + index)), wire::serverPort} {
    start(Time{0}, plan.announces);
}

wire::Address Router::external() const noexcept {
    return wire::Address::v4(203, 0, 113, static_cast<std::uint8_t>(1 + (address_ * 2 + index_) % 250));
}

simulator::Config Router::config(bool announced, std::uint32_t uptime) const {
    simulator::Config config = configOf(plan_.profile);
    config.seed = seed_ ^ address_;
    config.initialEpochSeconds = uptime;
    config.externalAddresses = {external()};
    config.announce.onStart = announced;
    config.announce.pcp = plan_.announces;
    config.announce.natPmp = plan_.announces;
    config.announce.updates = config.announce.updates && plan_.updates;
    config.quirks.losesSilently = true; // some worlds have a gateway that tells of nothing
    config.announce.destinations = {{wire::Address::v4(224, 0, 0, 1), wire::announcementPort}};
    return config;
}

void Router::start(Time now, bool announced) {
    gateway_.emplace(config(announced, started_ ? 0 : plan_.uptime), clock(now));
    started_ = true;
    upAgain_.reset();
    portClosed_ = false;
}

void Router::stop(Time until, bool portClosed) {
    gateway_.reset();
    rows_.clear();
    ++seed_;
    upAgain_ = until;
    portClosed_ = portClosed;
}

void Router::readdress(Time now, std::size_t which) {
    address_ = which;
    if (gateway_) {
        gateway_->setExternalAddress(clock(now), external());
    }
}

void Router::loseState(Time now) {
    if (gateway_) {
        gateway_->resetState(clock(now));
    }
}

void Router::receive(Time now, const simulator::Endpoint& from, wire::Bytes datagram) {
    gateway_->handleDatagram(clock(now), from, datagram);
}

void Router::wake(Time now) {
    if (!gateway_) {
        start(now, plan_.announces);
    } else {
        gateway_->handleTimeout(clock(now));
    }
}

std::optional<simulator::Transmit> Router::pollTransmit() {
    return gateway_ ? gateway_->pollTransmit() : std::nullopt;
}

bool Router::followTable() {
    bool changed = false;
    while (const auto event = gateway_ ? gateway_->pollEvent() : std::nullopt) {
        const simulator::Mapping& mapping = event->mapping;
        const auto same = [&](const Row& row) { return row.id == mapping.id; };
        changed = true;
        switch (event->change) {
        case Change::mapped:
            grown_ = true;
            rows_.push_back({mapping.id, mapping.protocol, mapping.internal, mapping.external});
            break;
        case Change::moved:
            std::ranges::find_if(rows_, same)->external = mapping.external;
            break;
        case Change::deleted:
        case Change::expired:
        case Change::lost:
            std::erase_if(rows_, same);
            break;
        case Change::renewed:
            break;
        }
    }
    return changed;
}

std::optional<Time> Router::next() const {
    if (!gateway_) {
        return upAgain_;
    }
    const auto due = gateway_->nextTimeout();
    return due ? std::optional{clock_.when(due->count())} : std::nullopt;
}

const Row* Router::rowOf(wire::Protocol protocol, const simulator::Endpoint& internal) const noexcept {
    const auto found = std::ranges::find_if(
        rows_, [&](const Row& row) { return row.protocol == protocol && row.internal == internal; });
    return found == rows_.end() ? nullptr : &*found;
}

} // namespace portolan::simulation
