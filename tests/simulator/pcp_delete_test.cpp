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

BOOST_FIXTURE_TEST_SUITE(simulator_pcp_delete, Scene)

BOOST_AUTO_TEST_CASE(deletes_a_mapping_at_once) {
    ask(hostA, Map{});
    const auto reply = ask(hostA, Map{.lifetime = 0});
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.lifetime() == 0);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(copies_the_all_zeros_address_of_the_family, *label("S6887-002")) {
    ask(hostA, Map{});
    BOOST_TEST(ask(hostA, Map{.lifetime = 0}).hex(44, 60) == "00 00 00 00 00 00 00 00 00 00 ff ff 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(another_nonce_may_not_delete) {
    ask(hostA, Map{.lifetime = 600});
    const auto reply = ask(hostA, Map{.lifetime = 0, .nonce = nonceB});
    BOOST_TEST(reply.code() == ResultCode::notAuthorized);
    BOOST_TEST(reply.lifetime() == 600);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(another_nonce_may_not_delete_a_wildcard, *label("S6887-099")) {
    Config config = atWan();
    config.pcp.wildcards = true;
    Scene open{config};
    open.ask(hostA, Map{.port = 0});
    BOOST_TEST(open.ask(hostA, Map{.port = 0, .lifetime = 0, .nonce = nonceB}).code() == ResultCode::notAuthorized);
    BOOST_TEST(open.gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(another_nonce_may_not_delete_a_dmz_mapping, *label("S6887-100")) {
    Config config = atWan();
    config.pcp.wildcards = true;
    Scene open{config};
    open.ask(hostA, Map{.protocol = Protocol::all, .port = 0});
    const Map foreign{.protocol = Protocol::all, .port = 0, .lifetime = 0, .nonce = nonceB};
    BOOST_TEST(open.ask(hostA, foreign).code() == ResultCode::notAuthorized);
    BOOST_TEST(open.gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_wildcard_delete_spares_single_ports) {
    ask(hostA, Map{});
    BOOST_TEST(ask(hostA, Map{.port = 0, .lifetime = 0}).code() == ResultCode::success);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(protocol_0_with_a_port_is_malformed, *label("S6887-101")) {
    const Map request{.protocol = Protocol::all, .port = 80, .lifetime = 0};
    BOOST_TEST(ask(hostA, request).code() == ResultCode::malformedRequest);
}

BOOST_AUTO_TEST_CASE(the_family_of_the_suggestion_says_which_one_goes, *label("S6887-102")) {
    Config config = atWan();
    config.ipv6Firewall = true;
    config.crossFamily = true;
    Scene both{config};
    const Address host{{0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x57}};
    const Endpoint from{host, 50001};
    both.ask(from, Map{.client = host});
    both.ask(from, Map{.client = host, .suggestsAddress = Address::anyV6()});
    BOOST_TEST_REQUIRE(both.gateway.mappings().size() == 2);
    const auto reply =
        both.ask(from, Map{.suggests = 9999, .lifetime = 0, .client = host, .suggestsAddress = Address::anyV6()});
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(both.onlyMapping()->external.address == wan);
    BOOST_TEST(reply.port() == 9999);
    BOOST_TEST(reply.map().assignedAddress == Address::anyV6());
}

BOOST_AUTO_TEST_CASE(the_ipv6_zeros_mean_the_only_mapping_there_is) {
    ask(hostA, Map{});
    ask(hostA, Map{.lifetime = 0, .suggestsAddress = Address::anyV6()});
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(static_mappings_stay, *label("S6887-103")) {
    gateway.addStatic(now, Protocol::tcp, {insideA, 8080}, {wan, 9090});
    BOOST_TEST(ask(hostA, Map{.lifetime = 0}).code() == ResultCode::notAuthorized);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(implicit_mappings_stay, *label("S6887-103")) {
    gateway.handleOutbound(now, Protocol::tcp, {insideA, 8080}, remote);
    BOOST_TEST(ask(hostA, Map{.lifetime = 0}).code() == ResultCode::notAuthorized);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(peer_mappings_stay, *label("S6887-103")) {
    ask(hostA, Peer{.port = 8080});
    BOOST_TEST(ask(hostA, Map{.lifetime = 0}).code() == ResultCode::notAuthorized);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(deleting_nothing_succeeds_every_time, *label("S6887-104")) {
    const auto first = ask(hostA, Map{.lifetime = 0});
    const auto second = ask(hostA, Map{.lifetime = 0});
    BOOST_TEST(first.code() == ResultCode::success);
    BOOST_TEST(first.lifetime() == 0);
    BOOST_TEST(first.hex(24) == second.hex(24));
}

BOOST_AUTO_TEST_SUITE_END()
