// SPDX-License-Identifier: MIT
// What a mapping is asked for with beyond RFC 6887, and what came of it.
#include "house.hpp"

#include <cstdint>
#include <string>
#include <vector>

using boost::unit_test::label;
using portolan::ChangeKind;

namespace {

std::string descriptionAt(const House& house) {
    const std::vector<simulator::Mapping> all = house.gateway->mappings();
    BOOST_TEST_REQUIRE(all.size() == 1U);
    return all.front().description;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_wishes)

BOOST_AUTO_TEST_CASE(a_description_is_kept_at_the_gateway_and_told, *label("C7220-005")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .description = "web server"});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((mapping.value().info().description == "web server"));
        BOOST_TEST(!mapping.value().info().optionsDropped);
        BOOST_TEST(descriptionAt(h) == "web server");
    }(house));
}

BOOST_AUTO_TEST_CASE(a_description_that_the_gateway_cut_is_told_as_it_is, *label("C7220-005")) {
    simulator::Config config;
    config.pcp.maxDescription = 3;
    House house{config};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .description = "web server"});
        BOOST_TEST((mapping.value().info().description == "web"));
    }(house));
}

BOOST_AUTO_TEST_CASE(a_description_changes_by_a_renewal, *label("C7220-007") * label("C7220-006")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .description = "old"});
        for (const char* text : {"new", ""}) {
            const auto changed = co_await mapping.value().change({.description = text});
            BOOST_TEST_REQUIRE(changed.has_value(), why(changed));
            const auto event = co_await mapping.value().changed();
            BOOST_TEST((event.value().kind == ChangeKind::renewed));
            BOOST_TEST(descriptionAt(h) == text);
        }
    }(house));
}

BOOST_AUTO_TEST_CASE(an_outbound_mapping_has_a_description) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto peer = co_await h.client->peer({.internalPort = 49152,
                                             .remoteAddress = net::ip::make_address("198.51.100.7"),
                                             .remotePort = 5222,
                                             .description = "chat"});
        BOOST_TEST_REQUIRE(peer.has_value(), why(peer));
        BOOST_TEST((peer.value().info().description == "chat"));
    }(house));
}

BOOST_AUTO_TEST_CASE(text_that_is_not_utf_8_is_refused_without_asking, *label("C7220-001")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080, .description = "\xff\xfe"});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST((mapping.error().code == portolan::Errc::invalidRequest));
        BOOST_TEST(mapping.error().detail.find("UTF-8") != std::string::npos);
    }(house));
    BOOST_TEST(house.gateway->counters().datagramsIn == 0U);
}

BOOST_AUTO_TEST_CASE(a_gateway_without_options_maps_without_and_that_is_told) {
    House house{simulator::Config::natPmpOnly()};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .description = "web server"});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST(mapping.value().info().optionsDropped);
        BOOST_TEST(!mapping.value().info().description.has_value());
    }(house));
}

BOOST_AUTO_TEST_CASE(ports_of_a_set_and_a_mapping_in_it_are_refused, *label("C7753-015")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto set = co_await h.client->map({.internalPort = 50000, .portSet = portolan::PortSetWish{100, false}});
        BOOST_TEST_REQUIRE(set.has_value(), why(set));
        BOOST_TEST(!set.value().info().ports.empty());
        const auto inIt = co_await h.client->map({.internalPort = 50050});
        BOOST_TEST_REQUIRE(!inIt.has_value());
        BOOST_TEST((inIt.error().code == portolan::Errc::alreadyMapped));
    }(house));
}

BOOST_AUTO_TEST_SUITE_END()
