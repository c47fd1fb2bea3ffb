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

BOOST_FIXTURE_TEST_SUITE(simulator_pcp_map, Scene)

BOOST_AUTO_TEST_CASE(maps_a_port_of_the_asking_host, *label("S6887-040")) {
    const auto reply = ask(hostA, Map{.suggests = 40000, .lifetime = 600});
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.lifetime() == 600);
    const auto response = reply.map();
    BOOST_TEST(response.nonce == nonceA);
    BOOST_TEST(response.protocol == Protocol::tcp);
    BOOST_TEST(response.internalPort == 8080);
    BOOST_TEST(response.assignedPort == 40000);
    BOOST_TEST(response.assignedAddress == wan);
    BOOST_TEST((onlyMapping()->internal == Endpoint{insideA, 8080}));
}

BOOST_AUTO_TEST_CASE(chooses_a_high_port_without_a_suggestion) {
    BOOST_TEST(ask(hostA, Map{}).port() >= 1024);
}

BOOST_AUTO_TEST_CASE(another_seed_chooses_other_ports) {
    Config config = atWan();
    config.seed = 2;
    Scene other{config};
    BOOST_TEST(ask(hostA, Map{}).port() != other.ask(hostA, Map{}).port());
}

BOOST_AUTO_TEST_CASE(ignores_reserved_bits_of_map, *label("S6887-037")) {
    const auto reply = ask(hostA, Map{}.at(37, "ff ff ff"));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.hex(37, 40) == "00 00 00");
}

BOOST_AUTO_TEST_CASE(the_quota_has_an_error_of_its_own,
                     *label("S6887-019") * label("S6887-058") * label("S6887-107") * label("S6887-020")) {
    Config config = atWan();
    config.ports.perHost = 2;
    Scene limited{config};
    limited.ask(hostA, Map{.port = 1});
    limited.ask(hostA, Map{.port = 2});
    const auto reply = limited.ask(hostA, Map{.port = 3});
    BOOST_TEST(reply.code() == ResultCode::userExQuota);
    BOOST_TEST(reply.lifetime() == 30);
    BOOST_TEST(limited.ask(hostB, Map{.port = 3, .client = insideB}).code() == ResultCode::success);
}

BOOST_AUTO_TEST_CASE(a_full_table_has_no_resources, *label("S6887-020")) {
    Config config = atWan();
    config.ports.total = 1;
    Scene limited{config};
    limited.ask(hostA, Map{});
    const auto reply = limited.ask(hostB, Map{.client = insideB});
    BOOST_TEST(reply.code() == ResultCode::noResources);
    BOOST_TEST(reply.lifetime() == 30);
}

BOOST_AUTO_TEST_CASE(without_a_connection_the_network_has_failed, *label("S6887-020")) {
    Scene offline{[] {
        Config config = Config::noConnection();
        config.announce.onStart = false;
        return config;
    }()};
    const auto reply = offline.ask(hostA, Map{});
    BOOST_TEST(reply.code() == ResultCode::networkFailure);
    BOOST_TEST(reply.lifetime() == 30);
}

BOOST_AUTO_TEST_CASE(long_errors_last_half_an_hour, *label("S6887-020")) {
    BOOST_TEST(ask(hostA, Map{.protocol = Protocol::sctp}).lifetime() == 1800);
    BOOST_TEST(ask(hostA, Map{.protocol = Protocol::all}).lifetime() == 1800);
    BOOST_TEST(ask(hostA, Map{}.with("3c 00 0000")).lifetime() == 1800);
}

BOOST_AUTO_TEST_CASE(a_taken_port_is_no_error, *label("S6887-021") * label("S6887-056")) {
    ask(hostB, Map{.suggests = 40000, .client = insideB});
    const auto reply = ask(hostA, Map{.suggests = 40000});
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.port() != 40000);
}

BOOST_AUTO_TEST_CASE(map_can_be_disabled, *label("S6887-035")) {
    gateway.setMapEnabled(false);
    BOOST_TEST(ask(hostA, Map{}).code() == ResultCode::unsuppOpcode);
}

BOOST_AUTO_TEST_CASE(no_preference_gets_the_address_of_the_hosts_static_mappings, *label("S6887-033")) {
    Config config = atWan();
    config.externalAddresses = {wan, otherWan};
    Scene pool{config};
    pool.gateway.addStatic(pool.now, Protocol::tcp, {insideA, 80}, {otherWan, 80});
    BOOST_TEST(pool.ask(hostA, Map{}).map().assignedAddress == otherWan);
}

BOOST_AUTO_TEST_CASE(a_suggested_address_is_honoured, *label("S6887-034")) {
    Config config = atWan();
    config.externalAddresses = {wan, otherWan};
    Scene pool{config};
    BOOST_TEST(pool.ask(hostA, Map{.suggestsAddress = otherWan}).map().assignedAddress == otherWan);
}

