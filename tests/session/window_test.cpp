// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

Config windowOf(std::uint32_t window) {
    Config config = testConfig();
    config.window = window;
    return config;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_window)

BOOST_AUTO_TEST_CASE(no_more_requests_await_an_answer_than_the_window_has_places) {
    Trace trace{windowOf(2)};
    for (std::uint16_t port = 1; port <= 5; ++port) {
        trace.request(mapping(port));
    }
    BOOST_TEST(trace.sent.size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_answer_makes_a_place_for_the_next) {
    Trace trace{windowOf(1)};
    trace.request(mapping(1));
    trace.request(mapping(2));
    trace.sends();
    trace.answers();
    BOOST_TEST(wire::decodeMapRequest(trace.sends()).assume_value().internalPort == 2);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_never_answered_gives_up_its_place) {
    Trace trace{windowOf(1)};
    trace.request(mapping(1));
    trace.at(20s).clear();
    trace.request(mapping(2));
    trace.sends();
}

BOOST_AUTO_TEST_CASE(a_request_that_is_given_up_keeps_its_place_while_an_answer_may_come) {
    Trace trace{windowOf(1)};
    const auto first = trace.request(mapping(1));
    trace.sends();
    trace.request(mapping(2));
    trace.release(first).silentUntil(3299ms);
    trace.at(3300ms);
    BOOST_TEST(wire::decodeMapRequest(trace.sends()).assume_value().internalPort == 2);
}

BOOST_AUTO_TEST_CASE(requests_leave_in_the_order_in_which_they_came) {
    Trace trace{windowOf(1)};
    for (std::uint16_t port = 1; port <= 5; ++port) {
        trace.request(mapping(port));
    }
    for (std::uint16_t port = 1; port <= 5; ++port) {
        BOOST_TEST(wire::decodeMapRequest(trace.sends()).assume_value().internalPort == port);
        trace.answers();
    }
}

BOOST_AUTO_TEST_CASE(a_request_released_in_line_is_never_sent) {
    Trace trace{windowOf(1)};
    trace.request(mapping(1));
    const auto second = trace.request(mapping(2));
    trace.sends();
    trace.release(second).answers().sendsNothing();
    trace.expects(EventKind::released, second);
}

BOOST_AUTO_TEST_CASE(a_window_of_none_is_one) {
    Trace trace{windowOf(0)};
    trace.request(mapping(1));
    trace.request(mapping(2));
    trace.sends();
    trace.sendsNothing();
}

BOOST_AUTO_TEST_SUITE_END()
