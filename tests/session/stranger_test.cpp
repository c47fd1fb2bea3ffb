// SPDX-License-Identifier: MIT
// A server that may be none, asked by an ANNOUNCE before anything else (RFC 7723 §5.1).
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string_view>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

Config strangerConfig() {
    Config config = testConfig();
    config.probeFirst = true;
    config.maxTransmissions = 4;
    return config;
}

/// An ANNOUNCE of 192.168.1.57, without anything else.
constexpr std::string_view question = "02 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 ff ff  c0 a8 01 39";

bool isMap(const Octets& datagram) {
    return datagram.at(1) == 1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_stranger)

BOOST_AUTO_TEST_CASE(the_first_datagram_is_an_announce, *label("C7723-005")) {
    Trace trace{strangerConfig()};
    trace.request(mapping());
    trace.sends(question).sendsNothing();
}

BOOST_AUTO_TEST_CASE(once_it_has_answered_it_is_asked_for_everything_at_once, *label("C7723-005")) {
    Trace trace{strangerConfig()};
    const auto first = trace.request(mapping(8080));
    const auto second = trace.request(mapping(8081));
    trace.sends(question).sendsNothing();
    trace.advance(20ms).receives(announcement(1000));
    BOOST_TEST(isMap(trace.sends()));
    trace.answers().expects(EventKind::granted);
    BOOST_TEST(isMap(trace.sends()));
    trace.answers({.port = 40124}).expects(EventKind::granted);
    BOOST_TEST(trace.session.grant(first).has_value());
    BOOST_TEST(trace.session.grant(second).has_value());
    const auto third = trace.request(mapping(8082));
    BOOST_TEST(isMap(trace.sends()));
    trace.answers({.port = 40125}).expects(EventKind::granted, third);
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_question_is_an_answer) {
    Trace trace{strangerConfig()};
    trace.request(mapping());
    trace.sends(question);
    trace.receives("02 80 00 04  00 00 00 3c  00 00 03 e8  00 00 00 00  00 00 00 00  00 00 00 00");
    BOOST_TEST(isMap(trace.sends()));
}

BOOST_AUTO_TEST_CASE(while_it_is_silent_nothing_else_is_sent, *label("C7723-005")) {
    Trace trace{strangerConfig()};
    const auto id = trace.request(mapping());
    for (int transmission = 0; transmission < 4; ++transmission) {
        trace.within(0ms, 62s).sends(question);
    }
    trace.at(120s);
    BOOST_TEST((trace.expects(EventKind::refused, id).error == Errc::noAnswer));
    trace.silentUntil(15min);
}

BOOST_AUTO_TEST_CASE(what_is_not_wanted_any_more_is_not_deleted_at_a_server_that_heard_nothing_of_it) {
    Trace trace{strangerConfig()};
    const auto id = trace.request(mapping());
    trace.sends(question);
    trace.release(id).expects(EventKind::released, id);
    trace.silentUntil(1h);
}

BOOST_AUTO_TEST_CASE(a_server_out_of_reach_is_told_at_once) {
    Trace trace{strangerConfig()};
    const auto id = trace.request(mapping());
    trace.sends(question);
    trace.unreachable();
    BOOST_TEST((trace.expects(EventKind::refused, id).error == Errc::unreachable));
}

BOOST_AUTO_TEST_CASE(a_probe_of_it_is_the_question) {
    Trace trace{strangerConfig()};
    const auto id = trace.probe();
    trace.sends(question);
    trace.receives(announcement(1000)).expects(EventKind::probed, id);
}

BOOST_AUTO_TEST_SUITE_END()