BOOST_AUTO_TEST_CASE(a_foreign_suggested_address_does_no_harm, *label("S6887-056")) {
    const auto reply = ask(hostA, Map{.suggests = 40000, .suggestsAddress = Address::v4(127, 0, 0, 1)});
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.map().assignedAddress == wan);
}

BOOST_AUTO_TEST_CASE(protocol_0_with_a_port_is_malformed, *label("S6887-038") * label("S6887-044")) {
    BOOST_TEST(ask(hostA, Map{.protocol = Protocol::all, .port = 80}).code() == ResultCode::malformedRequest);
}

BOOST_AUTO_TEST_CASE(checks_wildcards_before_options, *label("S6887-039")) {
    const auto reply = ask(hostA, Map{.protocol = Protocol::all, .port = 80, .lifetime = 0}.with("02 00 0000"));
    BOOST_TEST(reply.code() == ResultCode::malformedRequest);
}

BOOST_AUTO_TEST_CASE(refuses_a_protocol_it_cannot_map, *label("S6887-041")) {
    BOOST_TEST(ask(hostA, Map{.protocol = Protocol::sctp}).code() == ResultCode::unsuppProtocol);
}

BOOST_AUTO_TEST_CASE(refuses_wildcards_by_default, *label("S6887-042") * label("S6887-043")) {
    BOOST_TEST(ask(hostA, Map{.protocol = Protocol::tcp, .port = 0}).code() == ResultCode::unsuppProtocol);
    BOOST_TEST(ask(hostA, Map{.protocol = Protocol::all, .port = 0}).code() == ResultCode::unsuppProtocol);
}

BOOST_AUTO_TEST_CASE(grants_a_wildcard_only_as_a_whole, *label("S6887-042") * label("S6887-043")) {
    Config config = atWan();
    config.pcp.wildcards = true;
    Scene open{config};
    open.ask(hostB, Map{.client = insideB});
    BOOST_TEST(open.ask(hostA, Map{.port = 0}).code() == ResultCode::unsuppProtocol);
    BOOST_TEST(open.ask(hostA, Map{.protocol = Protocol::all, .port = 0}).code() == ResultCode::unsuppProtocol);
    BOOST_TEST(open.ask(hostA, Map{.protocol = Protocol::udp, .port = 0}).code() == ResultCode::success);
}

BOOST_AUTO_TEST_CASE(another_nonce_may_not_touch_the_mapping, *label("S6887-045")) {
    ask(hostA, Map{.lifetime = 600});
    pass(100s);
    const auto reply = ask(hostA, Map{.nonce = nonceB});
    BOOST_TEST(reply.code() == ResultCode::notAuthorized);
    BOOST_TEST(reply.lifetime() == 500);
}

BOOST_AUTO_TEST_CASE(prefer_failure_on_a_delete_is_malformed, *label("S6887-046")) {
    BOOST_TEST(ask(hostA, Map{.lifetime = 0}.with("02 00 0000")).code() == ResultCode::malformedOption);
}

BOOST_AUTO_TEST_CASE(prefer_failure_fails_against_the_hosts_own_other_port, *label("S6887-047")) {
    ask(hostA, Map{.suggests = 40000});
    const auto reply = ask(hostA, Map{.suggests = 40001}.with("02 00 0000"));
    BOOST_TEST(reply.code() == ResultCode::cannotProvideExternal);
}

BOOST_AUTO_TEST_CASE(prefer_failure_renews_the_same_port) {
    ask(hostA, Map{.suggests = 40000}.with("02 00 0000"));
    const auto reply = ask(hostA, Map{.suggests = 40000, .suggestsAddress = wan}.with("02 00 0000"));
    BOOST_TEST(reply.code() == ResultCode::success);
}

BOOST_AUTO_TEST_CASE(a_static_mapping_is_reported_as_it_is, *label("S6887-048") * label("S6887-049")) {
    gateway.addStatic(now, Protocol::tcp, {insideA, 8080}, {wan, 9090});
    const auto reply = ask(hostA, Map{.suggests = 7777, .nonce = nonceB});
    BOOST_TEST(reply.port() == 9090);
    BOOST_TEST(reply.lifetime() == 0xffffffffU);
    BOOST_TEST(reply.map().nonce == nonceB);
    BOOST_TEST(!onlyMapping()->nonce.has_value());
}

BOOST_AUTO_TEST_CASE(a_renewal_keeps_the_port_whatever_it_suggests, *label("S6887-050")) {
    const auto first = ask(hostA, Map{.suggests = 40000});
    BOOST_TEST(ask(hostA, Map{.suggests = 41000}).port() == first.port());
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_renewal_updates_the_lifetime, *label("S6887-051")) {
    ask(hostA, Map{.lifetime = 600});
    pass(300s);
    BOOST_TEST(ask(hostA, Map{.lifetime = 600}).lifetime() == 600);
    BOOST_TEST(onlyMapping()->remaining(now).count() == 600);
}

