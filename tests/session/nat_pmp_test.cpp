// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "nat_pmp_holding.hpp"

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

BOOST_AUTO_TEST_SUITE(session_nat_pmp)

BOOST_AUTO_TEST_CASE(a_request_is_sent_at_once, *label("C6886-024") * label("C6886-025")) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends(create).sendsNothing();
}

BOOST_AUTO_TEST_CASE(udp_has_the_opcode_1) {
    Trace trace{natPmpConfig()};
    trace.request(mapping(8080, wire::Protocol::udp));
    trace.sends("00 01 00 00  1f 90 00 00  00 00 1c 20");
}

BOOST_AUTO_TEST_CASE(a_grant_is_told_once_its_address_is_known, *label("C6886-019")) {
    Trace trace{natPmpConfig()};
    const auto id = trace.request(mapping());
    trace.sends(create).receives(success).expectsNothing().sends(addressRequest).receives(address);
    const Event event = trace.expects(EventKind::granted, id);
    BOOST_TEST((event.grant.external == Endpoint{wire::Address::v4(203, 0, 113, 45), 40123}));
    BOOST_TEST((event.grant.lifetime == 7200s));
    BOOST_TEST((event.grant.via == Via::natPmp));
}

BOOST_AUTO_TEST_CASE(a_known_address_is_not_asked_for_again_within_a_minute) {
    Holding held;
    held.trace.advance(59s).request(mapping(8081));
    held.trace.sends();
    held.trace.answersByNatPmp().sendsNothing().expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(an_address_is_asked_for_again_after_a_minute) {
    Holding held;
    held.trace.advance(60s).request(mapping(8081));
    held.trace.sends();
    held.trace.answersByNatPmp().sends(addressRequest);
}

BOOST_AUTO_TEST_CASE(a_grant_is_told_without_an_address_if_the_gateway_knows_none, *label("C6886-020")) {
    Trace trace{natPmpConfig()};
    const auto id = trace.request(mapping());
    trace.sends(create).receives(success).sends(addressRequest);
    trace.receives("00 80 00 03  00 00 03 e8  cb 00 71 2d");
    BOOST_TEST((trace.expects(EventKind::granted, id).grant.external.address == wire::Address::anyV4()));
}

BOOST_AUTO_TEST_CASE(a_grant_is_told_without_an_address_if_that_is_never_answered) {
    Trace trace{natPmpConfig()};
    const auto id = trace.request(mapping());
    trace.sends(create).receives(success).at(4s);
    trace.expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(an_unanswered_request_is_sent_nine_times,
                     *label("C6886-012") * label("C6886-013") * label("C6886-014") * label("C6886-026")) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    for (const Duration offset : {0ms, 250ms, 750ms, 1750ms, 3750ms, 7750ms, 15750ms, 31750ms, 63750ms}) {
        trace.within(offset, offset).sends(create);
    }
    trace.silentUntil(127750ms - 1ms).expectsNothing().at(127750ms);
    BOOST_TEST((trace.expects(EventKind::refused).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_CASE(a_silent_gateway_is_asked_again_after_two_minutes, *label("C6886-043")) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.at(127750ms).clear().silentUntil(255s).within(255s, 256s).sends(create);
}

BOOST_AUTO_TEST_CASE(a_silent_gateway_is_asked_again_when_it_announces_itself, *label("C6886-016")) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.at(130s).clear().receives(address).within(130s, 135s).sends(create);
}

BOOST_AUTO_TEST_CASE(the_limits_of_the_configuration_apply_to_nat_pmp_too) {
    Config config = natPmpConfig();
    config.maxDuration = 10s;
    Trace trace{config};
    trace.request(mapping());
    trace.at(10s - 1ms).expectsNothing().at(10s);
    BOOST_TEST((trace.expects(EventKind::refused).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_CASE(what_stands_in_line_behind_a_silent_gateway_is_refused_with_it) {
    Trace trace{natPmpConfig()};
    trace.request(mapping(8080));
    trace.request(mapping(8081));
    trace.at(127750ms).expects(EventKind::refused);
    trace.expects(EventKind::refused);
}

BOOST_AUTO_TEST_CASE(only_one_request_is_under_way, *label("C6886-009") * label("C6886-010")) {
    Trace trace{natPmpConfig()};
    for (std::uint16_t port = 8080; port < 8085; ++port) {
        trace.request(mapping(port));
    }
    trace.sends(create).sendsNothing();
    trace.answersByNatPmp().sends(addressRequest).sendsNothing().receives(address);
    for (std::uint16_t port = 8081; port < 8085; ++port) {
        trace.sends();
        trace.sendsNothing().answersByNatPmp();
    }
    BOOST_TEST(trace.events.size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_slow_gateway_sets_the_pace, *label("C6886-011")) {
    Trace trace{natPmpConfig()};
    trace.request(mapping(8080));
    trace.request(mapping(8081));
    trace.advance(200ms).clear().receives(success).sends(addressRequest);
    trace.advance(200ms).sendsNothing().receives(address).sends("00 02 00 00  1f 91 00 00  00 00 1c 20");
}

// Opcode, result and internal port of answers to a TCP request for port 8080 that are none.
BOOST_TEST_DECORATOR(*label("C6886-027"))

BOOST_DATA_TEST_CASE(an_answer_about_something_else_is_ignored,
                     boost::unit_test::data::make({
                         "00 81 00 00  00 00 03 eb  1f 90 9c bb  00 00 1c 20", // UDP
                         "00 82 00 00  00 00 03 eb  1f 91 9c bb  00 00 1c 20", // port 8081
                         "00 02 00 00  00 00 03 eb  1f 90 9c bb  00 00 1c 20", // a request
                         "00 82 00 00  00 00 03 eb  1f 90 9c bb",              // cut short
                         "00 82 00 00  00 00 03 eb  1f 90 00 00  00 00 00 00", // of a deletion
                     }),
                     reply) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends(create).receives(reply).expectsNothing().at(250ms).sends(create);
}

BOOST_AUTO_TEST_CASE(an_answer_from_elsewhere_is_ignored, *label("C6886-028")) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends(create).receivesFrom({wire::Address::v4(192, 168, 1, 2), 5351}, octets(success));
    trace.at(250ms).sends(create);
}

BOOST_AUTO_TEST_CASE(an_address_from_elsewhere_is_ignored, *label("C6886-021") * label("C6886-022")) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends(create).receives(success).sends(addressRequest);
    trace.receivesFrom({wire::Address::v4(192, 168, 1, 2), 5351}, octets(address)).expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_renewal_leaves_at_half_the_lifetime_and_suggests_the_port,
                     *label("C6886-029") * label("C6886-030")) {
    Holding held;
    held.trace.silentUntil(3600s - 1ms).at(3600s).sends(renewal);
    held.trace.answersByNatPmp().expects(EventKind::renewed, held.id);
}

BOOST_AUTO_TEST_CASE(a_renewal_may_bring_another_port) {
    Holding held;
    held.trace.at(3600s).sends(renewal);
    held.trace.answersByNatPmp({.port = 5}).expects(EventKind::moved, held.id);
}

BOOST_AUTO_TEST_CASE(an_unanswered_renewal_is_tried_in_the_next_window) {
    Holding held;
    held.trace.at(3600s + 128s).clear().within(5400s, 5850s).sends(renewal);
}

BOOST_AUTO_TEST_CASE(unanswered_renewals_end_in_a_loss) {
    Holding held;
    held.trace.at(7200s).expects(EventKind::lost, held.id);
}

BOOST_AUTO_TEST_CASE(a_deletion_has_neither_port_nor_lifetime, *label("C6886-031")) {
    Holding held;
    held.trace.release(held.id).sends(deletion).receives(deleted);
    BOOST_TEST(!held.trace.expects(EventKind::released, held.id).error);
    BOOST_TEST(held.trace.session.size() == 0U);
    held.trace.silentUntil(24h);
}

BOOST_AUTO_TEST_CASE(an_unanswered_deletion_is_tried_three_times, *label("C6886-017")) {
    Holding held;
    held.trace.release(held.id).at(1750ms);
    BOOST_TEST(held.trace.sent.size() == 3U);
    BOOST_TEST((held.trace.expects(EventKind::released).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_CASE(a_gateway_silent_to_one_deletion_is_told_of_the_next_once, *label("C6886-017")) {
    Holding held;
    const auto second = held.trace.request(mapping(8081));
    held.trace.sends();
    held.trace.answersByNatPmp();
    held.trace.clear().release(held.id).release(second).at(2s);
    BOOST_TEST(held.trace.sent.size() == 4U);
    BOOST_TEST(held.trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_deletion_stops_when_the_mapping_would_have_expired, *label("C6886-018")) {
    Trace trace{natPmpConfig()};
    const auto id = trace.request(mapping());
    trace.sends(create).answersByNatPmp({.lifetime = 5}).sends(addressRequest).receives(address);
    trace.at(3900ms).release(id).at(1h);
    BOOST_TEST((trace.sent.back().at < TimePoint{} + 5s));
}

BOOST_AUTO_TEST_CASE(a_refused_deletion_is_over, *label("C6886-032")) {
    Holding held;
    held.trace.release(held.id).sends(deletion).receives("00 82 00 02  00 00 03 f2  1f 90 00 00  00 00 00 63");
    BOOST_TEST((held.trace.expects(EventKind::released).error == wire::NatPmpResult::notAuthorized));
    held.trace.silentUntil(24h);
}

// Result and the seconds for which it is believed.
BOOST_TEST_DECORATOR(*label("C6886-034") * label("C6886-035") * label("C6886-036"))

BOOST_DATA_TEST_CASE(a_refusal_has_the_codes_of_nat_pmp,
                     boost::unit_test::data::make(std::vector<std::tuple<int, int>>{
                         {2, 1800}, {3, 30}, {4, 30}, {5, 1800}, {6, 1800}, {65535, 1800}}),
                     code, seconds) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends(create).answersByNatPmp({.code = static_cast<wire::NatPmpResult>(code)});
    const Event event = trace.expects(EventKind::refused);
    BOOST_TEST((event.error == static_cast<wire::NatPmpResult>(code)));
    BOOST_TEST((event.retryAfter == std::chrono::seconds{seconds}));
    const Duration hold = std::chrono::seconds{seconds};
    trace.silentUntil(hold - 1ms).at(hold).sends(create);
}

BOOST_AUTO_TEST_CASE(a_refusal_is_fatal_for_one_request_only, *label("C6886-034") * label("C6886-035")) {
    Holding held;
    held.trace.request(mapping(8081));
    held.trace.sends();
    held.trace.answersByNatPmp({.code = wire::NatPmpResult{6}}).expects(EventKind::refused);
    BOOST_TEST(held.trace.session.grant(held.id).has_value());
}

// "Unsupported opcode" in the shapes it comes in: the request returned, or the header alone.
BOOST_TEST_DECORATOR(*label("C6886-036"))

BOOST_DATA_TEST_CASE(a_refusal_without_a_body_is_understood,
                     boost::unit_test::data::make({
                         "00 82 00 05  1f 90 00 00  00 00 1c 20",
                         "00 82 00 05  00 00 03 e8",
                     }),
                     reply) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends(create).receives(reply);
    BOOST_TEST((trace.expects(EventKind::refused).error == wire::NatPmpResult::unsupportedOpcode));
}

BOOST_AUTO_TEST_CASE(a_second_version_rejection_does_not_disturb_what_nat_pmp_asks) {
    Trace trace;
    trace.request(mapping(8080));
    trace.request(mapping(8081));
    trace.sends();
    trace.sends();
    trace.receives(natPmpOnly).sends(create);
    trace.receives(natPmpOnly).sendsNothing();
}

BOOST_AUTO_TEST_CASE(a_mapping_released_before_its_turn_is_never_asked_for) {
    Trace trace{natPmpConfig()};
    trace.request(mapping(8080));
    const auto second = trace.request(mapping(8081));
    trace.sends(create);
    trace.release(second).expects(EventKind::released, second);
    trace.receives(success).sends(addressRequest).receives(address).sendsNothing();
}

BOOST_AUTO_TEST_CASE(a_mapping_released_while_it_is_asked_for_is_deleted_after_the_answer) {
    Trace trace{natPmpConfig()};
    const auto id = trace.request(mapping());
    trace.sends(create).release(id).sendsNothing().receives(success).sends(deletion);
    trace.receives(deleted).expects(EventKind::released, id);
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_mapping_released_while_it_is_asked_for_is_deleted_after_a_while_without_an_answer) {
    Trace trace{natPmpConfig()};
    const auto id = trace.request(mapping());
    trace.at(100s).clear().release(id).sends(deletion);
}

BOOST_AUTO_TEST_CASE(a_mapping_detached_while_it_is_asked_for_lets_the_next_have_its_turn) {
    Trace trace{natPmpConfig()};
    const auto first = trace.request(mapping(8080));
    trace.request(mapping(8081));
    trace.at(100s).clear().detach(first).sends("00 02 00 00  1f 91 00 00  00 00 1c 20");
}

BOOST_AUTO_TEST_CASE(a_mapping_wanted_again_while_it_is_deleted_is_asked_for_after_the_answer) {
    Holding held;
    held.trace.release(held.id).sends(deletion);
    const auto again = held.trace.request(mapping());
    held.trace.expects(EventKind::released, held.id);
    held.trace.sendsNothing().receives(deleted).sends(create).receives(success);
    held.trace.expects(EventKind::granted, again);
}

BOOST_AUTO_TEST_CASE(a_mapping_that_was_asked_for_by_both_protocols_is_deleted_by_both) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends();
    trace.receives(natPmpOnly).sends(create).at(300s);
    trace.clear().release(id);
    BOOST_TEST(trace.sends().front() == 2);
    trace.receives(natPmpOnly).sends(deletion).receives(deleted).expects(EventKind::released, id);
}

BOOST_AUTO_TEST_CASE(an_address_that_nobody_waits_for_any_more_is_not_asked_again) {
    Trace trace{natPmpConfig()};
    const auto id = trace.request(mapping());
    trace.sends(create).receives(success).sends(addressRequest).detach(id).silentUntil(1h);
    BOOST_TEST(!trace.session.nextTimeout().has_value());
}

BOOST_AUTO_TEST_CASE(a_grant_of_port_0_is_a_refusal) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends(create).answersByNatPmp({.port = 0});
    BOOST_TEST((trace.expects(EventKind::refused).error == wire::NatPmpResult::outOfResources));
    trace.sendsNothing();
}

BOOST_AUTO_TEST_SUITE_END()
