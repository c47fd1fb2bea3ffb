// SPDX-License-Identifier: MIT
// What a mapping is asked for with beyond RFC 6887, and what came of it.
#include "house.hpp"

#include <cstdint>
#include <string>
#include <vector>

using boost::unit_test::label;
using portolan::ChangeKind;

namespace {

portolan::ClientOptions trusting() {
    portolan::ClientOptions options;
    options.trustedNetwork = true;
    return options;
}

/// A gateway that lets this host map for others, some of which share an address.
simulator::Config mapsForOthers() {
    simulator::Config config;
    config.pcp.thirdParty = true;
    config.pcp.thirdPartyHosts = {portolan::wire::Address::v4(127, 0, 0, 1)};
    config.pcp.thirdPartyId.enabled = true;
    config.pcp.thirdPartyId.known = {{1}, {2}};
    return config;
}

/// TCP port 8080 of one of the hosts at 127.0.0.9.
portolan::MapRequest ofHost(std::uint8_t name) {
    return {.internalPort = 8080, .thirdParty = net::ip::make_address("127.0.0.9"), .thirdPartyId = {name}};
}

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

BOOST_AUTO_TEST_CASE(names_of_third_parties_are_sent_in_trusted_networks_alone, *label("C7843-005")) {
    House house{mapsForOthers()};
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map(ofHost(1));
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST((mapping.error().code == portolan::Errc::invalidRequest));
        BOOST_TEST(mapping.error().detail.find("trustedNetwork") != std::string::npos, mapping.error().detail);
    }(house));
    BOOST_TEST(house.gateway->counters().datagramsIn == 0U);
}

BOOST_AUTO_TEST_CASE(hosts_that_share_an_address_have_the_same_port_each, *label("S7843-005")) {
    House house{mapsForOthers(), trusting()};
    house.run([](House& h) -> net::awaitable<void> {
        auto first = co_await h.client->map(ofHost(1));
        BOOST_TEST_REQUIRE(first.has_value(), why(first));
        auto second = co_await h.client->map(ofHost(2));
        BOOST_TEST_REQUIRE(second.has_value(), why(second));
        BOOST_TEST(first.value().info().externalPort != second.value().info().externalPort);
        BOOST_TEST(h.mapped() == 2U);
        BOOST_TEST((co_await first.value().release()).has_value());
        BOOST_TEST(h.mapped() == 1U);
        BOOST_TEST(second.value().info().held);
    }(house));
}

BOOST_AUTO_TEST_CASE(checkpoints_are_asked_for_in_trusted_networks_alone, *label("C7767-004")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        const auto mapping = co_await h.client->map({.internalPort = 8080, .checkpoint = true});
        BOOST_TEST_REQUIRE(!mapping.has_value());
        BOOST_TEST((mapping.error().code == portolan::Errc::invalidRequest));
        const auto peer = co_await h.client->peer({.internalPort = 49152,
                                                   .remoteAddress = net::ip::make_address("198.51.100.7"),
                                                   .remotePort = 5222,
                                                   .checkpoint = true});
        BOOST_TEST((peer.error().code == portolan::Errc::invalidRequest));
    }(house));
    BOOST_TEST(house.gateway->counters().datagramsIn == 0U);
}

BOOST_AUTO_TEST_CASE(a_mapping_becomes_a_checkpointed_one_in_trusted_networks_alone, *label("C7767-004")) {
    for (const bool trusted : {false, true}) {
        House house{{}, trusted ? trusting() : portolan::ClientOptions{}};
        house.run([](House& h, bool allowed) -> net::awaitable<void> {
            auto mapping = co_await h.client->map({.internalPort = 8080});
            const auto changed = co_await mapping.value().change({.checkpoint = true});
            BOOST_TEST(changed.has_value() == allowed, why(changed));
            BOOST_TEST((co_await mapping.value().change({.checkpoint = false})).has_value());
        }(house, trusted));
    }
}

BOOST_AUTO_TEST_CASE(in_a_trusted_network_a_checkpoint_is_told, *label("C7767-002")) {
    House house{{}, trusting()};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .checkpoint = true});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST(mapping.value().info().checkpointed);
    }(house));
}

BOOST_AUTO_TEST_SUITE_END()
