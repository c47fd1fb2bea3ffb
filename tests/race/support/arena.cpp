// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.testing.race;

namespace portolan::testing {

namespace {

constexpr wire::Address inside = wire::Address::v4(192, 168, 1, 1);
constexpr wire::Address host = wire::Address::v4(192, 168, 1, 57);
constexpr session::Endpoint server{inside, wire::serverPort};
constexpr simulator::Endpoint client{host, 50'000};
constexpr simulator::Endpoint searcher{host, 50'001};

session::Config sessionConfig(Speak speak, std::uint64_t seed, std::uint32_t window) {
    session::Config config;
    config.server = server;
    config.clientAddress = host;
    config.speak = race::ofSession(speak);
    config.seed = seed;
    config.window = window;
    return config;
}

upnp::Config pointConfig(std::uint64_t seed) {
    upnp::Config config;
    config.gateway = inside;
    config.clientAddress = host;
    config.seed = seed;
    return config;
}

simulator::Config quiet(simulator::Config config) {
    config.externalAddresses = {wire::Address::v4(203, 0, 113, 45)};
    config.announce.onStart = false;
    config.announce.destinations = {};
    config.initialEpochSeconds = 1000;
    return config;
}

/// "POST /x HTTP/1.1 ... SOAPAction: "urn:...#AddPortMapping"": the action, or the method where there is none.
std::string nameOf(std::string_view request) {
    const auto mark = request.find('#');
    if (request.starts_with("POST") && mark != std::string_view::npos) {
        return std::string{request.substr(mark + 1, request.find('"', mark) - mark - 1)};
    }
    return std::string{request.substr(0, request.find(' '))};
}

} // namespace

simulator::Config everything() {
    simulator::Config config;
    config.igd.version = simulator::IgdVersion::v2;
    return config;
}

simulator::Config upnpOnly(simulator::IgdVersion version) {
    return simulator::Config::igdOnly(version);
}

session::MappingRequest tcp(std::uint16_t port) {
    session::MappingRequest request;
    request.internalPort = port;
    request.nonce = wire::Nonce{{0xaa, static_cast<std::uint8_t>(port >> 8U), static_cast<std::uint8_t>(port)}};
    return request;
}

Arena::Arena(simulator::Config config, Speak speak, std::uint64_t seed, std::uint32_t window)
    : gateway(quiet(std::move(config)), std::chrono::hours{1})
    , session(sessionConfig(speak, seed, window))
    , point(pointConfig(seed))
    , referee({.speak = speak}, session, &point) {
    gateway.serveIgd(time(), {{inside, 5000}});
    answers();
    underWay_.clear();
}

MappingId Arena::request(const session::MappingRequest& wanted, Where where) {
    const auto id = referee.handleRequest(now, wanted);
    BOOST_TEST_REQUIRE(id.has_value(), "refused, line " << where.line());
    settle();
    return id.value();
}

MappingId Arena::erase(const session::MappingRequest& unwanted, Where where) {
    const auto id = referee.handleDelete(now, unwanted);
    BOOST_TEST_REQUIRE(id.has_value(), "refused, line " << where.line());
    settle();
    return id.value();
}

MappingId Arena::askAddress(Where where) {
    const auto id = referee.handleAddressQuery(now, wire::Nonce{{0xbb}}, 50'000);
    BOOST_TEST_REQUIRE(id.has_value(), "refused, line " << where.line());
    settle();
    return id.value();
}

void Arena::release(MappingId id) {
    referee.handleRelease(now, id);
    settle();
}

void Arena::settle() {
    unsigned steps = 0;
    do {
        std::array<std::uint8_t, wire::maxMessageSize> room{};
        while (const std::size_t size = session.pollTransmit(now, room)) {
            send(std::span{room}.first(size));
        }
        while (const auto datagram = point.pollDatagram()) {
            search(*datagram);
        }
        if (const auto request = point.pollExchange(now)) {
            exchange(*request);
        }
        while (auto event = referee.pollEvent(now)) {
            events.push_back(std::move(*event));
        }
        BOOST_TEST_REQUIRE(++steps < 1000U, "it never comes to an end");
    } while (referee.takeAsked());
}

void Arena::send(std::span<const std::uint8_t> datagram) {
    sent.push_back({now, datagram.front() == wire::pcpVersion ? "PCP" : "NAT-PMP"});
    if (closed) {
        underWay_.emplace(now + pcpDelay, [this] { session.handleUnreachable(now); });
        return;
    }
    underWay_.emplace(now + pcpDelay, [this, octets = std::vector<std::uint8_t>{datagram.begin(), datagram.end()}] {
        gateway.handleDatagram(time(), client, octets);
    });
}

void Arena::search(const upnp::SearchDatagram& datagram) {
    sent.push_back({now, "search"});
    if (dark) {
        return;
    }
    underWay_.emplace(now + upnpDelay, [this, datagram] {
        const auto* octets = reinterpret_cast<const std::uint8_t*>(datagram.octets.data());
        gateway.handleSearch(time(), searcher, {octets, datagram.octets.size()},
                             datagram.toGroup ? simulator::Delivery::multicast : simulator::Delivery::unicast);
    });
}

void Arena::exchange(const upnp::HttpExchange& exchange) {
    sent.push_back({now, nameOf(exchange.octets)});
    if (dark) {
        return;
    }
    underWay_.emplace(now + upnpDelay, [this, exchange] {
        simulator::HttpReader requests;
        requests.put(exchange.octets);
        const simulator::HttpAnswer answer = gateway.handleHttp(time(), searcher, requests.request());
        if (answer.bytes.empty()) {
            return;
        }
        underWay_.emplace(now + upnpDelay + answer.delay, [this, id = exchange.id, bytes = answer.bytes] {
            upnp::HttpReader answers;
            const auto* octets = reinterpret_cast<const std::uint8_t*>(bytes.data());
            BOOST_TEST_REQUIRE(answers.handleOctets({octets, bytes.size()}).has_value());
            point.handleResponse(now, id, answers.take());
        });
    });
}

/// What the gateway has to say goes on its way.
void Arena::answers() {
    while (const auto transmit = gateway.pollTransmit()) {
        if (!deaf && transmit->to == client) {
            underWay_.emplace(now + pcpDelay,
                              [this, bytes = transmit->bytes] { session.handleDatagram(now, server, bytes); });
        }
    }
    while (const auto transmit = gateway.pollDiscovery()) {
        if (!dark && transmit->to == searcher) {
            underWay_.emplace(now + upnpDelay,
                              [this, bytes = transmit->bytes] { point.handleDatagram(now, {inside, 1900}, bytes); });
        }
    }
    while (gateway.pollEvent()) {
    }
}

Arena& Arena::await(Duration limit) {
    const TimePoint end = now + limit;
    while (events.empty() && now < end) {
        advance(std::min<Duration>(std::chrono::milliseconds{1}, end - now));
    }
    return *this;
}

Arena& Arena::advance(Duration time) {
    const TimePoint end = now + time;
    for (unsigned steps = 0;; ++steps) {
        BOOST_TEST_REQUIRE(steps < 1'000'000U, "time does not go on");
        TimePoint next = TimePoint::max();
        const auto consider = [&next](std::optional<TimePoint> when) { next = std::min(next, when.value_or(next)); };
        consider(session.nextTimeout());
        consider(point.nextTimeout());
        consider(referee.nextTimeout());
        if (const auto due = gateway.nextTimeout()) {
            consider(TimePoint{*due});
        }
        if (!underWay_.empty()) {
            consider(underWay_.begin()->first);
        }
        if (next > end) {
            break;
        }
        now = std::max(now, next);
        if (!underWay_.empty() && underWay_.begin()->first <= now) {
            const auto arrives = std::move(underWay_.begin()->second);
            underWay_.erase(underWay_.begin());
            arrives();
        }
        session.handleTimeout(now);
        point.handleTimeout(now);
        referee.handleTimeout(now);
        gateway.handleTimeout(this->time());
        answers();
        settle();
    }
    now = end;
    return *this;
}

race::Event Arena::expects(EventKind kind, Where where) {
    BOOST_TEST_REQUIRE(!events.empty(),
                       "nothing happened, instead of " << session::name(kind) << ", line " << where.line());
    race::Event event = events.front();
    events.pop_front();
    BOOST_TEST((event.kind == kind), session::name(event.kind)
                                         << " (" << event.error.message() << " " << event.detail << ") instead of "
                                         << session::name(kind) << ", line " << where.line());
    return event;
}

Arena& Arena::expectsNothing(Where where) {
    BOOST_TEST(events.empty(), (events.empty() ? "" : session::name(events.front().kind))
                                   << " came, line " << where.line());
    return *this;
}

std::size_t Arena::count(std::string_view what) const {
    return static_cast<std::size_t>(std::ranges::count(sent, what, &Sent::what));
}

} // namespace portolan::testing
