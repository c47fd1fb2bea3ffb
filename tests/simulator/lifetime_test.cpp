// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

import portolan.simulator.script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;
using boost::unit_test::label;

BOOST_FIXTURE_TEST_SUITE(simulator_lifetime, Scene)

BOOST_AUTO_TEST_CASE(grants_at_least_the_minimum, *label("S6887-091")) {
    BOOST_TEST(ask(hostA, Map{.lifetime = 10}).lifetime() == 120);
    Config config = atWan();
    config.lifetimes.minimum = 300s;
    Scene longer{config};
    BOOST_TEST(longer.ask(hostA, Map{.lifetime = 10}).lifetime() == 300);
}

BOOST_AUTO_TEST_CASE(grants_at_most_a_day, *label("S6887-092")) {
    BOOST_TEST(ask(hostA, Map{.lifetime = 0xffffffffU}).lifetime() == 86400);
}

BOOST_AUTO_TEST_CASE(a_mapping_ends_with_its_lifetime) {
    ask(hostA, Map{.lifetime = 600});
    pass(599s);
    BOOST_TEST(gateway.mappings().size() == 1);
    pass(1s);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(a_shorter_renewal_shortens) {
    ask(hostA, Map{.lifetime = 600});
    BOOST_TEST(ask(hostA, Map{.lifetime = 200}).lifetime() == 200);
}

BOOST_AUTO_TEST_CASE(a_released_address_takes_its_mappings_along, *label("S6887-093")) {
    ask(hostA, Map{});
    ask(hostB, Map{.client = insideB});
    gateway.releaseHost(now, insideA);
    BOOST_TEST(onlyMapping()->internal.address == insideB);
}

BOOST_AUTO_TEST_CASE(a_delete_leaves_what_traffic_keeps_alive, *label("S6887-094")) {
    ask(hostA, Map{.protocol = Protocol::udp});
    gateway.handleOutbound(now, Protocol::udp, {insideA, 8080}, remote);
    pass(10s);
    const auto reply = ask(hostA, Map{.protocol = Protocol::udp, .lifetime = 0});
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.lifetime() == 110);
    pass(109s);
    BOOST_TEST(gateway.handleInbound(now, Protocol::udp, gateway.mappings().front().external, remote).has_value());
    pass(1s);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(a_renewal_grants_what_traffic_would, *label("S6887-095")) {
    Config config = atWan();
    config.lifetimes.minimum = 1s;
    Scene lax{config};
    lax.ask(hostA, Map{.protocol = Protocol::udp});
    lax.gateway.handleOutbound(lax.now, Protocol::udp, {insideA, 8080}, remote);
    lax.pass(10s);
    BOOST_TEST(lax.ask(hostA, Map{.protocol = Protocol::udp, .lifetime = 30}).lifetime() == 110);
}

BOOST_AUTO_TEST_CASE(a_freed_port_rests, *label("S6887-096")) {
    ask(hostA, Map{.protocol = Protocol::udp, .suggests = 40000});
    ask(hostA, Map{.protocol = Protocol::udp, .lifetime = 0});
    pass(119s);
    const Map other{.protocol = Protocol::udp, .suggests = 40000, .client = insideB};
    BOOST_TEST(ask(hostB, other).port() != 40000);
}

BOOST_AUTO_TEST_CASE(a_freed_tcp_port_rests_for_the_idle_time, *label("S6887-097")) {
    ask(hostA, Map{.suggests = 40000});
    ask(hostA, Map{.lifetime = 0});
    pass(123min);
    BOOST_TEST(ask(hostB, Map{.port = 1, .suggests = 40000, .client = insideB}).port() != 40000);
    pass(2min);
    BOOST_TEST(ask(hostB, Map{.port = 2, .suggests = 40000, .client = insideB}).port() == 40000);
}

BOOST_AUTO_TEST_CASE(the_same_client_reclaims_its_port_at_once, *label("S6887-098")) {
    ask(hostA, Map{.suggests = 40000});
    ask(hostA, Map{.lifetime = 0});
    BOOST_TEST(ask(hostA, Map{.suggests = 40000}).port() == 40000);
}

BOOST_AUTO_TEST_CASE(the_same_host_with_another_nonce_does_not) {
    ask(hostA, Map{.suggests = 40000});
    ask(hostA, Map{.lifetime = 0});
    BOOST_TEST(ask(hostA, Map{.suggests = 40000, .nonce = nonceB}).port() != 40000);
}

BOOST_AUTO_TEST_CASE(tells_every_change_in_order) {
    ask(hostA, Map{.suggests = 40000, .lifetime = 600});
    ask(hostA, Map{.lifetime = 600});
    pass(600s);
    std::vector<Change> changes;
    while (const auto event = gateway.pollEvent()) {
        BOOST_TEST(event->mapping.external.port == 40000);
        changes.push_back(event->change);
    }
    BOOST_TEST((changes == std::vector{Change::mapped, Change::renewed, Change::expired}));
}

BOOST_AUTO_TEST_CASE(asks_to_be_woken_when_the_first_mapping_ends) {
    ask(hostA, Map{.port = 1, .lifetime = 700});
    ask(hostA, Map{.port = 2, .lifetime = 600});
    BOOST_TEST((gateway.nextTimeout() == now + 600s));
}

BOOST_AUTO_TEST_SUITE_END()
