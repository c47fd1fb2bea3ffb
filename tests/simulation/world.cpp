// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan.simulation;

namespace portolan::simulation {

using namespace std::chrono_literals;

namespace {

/// The slowest clock is so many per cent late.
constexpr int slowest = 103;

/// How long a client may go on without knowing that all is well again: its longest lifetime, for where neither
/// announcement nor update told it, an error that is believed in for half an hour (RFC 6887 §7.4), and the longest
/// retransmission wait of RFC 6887 §8.1.1, all by the slowest clock.
Time returnBound(const Plan& plan) {
    constexpr Time longestError = 1800s;
    constexpr Time longestWait = 1127s; // MRT and a tenth
    return (plan.longestLifetime() + longestError + longestWait) * slowest / 100 + Time{1min};
}

/// After so long without a step it is looked whether something should have been over meanwhile.
constexpr Time quiet = 1s;

/// How long everything is watched after all was released.
constexpr Time aftermath = 3min;

} // namespace

World::World(Plan plan, std::function<void(const std::string&)> trace)
    : plan_(std::move(plan))
    , trace_(std::move(trace))
    , dice_(plan_.seed + 1)
    , network_(plan_.seed + 2, plan_.clients.size())
    , returnDeadline_(plan_.storm + returnBound(plan_))
    , end_(returnDeadline_ + aftermath) {
    for (std::size_t i = 0; i < plan_.gateways.size(); ++i) {
        routers_.emplace_back(plan_.gateways[i], dice_.next(), i);
    }
    for (std::size_t i = 0; i < plan_.clients.size(); ++i) {
        const ClientPlan& client = plan_.clients[i];
        clients_.emplace_back(client, routers_[client.gateway].server(), dice_.next(), i, plan_.forgeries);
        requested_.resize(requested_.size() + client.wishes.size());
    }
    for (std::size_t i = 0; i < routers_.size(); ++i) {
        drainRouter(i);
    }
}

std::optional<Violation> World::run() {
    while (true) {
        const Time next = nextTime();
        if (next > end_) {
            now_ = end_;
            return check();
        }
        const bool wasQuiet = next - now_ >= quiet;
        now_ = std::max(now_, next);
        if (auto violation = wasQuiet ? check() : std::nullopt) {
            return violation; // for what should have been over by now
        }
        for (Client& client : clients_) {
            client.forgetTold();
        }
        for (Router& router : routers_) {
            router.forgetGrowth();
        }
        step();
        ++steps_;
        if (auto violation = check()) {
            return violation;
        }
    }
}

Summary World::summary() const {
    return {.simulated = now_, .steps = steps_, .faults = nextFault_, .network = network_.counters()};
}

std::optional<Violation> World::check() const {
    for (const Invariant& invariant : invariants) {
        if (auto complaint = invariant.complaint(*this)) {
            return Violation{now_, invariant.name, std::move(*complaint)};
        }
    }
    return std::nullopt;
}

Time World::nextTime() const {
    Time next = Time::max();
    const auto consider = [&](std::optional<Time> when) { next = when ? std::min(next, *when) : next; };
    if (nextFault_ < plan_.faults.size()) {
        consider(plan_.faults[nextFault_].at);
    }
    consider(network_.next());
    for (const Router& router : routers_) {
        consider(router.next());
    }
    std::size_t wish = 0;
    for (const Client& client : clients_) {
        consider(client.next());
        for (const Wish& wanted : client.plan().wishes) {
            consider(requested_[wish++] ? std::nullopt : std::optional{wanted.from});
        }
    }
    consider(calm_ ? std::nullopt : std::optional{plan_.storm});
    consider(releasing_ ? std::nullopt : std::optional{returnDeadline_});
    return next;
}

/// One thing that is due.
void World::step() {
    requestFirst();
    if (nextFault_ < plan_.faults.size() && plan_.faults[nextFault_].at <= now_) {
        apply(plan_.faults[nextFault_++]);
    } else if (!calm_ && plan_.storm <= now_) {
        beginCalm();
    } else if (!releasing_ && returnDeadline_ <= now_) {
        releaseAll();
    } else if (const auto next = network_.next(); next && *next <= now_) {
        deliver(network_.take());
    } else {
        for (std::size_t i = 0; i < routers_.size(); ++i) {
            if (const auto due = routers_[i].next(); due && *due <= now_) {
                routers_[i].wake(now_);
                drainRouter(i);
                return;
            }
        }
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            if (const auto due = clients_[i].next(); due && *due <= now_) {
                clients_[i].wake(now_);
                drainClient(i);
                return;
            }
        }
    }
}

void World::requestFirst() {
    std::size_t at = 0;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        for (std::size_t wish = 0; wish < clients_[i].plan().wishes.size(); ++wish, ++at) {
            if (!requested_[at] && clients_[i].plan().wishes[wish].from <= now_) {
                requested_[at] = true;
                say(fmt::format("client {} wants {}", i, clients_[i].plan().wishes[wish].internalPort));
                clients_[i].request(now_, wish, false);
                drainClient(i);
            }
        }
    }
}

/// The network is perfect from now on, and everybody wants everything.
void World::beginCalm() {
    calm_ = true;
    say("the storm is over");
    network_.setWeather({.delay = Time{5}});
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        for (std::size_t wish = 0; wish < clients_[i].plan().wishes.size(); ++wish) {
            clients_[i].request(now_, wish, false);
        }
        drainClient(i);
    }
}

