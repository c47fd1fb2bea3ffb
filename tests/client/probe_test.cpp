// SPDX-License-Identifier: MIT
// Whether a gateway is there, asked without changing anything.
#include "house.hpp"

#include <chrono>
#include <cstdint>

using namespace std::chrono_literals;

namespace {

portolan::ClientOptions impatient() {
    portolan::ClientOptions options;
    options.timeout = 200ms;
    return options;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_probe)

BOOST_AUTO_TEST_CASE(a_gateway_of_pcp_tells_its_version_and_epoch) {
    simulator::Config config;
    config.initialEpochSeconds = 1000;
    House house{config};
    house.run([](House& h) -> net::awaitable<void> {
        const auto probe = co_await h.client->probe();
        BOOST_TEST_REQUIRE(probe.has_value(), why(probe));
        BOOST_TEST(probe.value().version == 2);
        BOOST_TEST_REQUIRE(probe.value().epochSeconds.has_value());
        BOOST_TEST(*probe.value().epochSeconds >= 1000U);
        BOOST_TEST(!probe.value().refusal.has_value());
        BOOST_TEST(probe.value().transmissions == 1U);
        BOOST_TEST((probe.value().gateway.endpoint == h.gateway->endpoint()));
    }(house));
    BOOST_TEST(house.mapped() == 0U);
    BOOST_TEST(house.gateway->counters().datagramsIn == 1U);
}

BOOST_AUTO_TEST_CASE(a_late_answer_has_a_long_round_trip) {
    House house{simulator::Config::slow(50ms)};
    house.run([](House& h) -> net::awaitable<void> {
        const auto probe = co_await h.client->probe();
        BOOST_TEST_REQUIRE(probe.has_value(), why(probe));
        BOOST_TEST((probe.value().roundTrip >= 49ms));
    }(house));
}

BOOST_AUTO_TEST_CASE(a_gateway_of_nat_pmp_tells_by_its_version) {
    House house{simulator::Config::natPmpOnly()};
    house.run([](House& h) -> net::awaitable<void> {
        const auto probe = co_await h.client->probe();
        BOOST_TEST_REQUIRE(probe.has_value(), why(probe));
        BOOST_TEST(probe.value().version == 0);
        BOOST_TEST(probe.value().epochSeconds.has_value());
    }(house));
}

BOOST_AUTO_TEST_CASE(silence_ends_in_no_answer_that_says_what_was_asked) {
    House house{simulator::Config::silent(), impatient()};
    house.run([](House& h) -> net::awaitable<void> {
        const auto probe = co_await h.client->probe();
        BOOST_TEST_REQUIRE(!probe.has_value());
        BOOST_TEST((probe.error().code == portolan::Errc::noAnswer));
        BOOST_TEST(probe.error().detail.find("nothing came back") != std::string::npos, probe.error().detail);
    }(house));
}

BOOST_AUTO_TEST_CASE(a_closed_port_ends_at_once_in_unreachable) {
    House house;
    house.gateway->close();
    house.run([](House& h) -> net::awaitable<void> {
        const auto probe = co_await h.client->probe();
        BOOST_TEST_REQUIRE(!probe.has_value());
        BOOST_TEST((probe.error().code == portolan::Errc::unreachable), probe.error().message());
    }(house));
}

BOOST_AUTO_TEST_CASE(callers_at_once_share_one_question) {
    House house{simulator::Config::slow(50ms)};
    unsigned answered = 0;
    for (int caller = 0; caller < 3; ++caller) {
        house.client->probe([&](const portolan::result<portolan::ProbeInfo>& probe) { answered += probe ? 1 : 0; });
    }
    house.runUntil([&] { return answered == 3; });
    BOOST_TEST(house.gateway->counters().datagramsIn == 1U);
}

BOOST_AUTO_TEST_CASE(one_cancelled_caller_does_not_take_the_answer_from_another) {
    House house{simulator::Config::slow(50ms)};
    net::cancellation_signal signal;
    std::optional<portolan::Error> error;
    bool answered = false;
    house.client->probe(net::bind_cancellation_slot(
        signal.slot(), [&](const portolan::result<portolan::ProbeInfo>& probe) { error = probe.error(); }));
    house.client->probe([&](const portolan::result<portolan::ProbeInfo>& probe) { answered = probe.has_value(); });
    house.runUntil([&] { return house.gateway->counters().datagramsIn > 0; });
    signal.emit(net::cancellation_type::terminal);
    house.runUntil([&] { return error && answered; });
    BOOST_TEST((error->code == portolan::Errc::cancelled));
}

BOOST_AUTO_TEST_CASE(an_address_and_a_probe_are_asked_side_by_side) {
    House house;
    unsigned answered = 0;
    house.client->externalAddress(
        [&](const portolan::result<net::ip::address>& address) { answered += address ? 1 : 0; });
    house.client->probe([&](const portolan::result<portolan::ProbeInfo>& probe) { answered += probe ? 1 : 0; });
    house.runUntil([&] { return answered == 2; });
}

BOOST_AUTO_TEST_SUITE_END()
