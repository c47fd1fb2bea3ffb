// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan.simulation;

namespace portolan::simulation {

using session::EventKind;
using session::TimePoint;

namespace {

constexpr std::int64_t clockOrigin = 1'000'000; // a host has been up for a while

/// How the session paces recoveries and looks at announcements of NAT-PMP (modules/session).
constexpr Time leastPatience = std::chrono::seconds{4};
constexpr Time mostPatience = std::chrono::seconds{1024};
constexpr Time announcementGap = std::chrono::seconds{5};

session::Config configOf(const ClientPlan& plan, const session::Endpoint& server, const wire::Address& address,
                         std::uint64_t seed) {
    session::Config config;
    config.server = server;
    config.clientAddress = address;
    config.seed = seed;
    config.window = plan.window;
    config.packetsPerSecond = plan.packetsPerSecond;
    config.packetBurst = plan.packetBurst;
    return config;
}

} // namespace

Client::Client(const ClientPlan& plan, const session::Endpoint& server, std::uint64_t seed, std::size_t index,
               bool shadowed)
    : plan_(plan)
    , clock_(plan.skew, clockOrigin)
    , source_{wire::Address::v4(192, 168, 1, static_cast<std::uint8_t>(100 + index)),
              static_cast<std::uint16_t>(50000 + index)}
    , dice_(seed)
    , session_(configOf(plan, server, source_.address, seed))
    , nonces_(plan.wishes.size())
    , lingering_(plan.wishes.size()) {
    if (shadowed) {
        shadow_.emplace(configOf(plan, server, source_.address, seed));
    }
    for (wire::Nonce& nonce : nonces_) {
        nonce = drawNonce();
    }
}

wire::Nonce Client::drawNonce() noexcept {
    wire::Nonce nonce;
    std::ranges::generate(nonce.octets, [this] { return static_cast<std::uint8_t>(dice_.next()); });
    return nonce;
}

simulator::Endpoint Client::internal(std::size_t wish) const noexcept {
    return {source_.address, plan_.wishes[wish].internalPort};
}

const Life* Client::lifeOf(std::size_t wish) const noexcept {
    const auto found =
        std::ranges::find_if(lives_, [&](const Life& life) { return life.wish == wish && !life.releasedAt; });
    return found == lives_.end() ? nullptr : &*found;
}

Life* Client::find(session::MappingId id) noexcept {
    const auto found = std::ranges::find(lives_, id, &Life::id);
    return found == lives_.end() ? nullptr : &*found;
}

/// Gives the session and its shadow the same.
template <class Input>
void Client::both(Input input) {
    input(session_);
    if (shadow_) {
        input(*shadow_);
    }
}

void Client::compare(bool same, const char* what) {
    if (!same && !forgeryEffect_) {
        forgeryEffect_ = what;
    }
}

void Client::request(Time now, std::size_t wish, bool otherNonce) {
    if (lifeOf(wish) != nullptr) {
        return;
    }
    if (otherNonce) {
        nonces_[wish] = drawNonce();
    }
    const Wish& wanted = plan_.wishes[wish];
    session::MappingRequest request;
    request.protocol = wanted.protocol;
    request.internalPort = wanted.internalPort;
    request.suggestedPort = wanted.suggestedPort;
    request.lifetime = wanted.lifetime;
    request.nonce = nonces_[wish];
    const session::MappingId id = session_.handleRequest(clock(now), request).value();
    if (shadow_) {
        compare(shadow_->handleRequest(clock(now), request).value() == id, "the id of a mapping");
    }
    lives_.push_back({.id = id, .wish = wish});
    for (const Departure& departure : departures_) {
        if (departure.wish == wish) {
            lingering_[wish] = std::max(lingering_[wish], departure.at + wanted.lifetime * 103 / 100 + longestDelay);
        }
    }
    std::erase_if(departures_, [&](const Departure& departure) { return departure.wish == wish; });
}

void Client::release(Time now, std::size_t wish) {
    if (const Life* life = lifeOf(wish)) {
        const session::MappingId id = life->id;
        find(id)->releasedAt = now;
        departures_.push_back({wish, now, lingering_[wish]});
        both([&](session::Session& session) { session.handleRelease(clock(now), id); });
    }
}

void Client::receive(Time now, const Parcel& parcel) {
    if (parcel.from == session_.config().server) {
        noteHeard(now, parcel);
    }
    both([&](session::Session& session) {
        if (parcel.toAll) {
            (void)session.handleAnnouncement(clock(now), parcel.from, parcel.octets);
        } else {
            session.handleDatagram(clock(now), parcel.from, parcel.octets);
        }
    });
}

void Client::receiveForged(Time now, const session::Endpoint& from, wire::Bytes datagram, bool toAll) {
    if (toAll) {
        (void)session_.handleAnnouncement(clock(now), from, datagram);
        session_.handleTimeout(clock(now)); // what is foreign there does not look at the time
    } else {
        session_.handleDatagram(clock(now), from, datagram);
    }
    if (shadow_) {
        shadow_->handleTimeout(clock(now));
    }
}

void Client::unreachable(Time now) {
    outstanding_.clear();
    both([&](session::Session& session) { session.handleUnreachable(clock(now)); });
}

void Client::wake(Time now) {
    asleepUntil_.reset();
    idleWakes_ = now == lastWake_ ? idleWakes_ + 1 : 0;
    lastWake_ = now;
    both([&](session::Session& session) { session.handleTimeout(clock(now)); });
}

Octets Client::pollTransmit(Time now) {
    std::array<std::uint8_t, wire::maxMessageSize> room; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const std::size_t size = session_.pollTransmit(clock(now), room);
    Octets datagram(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size));
    if (shadow_) {
        const std::size_t other = shadow_->pollTransmit(clock(now), room);
        compare(std::ranges::equal(datagram, wire::Bytes{room.data(), other}), "what is sent");
    }
    if (size != 0) {
        noteSent(now, datagram);
    }
    replan(now);
    return datagram;
}

