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

BOOST_FIXTURE_TEST_SUITE(simulator_pcp_peer, Scene)

BOOST_AUTO_TEST_CASE(creates_an_outbound_mapping) {
    const auto response = ask(hostA, Peer{.suggests = 40000}).peer();
    BOOST_TEST(response.resultCode == ResultCode::success);
    BOOST_TEST(response.assignedPort == 40000);
    BOOST_TEST(response.assignedAddress == wan);
    BOOST_TEST(response.internalPort == 49152);
    BOOST_TEST(response.nonce == nonceA);
    BOOST_TEST(response.remotePort == remote.port);
    BOOST_TEST(response.remoteAddress == remote.address);
    BOOST_TEST((onlyMapping()->kind == Kind::peer));
}

BOOST_AUTO_TEST_CASE(can_be_disabled, *label("S6887-059")) {
    gateway.setPeerEnabled(false);
    BOOST_TEST(ask(hostA, Peer{}).code() == ResultCode::unsuppOpcode);
}

BOOST_AUTO_TEST_CASE(a_suggestion_is_honoured_or_refused, *label("S6887-060")) {
    ask(hostA, Map{.suggests = 40000});
    const auto reply = ask(hostB, Peer{.suggests = 40000, .client = insideB});
    BOOST_TEST(reply.code() == ResultCode::cannotProvideExternal);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_foreign_suggested_address_is_refused, *label("S6887-060")) {
    const auto reply = ask(hostA, Peer{.suggestsAddress = otherWan});
    BOOST_TEST(reply.code() == ResultCode::cannotProvideExternal);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(prefer_failure_is_a_malformed_request, *label("S6887-061")) {
    BOOST_TEST(ask(hostA, Peer{.suggests = 40000}.with("02 00 0000")).code() == ResultCode::malformedRequest);
}

BOOST_AUTO_TEST_CASE(ignores_reserved_fields, *label("S6887-062")) {
    const auto reply = ask(hostA, Peer{}.at(37, "ff ff ff").at(62, "ff ff"));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.hex(37, 40) == "00 00 00");
    BOOST_TEST(reply.hex(62, 64) == "00 00");
}

BOOST_AUTO_TEST_CASE(refuses_zero_protocol_and_ports, *label("S6887-063")) {
    BOOST_TEST(ask(hostA, Peer{.protocol = Protocol::all}).code() == ResultCode::malformedRequest);
    BOOST_TEST(ask(hostA, Peer{.port = 0}).code() == ResultCode::malformedRequest);
    BOOST_TEST(ask(hostA, Peer{.to = {remote.address, 0}}).code() == ResultCode::malformedRequest);
}

BOOST_AUTO_TEST_CASE(checks_the_remote_before_the_nonce, *label("S6887-064")) {
    ask(hostA, Peer{});
    const Peer request{.nonce = nonceB, .to = {Address::v4(127, 0, 0, 1), 5222}};
    BOOST_TEST(ask(hostA, request).code() == ResultCode::malformedRequest);
}

BOOST_AUTO_TEST_CASE(refuses_a_remote_nothing_can_be_sent_to, *label("S6887-065")) {
    for (const Address& address : {Address::v4(127, 0, 0, 1), Address::v4(224, 0, 0, 1), Address::anyV4()}) {
        BOOST_TEST(ask(hostA, Peer{.to = {address, 5222}}).code() == ResultCode::malformedRequest);
    }
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(another_nonce_may_not_touch_the_mapping, *label("S6887-066")) {
    ask(hostA, Peer{.lifetime = 600});
    pass(100s);
    const auto reply = ask(hostA, Peer{.nonce = nonceB});
    BOOST_TEST(reply.code() == ResultCode::notAuthorized);
    BOOST_TEST(reply.lifetime() == 500);
}

BOOST_AUTO_TEST_CASE(grants_more_than_implicit_mappings_have, *label("S6887-067")) {
    BOOST_TEST(ask(hostA, Peer{.protocol = Protocol::udp, .lifetime = 3600}).lifetime() == 3600);
}

BOOST_AUTO_TEST_CASE(takes_over_an_implicit_mapping) {
    const auto external = gateway.handleOutbound(now, Protocol::tcp, {insideA, 49152}, remote);
    const auto reply = ask(hostA, Peer{.suggests = 12345, .lifetime = 10000});
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.peer().assignedPort == external->port);
    BOOST_TEST(reply.lifetime() == 10000);
    BOOST_TEST((onlyMapping()->kind == Kind::peer));
}

BOOST_AUTO_TEST_CASE(a_short_lifetime_only_asks) {
    ask(hostA, Peer{.lifetime = 600});
    pass(100s);
    BOOST_TEST(ask(hostA, Peer{.lifetime = 1}).lifetime() == 500);
    BOOST_TEST(ask(hostA, Peer{.lifetime = 0}).lifetime() == 500);
}

BOOST_AUTO_TEST_CASE(becomes_implicit_when_it_is_not_renewed) {
    ask(hostA, Peer{.protocol = Protocol::udp, .lifetime = 600});
    pass(590s);
    gateway.handleOutbound(now, Protocol::udp, {insideA, 49152}, remote);
    pass(20s);
    BOOST_TEST((onlyMapping()->kind == Kind::implicit));
    pass(100s);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(shares_the_external_port_of_a_listener) {
    const auto map = ask(hostA, Map{.port = 49152});
    BOOST_TEST(ask(hostA, Peer{}).peer().assignedPort == map.port());
}

BOOST_AUTO_TEST_CASE(two_peers_of_one_port_share_it) {
    const auto first = ask(hostA, Peer{});
    const auto second = ask(hostA, Peer{.to = {remote.address, 443}});
    BOOST_TEST(first.peer().assignedPort == second.peer().assignedPort);
    BOOST_TEST(gateway.mappings().size() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
