// SPDX-License-Identifier: MIT
#include "house.hpp"

#include <string>

namespace {

/// The error a map() against this gateway ends with.
portolan::Error mapError(simulator::Config config, portolan::ClientOptions options = {},
                         portolan::MapRequest request = {.internalPort = 8080}) {
    House house{std::move(config), options};
    std::optional<portolan::Error> error;
    house.run(
        [](House& h, portolan::MapRequest wanted, std::optional<portolan::Error>& outcome) -> net::awaitable<void> {
            const auto mapping = co_await h.client->map(wanted);
            BOOST_TEST_REQUIRE(!mapping.has_value());
            outcome = mapping.error();
        }(house, request, error));
    return *error;
}

portolan::ClientOptions impatient() {
    portolan::ClientOptions options;
    options.timeout = std::chrono::milliseconds{200};
    options.releaseTimeout = std::chrono::milliseconds{50};
    return options;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_error)

BOOST_AUTO_TEST_CASE(a_refusal_carries_the_gateways_code_and_how_long_it_lasts) {
    const portolan::Error error = mapError(simulator::Config::featureOff());
    BOOST_TEST((error.code == portolan::wire::ResultCode::notAuthorized));
    BOOST_TEST(error.retryAfter.has_value());
}

BOOST_AUTO_TEST_CASE(a_refusal_that_gives_the_gateways_own_address_away_carries_it) {
    simulator::Config config = simulator::Config::carrierGradeNat();
    config.quirks.refusesPrivateWan = true;
    const portolan::Error error = mapError(config);
    BOOST_TEST((error.code == portolan::wire::ResultCode::noResources));
    BOOST_TEST_REQUIRE(error.gatewayExternal.has_value());
    BOOST_TEST((portolan::wire::reachOf(*error.gatewayExternal) == portolan::Reach::sharedAddress));
}

BOOST_AUTO_TEST_CASE(silence_ends_in_no_answer_and_says_what_was_asked) {
    const portolan::Error error = mapError(simulator::Config::silent(), impatient());
    BOOST_TEST((error.code == portolan::Errc::noAnswer));
    BOOST_TEST(error.message().find("nothing came back") != std::string::npos, error.message());
}

BOOST_AUTO_TEST_CASE(garbage_ends_in_no_answer_and_says_what_was_seen) {
    portolan::ClientOptions options = impatient();
    options.timeout = std::chrono::seconds{1}; // for garbage to come in on a busy machine
    const portolan::Error error = mapError(simulator::Config::garbage(), options);
    BOOST_TEST((error.code == portolan::Errc::noAnswer));
    BOOST_TEST(error.message().find("neither PCP nor NAT-PMP") != std::string::npos, error.message());
}

BOOST_AUTO_TEST_CASE(a_closed_port_ends_at_once_in_unreachable) {
    House house;
    house.gateway->close();
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST((mapping.error().code == portolan::Errc::unreachable), mapping.error().message());
    }(house));
}

BOOST_AUTO_TEST_CASE(a_gateway_without_nat_pmp_refuses_a_client_that_speaks_nothing_else) {
    portolan::ClientOptions options;
    options.speak = portolan::Speak::natPmp;
    const portolan::Error error = mapError(simulator::Config::pcpOnly(), options);
    BOOST_TEST((error.code == portolan::Errc::versionNotSupported));
}

BOOST_AUTO_TEST_CASE(a_gateway_without_pcp_refuses_a_client_that_speaks_nothing_else) {
    portolan::ClientOptions options;
    options.speak = portolan::Speak::pcp;
    const portolan::Error error = mapError(simulator::Config::natPmpOnly(), options);
    BOOST_TEST((error.code == portolan::Errc::versionNotSupported));
}

BOOST_AUTO_TEST_CASE(an_ignored_prefer_failure_is_found_out_and_the_wrong_port_released) {
    simulator::Config config;
    config.quirks.preferFailureIgnored = true;
    House house{config};
    house.gateway->addStatic(portolan::wire::Protocol::tcp, {portolan::wire::Address::v4(127, 0, 0, 9), 1},
                             {portolan::wire::Address::v4(127, 0, 0, 2), 6100});
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping =
            co_await h.client->map({.internalPort = 8080, .externalPort = 6100, .preferFailure = true});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST((mapping.error().code == portolan::Errc::otherExternal), mapping.error().message());
    }(house));
    house.runUntil([&] { return house.mapped() == 1; }); // the static one
}

BOOST_AUTO_TEST_CASE(a_deletion_at_a_closed_port_ends_in_unreachable) {
    House house{{}, impatient()};
    house.gateway->close();
    house.run([](House& h) -> net::awaitable<void> {
        const auto unmapped = co_await h.client->unmap({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!unmapped.has_value());
        BOOST_TEST((unmapped.error().code == portolan::Errc::unreachable), unmapped.error().message());
    }(house));
}

BOOST_AUTO_TEST_SUITE_END()
