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

BOOST_AUTO_TEST_SUITE(session_unreachable)

BOOST_AUTO_TEST_CASE(a_request_is_refused_at_once) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends();
    trace.unreachable();
    BOOST_TEST((trace.expects(EventKind::refused, id).error == Errc::unreachable));
}

BOOST_AUTO_TEST_CASE(a_request_goes_on_at_growing_intervals) {
    Trace trace;
    trace.request(mapping());
    trace.sends();
    trace.unreachable().within(2700ms, 3300ms).sends();
    trace.unreachable().within(7560ms, 10560ms).sends();
    trace.unreachable().within(16308ms, 26532ms).sends();
}

BOOST_AUTO_TEST_CASE(a_gateway_that_comes_back_grants) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends();
    trace.unreachable().expects(EventKind::refused);
    trace.within(2700ms, 3300ms).sends();
    trace.answers().expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(what_is_held_is_kept_and_tried_at_the_next_renewal) {
    Trace trace;
    const auto id = trace.hold();
    trace.within(1800s, 2250s).sends();
    trace.unreachable().expectsNothing().within(2700s, 2925s).sends();
    BOOST_TEST(trace.session.grant(id).has_value());
}

BOOST_AUTO_TEST_CASE(a_deletion_is_tried_as_often_as_one_that_is_not_answered) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id).sends();
    trace.unreachable().expectsNothing().within(450ms, 550ms).sends();
    trace.unreachable().expectsNothing().within(1260ms, 1760ms).sends();
    trace.unreachable();
    BOOST_TEST((trace.expects(EventKind::released, id).error == Errc::unreachable));
    trace.silentUntil(1h);
}

BOOST_AUTO_TEST_CASE(a_query_ends_at_once) {
    Trace trace;
    const auto id = trace.query();
    trace.sends();
    trace.unreachable().expects(EventKind::refused, id);
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(when_nothing_was_asked_it_means_nothing) {
    Trace trace;
    trace.hold();
    trace.unreachable().expectsNothing().silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(nat_pmp_is_given_up_at_once, *label("C6886-015")) {
    Trace trace{natPmpConfig()};
    const auto id = trace.request(mapping());
    trace.sends();
    trace.unreachable();
    BOOST_TEST((trace.expects(EventKind::refused, id).error == Errc::unreachable));
    trace.silentUntil(2700ms - 1ms);
}

BOOST_AUTO_TEST_CASE(nat_pmp_is_tried_again_at_growing_intervals) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends();
    trace.unreachable().within(2700ms, 3300ms).sends();
    trace.unreachable().within(7560ms, 10560ms).sends();
}

BOOST_AUTO_TEST_CASE(what_stands_in_line_for_nat_pmp_is_refused_too) {
    Trace trace{natPmpConfig()};
    trace.request(mapping(8080));
    trace.request(mapping(8081));
    trace.sends();
    trace.unreachable().sendsNothing().expects(EventKind::refused);
    trace.expects(EventKind::refused);
}

BOOST_AUTO_TEST_CASE(deletions_in_line_for_nat_pmp_are_each_sent_once) {
    Trace trace{natPmpConfig()};
    const auto first = trace.request(mapping(8080));
    const auto second = trace.request(mapping(8081));
    trace.sends();
    trace.answersByNatPmp().sends("00 00").receives("00 80 00 00  00 00 03 e8  cb 00 71 2d").sends();
    trace.answersByNatPmp().clear().release(first).release(second).sends();
    trace.unreachable().expectsNothing().advance(250ms).sends();
    trace.unreachable().expectsNothing().advance(500ms).sends();
    trace.unreachable().expects(EventKind::released, first);
    trace.sends();
    trace.unreachable();
    BOOST_TEST((trace.expects(EventKind::released, second).error == Errc::unreachable));
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_deletion_in_line_is_sent_all_the_same) {
    Config config = testConfig();
    config.window = 1;
    Trace trace{config};
    const auto first = trace.hold(mapping(8080));
    const auto second = trace.hold(mapping(8081));
    trace.release(first).release(second).sends();
    trace.unreachable().sends();
    trace.answers({.lifetime = 0}).expects(EventKind::released, second);
}

BOOST_AUTO_TEST_SUITE_END()