void World::releaseAll() {
    releasing_ = true;
    say("everything is released");
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        for (std::size_t wish = 0; wish < clients_[i].plan().wishes.size(); ++wish) {
            clients_[i].release(now_, wish);
        }
        drainClient(i);
    }
}

void World::deliver(Parcel parcel) {
    if (parcel.kind == ParcelKind::toGateway) {
        deliverToGateway(parcel);
    } else {
        deliverToClient(parcel);
    }
}

void World::deliverToGateway(const Parcel& parcel) {
    Router& router = routers_[parcel.gateway];
    if (router.isUp()) {
        router.receive(now_, clients_[parcel.client].source(), parcel.octets);
        drainRouter(parcel.gateway);
        return;
    }
    network_.noteTrouble(parcel.client, now_);
    if (router.isPortClosed()) {
        network_.send(now_, {.kind = ParcelKind::unreachable, .client = parcel.client, .gateway = parcel.gateway});
    }
}

void World::deliverToClient(const Parcel& parcel) {
    Client& client = clients_[parcel.client];
    if (client.isAsleep()) {
        network_.noteTrouble(parcel.client, now_);
        return;
    }
    switch (parcel.kind) {
    case ParcelKind::unreachable:
        say(fmt::format("client {} hears that its gateway is unreachable", parcel.client));
        client.unreachable(now_);
        break;
    case ParcelKind::forged:
        sayDatagram("is forged to", parcel.client, parcel.octets);
        client.receiveForged(now_, parcel.from, parcel.octets, parcel.toAll);
        break;
    default:
        sayDatagram("reaches", parcel.client, parcel.octets);
        client.receive(now_, parcel);
    }
    drainClient(parcel.client);
}

void World::drainRouter(std::size_t index) {
    Router& router = routers_[index];
    const bool changed = router.followTable();
    while (const auto transmit = router.pollTransmit()) {
        sendFromRouter(index, *transmit);
    }
    for (std::size_t i = 0; changed && i < clients_.size(); ++i) {
        observe(i);
    }
}

void World::sendFromRouter(std::size_t index, const simulator::Transmit& transmit) {
    const bool toAll = (transmit.to.address.v4Octets()[0] & 0xf0) == 0xe0;
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        if (toAll || transmit.to == clients_[i].source()) {
            network_.send(now_, {.kind = ParcelKind::toClient,
                                 .client = i,
                                 .gateway = index,
                                 .toAll = toAll,
                                 .from = routers_[index].server(),
                                 .octets = transmit.bytes});
        }
    }
}

void World::drainClient(std::size_t index) {
    Client& client = clients_[index];
    for (Octets datagram = client.pollTransmit(now_); !datagram.empty(); datagram = client.pollTransmit(now_)) {
        sayDatagram("leaves", index, datagram);
        network_.send(now_, {.kind = ParcelKind::toGateway,
                             .client = index,
                             .gateway = client.plan().gateway,
                             .octets = std::move(datagram)});
    }
    client.followEvents(now_);
    for (const Told& told : trace_ ? client.told() : std::vector<Told>{}) {
        say(fmt::format("client {} tells: {} {} at {}:{} for {} s{}{}", index, name(told.event.kind),
                        told.before ? client.plan().wishes[told.before->wish].internalPort : 0,
                        told.event.grant.external.address, told.event.grant.external.port,
                        told.event.grant.lifetime.count(), told.event.error ? ", " : "",
                        told.event.error ? told.event.error.message() : ""));
    }
    observe(index);
}

/// Sees since when what a client believes is not so.
void World::observe(std::size_t index) {
    Client& client = clients_[index];
    const Router& router = routers_[client.plan().gateway];
    for (Life& life : client.lives()) {
        const Row* row = router.rowOf(client.plan().wishes[life.wish].protocol, client.internal(life.wish));
        const session::Endpoint& told = life.grant.external;
        const bool astray =
            life.held && (row == nullptr || row->external.port != told.port || row->external.address != told.address);
        if (!astray) {
            life.astraySince.reset();
        } else if (!life.astraySince) {
            life.astraySince = now_;
        }
    }
    std::erase_if(client.departures(), [&](const Departure& departure) {
        const Wish& wish = client.plan().wishes[departure.wish];
        const Life* life = client.lifeOf(departure.wish);
        const bool leaving =
            std::ranges::any_of(client.lives(), [&](const Life& each) { return each.wish == departure.wish; });
        return life != nullptr ||
               (!leaving && router.rowOf(wish.protocol, client.internal(departure.wish)) == nullptr &&
                troubledUntil(index) < departure.at);
    });
}

void World::say(const std::string& line) const {
    if (trace_) {
        trace_(fmt::format("{:>13.3f} {}", static_cast<double>(now_.count()) / 1000, line));
    }
}

void World::sayDatagram(const char* verb, std::size_t client, const Octets& octets) const {
    if (trace_) {
        const auto decoded = wire::decode(octets);
        say(fmt::format("{} client {}: {}", verb, client,
                        decoded ? fmt::format("{}", decoded.assume_value()) : "(not decodable)"));
    }
}

} // namespace portolan::simulation
