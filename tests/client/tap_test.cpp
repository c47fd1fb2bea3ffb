// SPDX-License-Identifier: MIT
// ClientOptions::onDatagram: what a client's traffic looks like from outside.
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <vector>

#include "house.hpp"
#include "system_calls.hpp"

using portolan::Direction;

namespace {

/// A datagram as it was seen.
struct Seen {
    Direction direction{};
    net::ip::udp::endpoint local;
    net::ip::udp::endpoint remote;
    std::vector<std::uint8_t> octets;
};

/// A house whose client shows what it sends and receives.
struct Watched {
    explicit Watched(std::chrono::milliseconds timeout = std::chrono::seconds{20}) : house({}, optionsOf(timeout)) {}

    portolan::ClientOptions optionsOf(std::chrono::milliseconds timeout) {
        portolan::ClientOptions options;
        options.timeout = timeout;
        options.announcementPort = 0;
        options.onDatagram = [this](Direction direction, const auto& local, const auto& remote, auto octets) {
            seen.push_back({direction, local, remote, {octets.begin(), octets.end()}});
        };
        return options;
    }

    std::vector<Seen> seen;
    House house;
};

net::awaitable<void> mapOnce(portolan::Client& client) {
    auto mapping = co_await client.map({.internalPort = 8080});
    BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
    mapping.value().detach();
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_tap)

BOOST_AUTO_TEST_CASE(sees_the_request_and_then_its_answer) {
    Watched watched;
    watched.house.run(mapOnce(*watched.house.client));
    BOOST_TEST_REQUIRE(watched.seen.size() == 2);
    BOOST_TEST((watched.seen[0].direction == Direction::sent));
    BOOST_TEST((watched.seen[1].direction == Direction::received));
    const auto response = portolan::wire::decodeMapResponse(watched.seen[1].octets);
    BOOST_TEST_REQUIRE(response.has_value());
    BOOST_TEST(response.assume_value().internalPort == 8080);
}

BOOST_AUTO_TEST_CASE(knows_both_ends) {
    Watched watched;
    watched.house.run(mapOnce(*watched.house.client));
    for (const Seen& seen : watched.seen) {
        BOOST_TEST((seen.remote == watched.house.gateway->endpoint()));
        BOOST_TEST(seen.local.address().is_loopback());
        BOOST_TEST(seen.local.port() != 0);
    }
}

BOOST_AUTO_TEST_CASE(sees_nothing_that_the_system_did_not_send) {
    Watched watched{std::chrono::milliseconds{300}};
    const SendFault refused{EPERM};
    watched.house.run([](portolan::Client& asked) -> net::awaitable<void> {
        BOOST_TEST(!(co_await asked.externalAddress()).has_value());
    }(*watched.house.client));
    BOOST_TEST(watched.seen.empty());
}

BOOST_AUTO_TEST_SUITE_END()
