// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

wire::MapRequest read(const Octets& datagram) {
    return wire::decodeMapRequest(datagram).assume_value();
}

/// A client and a server that have nothing but IPv6.
Config v6Config() {
    Config config = testConfig();
    config.server.address = {{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    config.clientAddress = {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x57}};
    return config;
}

constexpr auto address = "00 80 00 00  00 00 03 e8  cb 00 71 2d";

} // namespace

BOOST_AUTO_TEST_SUITE(session_query)

BOOST_AUTO_TEST_CASE(pcp_is_asked_by_a_short_mapping_of_the_discard_port, *label("C6887-091")) {
    Trace trace;
    trace.query();
    const auto request = read(trace.sends());
    BOOST_TEST((request.protocol == wire::Protocol::udp));
    BOOST_TEST(request.internalPort == 9);
    BOOST_TEST(request.lifetimeSeconds == 120U);
}

BOOST_AUTO_TEST_CASE(the_answer_is_the_address) {
    Trace trace;
    const auto id = trace.query();
    trace.sends();
    trace.answers();
    BOOST_TEST((trace.expects(EventKind::address, id).grant.external.address == wire::Address::v4(203, 0, 113, 45)));
}

BOOST_AUTO_TEST_CASE(the_short_mapping_is_deleted_again, *label("C6887-091")) {
    Trace trace;
    trace.query();
    trace.sends();
    trace.answers().expects(EventKind::address);
    BOOST_TEST(read(trace.sends()).lifetimeSeconds == 0U);
    trace.answers({.lifetime = 0}).expectsNothing();
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(nobody_waits_for_a_gateway_that_does_not_confirm_the_deletion) {
    Trace trace;
    trace.query();
    trace.sends();
    trace.answers().expects(EventKind::address);
    BOOST_TEST(read(trace.sends()).lifetimeSeconds == 0U);
    trace.silentUntil(4s);
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_refusal_ends_the_query) {
    Trace trace;
    const auto id = trace.query();
    trace.sends();
    trace.answers({.code = wire::ResultCode::notAuthorized, .lifetime = 60}).expects(EventKind::refused, id);
    BOOST_TEST(trace.session.size() == 0U);
    trace.silentUntil(24h);
}

BOOST_AUTO_TEST_CASE(a_query_while_there_are_no_resources_is_refused_at_once) {
    Trace trace;
    trace.request(mapping());
    trace.sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 60}).expects(EventKind::refused);
    const auto id = trace.query();
    trace.expects(EventKind::refused, id);
    BOOST_TEST(trace.session.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_released_query_ends_without_an_event) {
    Trace trace;
    const auto id = trace.query();
    trace.sends();
    trace.release(id).sends();
    trace.answers({.lifetime = 0}).expectsNothing();
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_query_avoids_a_mapping_of_the_discard_port) {
    Trace trace;
    trace.request(mapping(9, wire::Protocol::udp));
    trace.query();
    trace.sends();
    BOOST_TEST((read(trace.sends()).protocol == wire::Protocol::tcp));
}

BOOST_AUTO_TEST_CASE(a_query_may_follow_another_whose_mapping_is_being_deleted) {
    Trace trace;
    trace.query();
    trace.sends();
    trace.answers().expects(EventKind::address);
    trace.sends();
    const auto second = trace.query();
    trace.sends();
    trace.answers().expects(EventKind::address, second);
}

BOOST_AUTO_TEST_CASE(nat_pmp_has_a_question_of_its_own, *label("C6886-019")) {
    Trace trace{natPmpConfig()};
    const auto id = trace.query();
    trace.sends("00 00").receives(address);
    BOOST_TEST((trace.expects(EventKind::address, id).grant.external.address == wire::Address::v4(203, 0, 113, 45)));
    BOOST_TEST(trace.session.size() == 0U);
    trace.sendsNothing();
}

BOOST_AUTO_TEST_CASE(a_nat_pmp_gateway_is_asked_by_its_own_question) {
    Trace trace;
    const auto id = trace.query();
    trace.sends();
    trace.receives(natPmpOnly).sends("00 00").receives(address).expects(EventKind::address, id);
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(an_address_that_nat_pmp_does_not_know_is_none, *label("C6886-020")) {
    Trace trace{natPmpConfig()};
    const auto id = trace.query();
    trace.sends("00 00").receives("00 80 00 03  00 00 03 e8  cb 00 71 2d");
    BOOST_TEST((trace.expects(EventKind::refused, id).error == wire::NatPmpResult::networkFailure));
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(an_unanswered_nat_pmp_question_ends_in_a_refusal) {
    Trace trace{natPmpConfig()};
    const auto id = trace.query();
    trace.at(127750ms);
    BOOST_TEST(trace.sent.size() == 9U);
    BOOST_TEST((trace.expects(EventKind::refused, id).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_CASE(a_query_released_while_nat_pmp_asks_leaves_no_event) {
    Trace trace{natPmpConfig()};
    const auto id = trace.query();
    trace.sends("00 00").release(id).receives(address).expectsNothing();
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_query_released_while_nat_pmp_asks_is_not_asked_again) {
    Trace trace{natPmpConfig()};
    const auto id = trace.query();
    trace.sends("00 00").release(id).silentUntil(1h);
    BOOST_TEST(!trace.session.nextTimeout().has_value());
}

BOOST_AUTO_TEST_CASE(over_ipv6_the_question_is_for_an_ipv6_address) {
    const Config config = v6Config();
    Trace trace{config};
    const auto id = trace.query();
    BOOST_TEST((read(trace.sends()).suggestedAddress == wire::Address::anyV6()));
    trace.answers({.address = config.clientAddress});
    BOOST_TEST((trace.expects(EventKind::address, id).grant.external.address == config.clientAddress));
    BOOST_TEST((read(trace.sends()).suggestedAddress == wire::Address::anyV6()));
}

BOOST_AUTO_TEST_CASE(nat_pmp_has_no_question_over_ipv6) {
    Config config = v6Config();
    config.speak = Speak::natPmp;
    Session session{config};
    const auto id = session.handleAddressQuery(TimePoint{}, mapping().nonce);
    BOOST_TEST((!id && id.error().code == Errc::notAvailable));
}

BOOST_AUTO_TEST_CASE(a_gateway_without_an_external_address_refuses) {
    Trace trace;
    const auto id = trace.query();
    trace.sends();
    trace.answers({.address = wire::Address::anyV4()});
    BOOST_TEST((trace.expects(EventKind::refused, id).error == wire::ResultCode::networkFailure));
    BOOST_TEST(read(trace.sends()).lifetimeSeconds == 0U);
}

BOOST_AUTO_TEST_CASE(a_nat_pmp_gateway_without_an_external_address_refuses, *label("C6886-020")) {
    Trace trace{natPmpConfig()};
    const auto id = trace.query();
    trace.sends("00 00").receives("00 80 00 00  00 00 03 e8  00 00 00 00");
    BOOST_TEST((trace.expects(EventKind::refused, id).error == wire::NatPmpResult::networkFailure));
}

BOOST_AUTO_TEST_SUITE_END()