void Client::replan(Time now) {
    if (asleepUntil_) {
        next_ = asleepUntil_;
        return;
    }
    const auto due = session_.nextTimeout();
    if (shadow_) {
        compare(shadow_->nextTimeout() == due, "the next deadline");
    }
    next_.reset();
    if (due) {
        const std::int64_t shows = due->time_since_epoch().count();
        next_ = shows <= clock_.at(now) ? now : clock_.when(shows);
    }
}

void Client::noteSent(Time now, const Octets& datagram) {
    const TimePoint at = clock(now);
    lastSecond_.push_back(at);
    while (at - lastSecond_.front() >= std::chrono::seconds{1}) {
        lastSecond_.pop_front();
    }
    if (const auto map = wire::decodeMapRequest(datagram)) {
        const wire::MapRequest& request = map.assume_value();
        // The shortest first wait of RFC 6887 §8.1.1, and of a deletion the session's own.
        const std::chrono::milliseconds wait{request.lifetimeSeconds == 0 ? 450 : 2700};
        std::erase_if(outstanding_, [&](const Outstanding& each) {
            return (each.protocol == request.protocol && each.internalPort == request.internalPort) || each.until <= at;
        });
        outstanding_.push_back({request.protocol, request.internalPort, at + wait});
    }
}

void Client::noteHeard(Time now, const Parcel& parcel) {
    const wire::Bytes datagram = parcel.octets;
    lastHeard_ = parcel.octets;
    if (const auto map = wire::decodeMapResponse(datagram)) {
        const wire::MapResponse& response = map.assume_value();
        std::erase_if(outstanding_, [&](const Outstanding& each) {
            return each.protocol == response.protocol && each.internalPort == response.internalPort;
        });
        const bool ours = std::ranges::any_of(lives_, [&](const Life& life) {
            const Wish& wish = plan_.wishes[life.wish];
            return wish.protocol == response.protocol && wish.internalPort == response.internalPort &&
                   nonces_[life.wish] == response.nonce;
        });
        if (ours) {
            noteEpoch(now, parcel.sent, response.epochSeconds, session::Via::pcp);
        }
    } else if (const auto announce = wire::decodeAnnounceResponse(datagram)) {
        noteEpoch(now, parcel.sent, announce.assume_value().epochSeconds, session::Via::pcp);
    } else if (const auto address = wire::decodeNatPmpAddressResponse(datagram)) {
        // Of a flood of them few are looked at.
        if (!natPmpHeard_ || now - *natPmpHeard_ > announcementGap) {
            natPmpHeard_ = now;
            noteEpoch(now, parcel.sent, address.assume_value().epochSeconds, session::Via::natPmp);
        }
    } else if (wire::saysNatPmpOnly(datagram)) {
        outstanding_.clear();
    }
}

/// RFC 6887 §8.5 and RFC 6886 §3.6, written once more, so that the session's own rule is not its judge.
void Client::noteEpoch(Time now, Time sent, std::uint32_t epoch, session::Via via) {
    std::optional<Reading>& reading = readings_[static_cast<std::size_t>(via)];
    const Reading before = reading.value_or(Reading{epoch, clock(now)});
    reading = Reading{epoch, clock(now)};
    const std::int64_t mine = (clock(now) - before.at).count() / 1000;
    const std::int64_t theirs = reading->epoch - before.epoch;
    const bool pcpLost = theirs < -1 || mine + 2 < theirs - theirs / 16 || theirs + 2 < mine - mine / 16;
    const bool natPmpLost = theirs < mine * 7 / 8 - 2;
    if (via == session::Via::pcp ? pcpLost : natPmpLost) {
        std::optional<Notice>& last = notices_[static_cast<std::size_t>(via)];
        const bool again = last && now - last->heard < 2 * mostPatience + std::chrono::minutes{1};
        last = Notice{sent, now, again ? mostPatience : leastPatience};
    }
}

void Client::followEvents(Time now) {
    while (const auto event = session_.pollEvent()) {
        if (shadow_) {
            const auto other = shadow_->pollEvent();
            compare(other && other->kind == event->kind && other->id == event->id && other->grant == event->grant &&
                        other->error == event->error && other->retryAfter == event->retryAfter,
                    "what is told");
        }
        noteEvent(now, *event);
    }
    if (shadow_) {
        compare(!shadow_->pollEvent(), "that nothing more is told");
    }
    replan(now);
}

void Client::noteEvent(Time now, const session::Event& event) {
    Life* life = find(event.id);
    told_.push_back({event, life != nullptr ? std::optional{*life} : std::nullopt});
    if (life == nullptr) {
        return;
    }
    switch (event.kind) {
    case EventKind::granted:
    case EventKind::renewed:
    case EventKind::recovered:
    case EventKind::moved:
        life->held = true;
        life->grant = event.grant;
        life->grantedAt = clock(now);
        life->grantSeen = now;
        life->refused = false;
        break;
    case EventKind::lost:
        life->held = false;
        life->astraySince.reset();
        break;
    case EventKind::released:
        std::erase_if(lives_, [&](const Life& each) { return each.id == event.id; });
        break;
    case EventKind::refused:
        life->refused = true;
        break;
    case EventKind::address:
    case EventKind::probed:
        break;
    }
}

} // namespace portolan::simulation
