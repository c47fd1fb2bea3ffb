// SPDX-License-Identifier: MIT
#include "house.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(client_map)

BOOST_AUTO_TEST_CASE(maps_a_port_by_pcp_and_reports_what_the_gateway_granted, *boost::unit_test::label("C6887-064")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080, .externalPort = 40123});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        const portolan::MappingInfo info = mapping.value().info();
        BOOST_TEST((info.via == portolan::Via::pcp));
        BOOST_TEST(info.externalAddress.to_string() == "127.0.0.2");
        BOOST_TEST(info.externalPort == 40123);
        BOOST_TEST(info.internalAddress.to_string() == "127.0.0.1");
        BOOST_TEST(info.lifetime.count() == 7200);
        BOOST_TEST(info.held);
        BOOST_TEST((co_await mapping.value().release()).has_value());
    }(house));
}

BOOST_AUTO_TEST_CASE(maps_a_port_by_nat_pmp_where_the_gateway_has_no_pcp) {
    House house{simulator::Config::natPmpOnly()};
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.protocol = portolan::Protocol::udp, .internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        const portolan::MappingInfo info = mapping.value().info();
        BOOST_TEST((info.via == portolan::Via::natPmp));
        BOOST_TEST(info.externalAddress.to_string() == "127.0.0.2");
        BOOST_TEST(info.externalPort != 0);
        BOOST_TEST((co_await mapping.value().release()).has_value());
    }(house));
    BOOST_TEST(house.mapped() == 0U);
}

BOOST_AUTO_TEST_CASE(learns_the_external_address_by_pcp_and_leaves_no_mapping_behind) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        const auto address = co_await h.client->externalAddress();
        BOOST_TEST_REQUIRE(address.has_value(), why(address));
        BOOST_TEST(address.value().to_string() == "127.0.0.2");
    }(house));
    house.runUntil([&] { return house.mapped() == 0; });
}

BOOST_AUTO_TEST_CASE(learns_the_external_address_by_nat_pmp) {
    House house{simulator::Config::natPmpOnly()};
    house.run([](House& h) -> net::awaitable<void> {
        const auto address = co_await h.client->externalAddress();
        BOOST_TEST_REQUIRE(address.has_value(), why(address));
        BOOST_TEST(address.value().to_string() == "127.0.0.2");
    }(house));
}

BOOST_AUTO_TEST_CASE(serves_many_coroutines_at_once) {
    House house;
    std::set<std::uint16_t> externalPorts;
    unsigned done = 0;
    const auto one = [&](std::uint16_t port) -> net::awaitable<void> {
        auto mapping = co_await house.client->map({.internalPort = port});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        externalPorts.insert(mapping.value().info().externalPort);
        const auto address = co_await house.client->externalAddress();
        BOOST_TEST(address.has_value());
        BOOST_TEST((co_await mapping.value().release()).has_value());
        ++done;
    };
    for (std::uint16_t port = 10000; port < 10200; ++port) {
        net::co_spawn(house.context, one(port), net::detached);
    }
    house.runUntil([&] { return done == 200; });
    BOOST_TEST(externalPorts.size() == 200U);
}

BOOST_AUTO_TEST_CASE(refuses_a_second_mapping_of_the_same_port) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto first = co_await h.client->map({.internalPort = 8080});
        auto second = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(!second.has_value());
        BOOST_TEST((second.error().code == portolan::Errc::alreadyMapped));
        BOOST_TEST((co_await first.value().release()).has_value());
    }(house));
}

BOOST_AUTO_TEST_CASE(completes_a_callback_as_well_as_an_awaitable) {
    House house;
    bool called = false;
    house.client->map({.internalPort = 8080},
                      [&](portolan::result<portolan::Mapping> mapping) { called = mapping.has_value(); });
    house.runUntil([&] { return called; });
}

BOOST_AUTO_TEST_CASE(a_mapping_tells_from_where_it_can_be_reached) {
    House house;
    simulator::ServerOptions behindAnother;
    behindAnother.config = simulator::Config::privateAddress();
    behindAnother.config.announce.onStart = false;
    behindAnother.forwards = false; // that address is not of this host
    house.gateway.emplace(house.context.get_executor(), behindAnother);
    house.options.gateway = house.gateway->endpoint();
    house.client.emplace(house.context.get_executor(), house.options);
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST_REQUIRE(mapping.has_value(), why(mapping));
        BOOST_TEST((mapping.value().info().reach() == portolan::Reach::privateAddress));
        const auto address = co_await h.client->externalAddress();
        BOOST_TEST((portolan::reachOf(address.value()) == portolan::Reach::privateAddress));
        mapping.value().detach();
    }(house));
}

BOOST_AUTO_TEST_SUITE_END()