BOOST_AUTO_TEST_CASE(an_outbound_mapping_gets_an_inbound_twin, *label("S6887-052")) {
    const auto peer = ask(hostA, Peer{.port = 8080});
    const auto map = ask(hostA, Map{.suggests = 12345});
    BOOST_TEST(map.port() == peer.peer().assignedPort);
    ask(hostA, Map{.lifetime = 0});
    BOOST_TEST((onlyMapping()->kind == Kind::peer));
}

BOOST_AUTO_TEST_CASE(a_free_suggestion_is_granted, *label("S6887-053")) {
    BOOST_TEST(ask(hostA, Map{.suggests = 40000}).port() == 40000);
}

BOOST_AUTO_TEST_CASE(never_maps_the_ports_of_pcp, *label("S6887-054")) {
    for (const std::uint16_t port : {wire::announcementPort, wire::serverPort}) {
        const auto reply = ask(hostA, Map{.protocol = Protocol::udp, .port = port, .suggests = port});
        BOOST_TEST(reply.code() == ResultCode::success);
        BOOST_TEST(reply.port() != port);
    }
}

BOOST_AUTO_TEST_CASE(never_maps_a_port_of_its_own, *label("S6887-056")) {
    Config config = atWan();
    config.ports.reserved = {{Address::anyV4(), 80}};
    Scene busy{config};
    BOOST_TEST(busy.ask(hostA, Map{.suggests = 80}).port() != 80);
}

BOOST_AUTO_TEST_CASE(prefer_failure_fails_where_another_host_has_the_port, *label("S6887-055")) {
    ask(hostB, Map{.suggests = 40000, .client = insideB});
    const auto reply = ask(hostA, Map{.suggests = 40000}.with("02 00 0000"));
    BOOST_TEST(reply.code() == ResultCode::cannotProvideExternal);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(prefer_failure_fails_at_a_foreign_address) {
    const auto reply = ask(hostA, Map{.suggests = 40000, .suggestsAddress = otherWan}.with("02 00 0000"));
    BOOST_TEST(reply.code() == ResultCode::cannotProvideExternal);
}

BOOST_AUTO_TEST_CASE(maps_only_the_protocol_asked_for, *label("S6887-057")) {
    ask(hostA, Map{.suggests = 40000});
    BOOST_TEST(gateway.mappings().size() == 1);
    BOOST_TEST(!gateway.handleInbound(now, Protocol::udp, {wan, 40000}, remote).has_value());
}

BOOST_AUTO_TEST_CASE(prefer_failure_without_a_port_is_malformed, *label("S6887-074")) {
    BOOST_TEST(ask(hostA, Map{}.with("02 00 0000")).code() == ResultCode::malformedOption);
}

BOOST_AUTO_TEST_CASE(sctp_keeps_its_port_or_fails, *label("S6887-106")) {
    Config config = atWan();
    config.protocols.push_back(Protocol::sctp);
    Scene sctp{config};
    const Map request{.protocol = Protocol::sctp, .port = 3868};
    BOOST_TEST(sctp.ask(hostA, request).port() == 3868);
    const Map second{.protocol = Protocol::sctp, .port = 3868, .client = insideB};
    BOOST_TEST(sctp.ask(hostB, second).code() == ResultCode::cannotProvideExternal);
}

BOOST_AUTO_TEST_CASE(a_stateless_translator_answers_without_state) {
    Config config = atWan();
    config.stateless = true;
    Scene oneToOne{config};
    const auto reply = oneToOne.ask(hostA, Map{.suggests = 9});
    BOOST_TEST(reply.port() == 8080);
    BOOST_TEST(reply.map().assignedAddress == wan);
    BOOST_TEST(oneToOne.gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(an_ipv6_firewall_maps_a_port_to_itself) {
    Config config = atWan();
    config.ipv6Firewall = true;
    Scene firewall{config};
    const Address host{{0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x57}};
    const auto reply =
        firewall.ask({host, 50001}, Map{.suggests = 9, .client = host, .suggestsAddress = Address::anyV6()});
    BOOST_TEST(reply.map().assignedAddress == host);
    BOOST_TEST(reply.port() == 8080);
}

BOOST_AUTO_TEST_CASE(chooses_another_port_where_the_host_refuses_one) {
    gateway.setPortAvailable([](Protocol, const Endpoint& external) { return external.port != 40000; });
    const auto reply = ask(hostA, Map{.suggests = 40000});
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.port() != 40000);
}

BOOST_AUTO_TEST_CASE(gives_up_where_the_host_refuses_every_port) {
    unsigned asked = 0;
    gateway.setPortAvailable([&](Protocol, const Endpoint&) {
        ++asked;
        return false;
    });
    BOOST_TEST(ask(hostA, Map{.suggests = 40000}).code() == ResultCode::noResources);
    BOOST_TEST(asked < 100);
}

BOOST_AUTO_TEST_SUITE_END()
