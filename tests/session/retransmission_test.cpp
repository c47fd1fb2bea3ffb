// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

BOOST_AUTO_TEST_SUITE(session_retransmission)

BOOST_AUTO_TEST_CASE(an_unanswered_request_is_repeated_at_growing_intervals, *label("C6887-024")) {
    Trace trace;
    trace.request(mapping());
    trace.sends();
    trace.within(2700ms, 3300ms).sends();
    trace.within(7560ms, 10560ms).sends();
    trace.within(16308ms, 26532ms).sends();
}

BOOST_AUTO_TEST_CASE(a_repetition_is_the_same_datagram, *label("C6887-025")) {
    Trace trace;
    trace.request(mapping());
    const Octets first = trace.sends();
    for (int i = 0; i < 4; ++i) {
        trace.within(0s, 100s);
        BOOST_TEST((trace.sends() == first));
    }
}

BOOST_AUTO_TEST_CASE(without_limits_it_goes_on_for_ever, *label("C6887-029") * label("C6887-030")) {
    Trace trace;
    trace.request(mapping());
    trace.at(50h);
    BOOST_TEST(trace.sent.size() > 150U);
    BOOST_TEST((trace.sent.back().at >= TimePoint{} + 49h));
    trace.expectsNothing();
}

BOOST_AUTO_TEST_CASE(the_gaps_settle_at_1024_s_give_or_take_a_tenth, *label("C6887-028")) {
    Trace trace;
    trace.request(mapping());
    trace.at(24h);
    for (std::size_t i = 14; i < trace.sent.size(); ++i) {
        const Duration gap = trace.sent[i].at - trace.sent[i - 1].at;
        BOOST_TEST((gap >= 921600ms && gap <= 1126400ms));
    }
}

BOOST_AUTO_TEST_CASE(the_limit_of_transmissions_ends_it_after_the_last_wait, *label("C6887-031")) {
    Config config = testConfig();
    config.maxTransmissions = 4;
    Trace trace{config};
    const auto id = trace.request(mapping());
    trace.at(32s);
    BOOST_TEST(trace.sent.size() == 4U);
    trace.expectsNothing().at(62s);
    BOOST_TEST(trace.sent.size() == 4U);
    const Event event = trace.expects(EventKind::refused, id);
    BOOST_TEST((event.error == Errc::noAnswer));
    BOOST_TEST((event.retryAfter == 15min));
}

BOOST_AUTO_TEST_CASE(the_limit_of_time_ends_it_to_the_second, *label("C6887-031")) {
    Config config = testConfig();
    config.maxDuration = 60s;
    Trace trace{config};
    const auto id = trace.request(mapping());
    trace.at(59999ms).expectsNothing();
    trace.at(60s);
    BOOST_TEST((trace.expects(EventKind::refused, id).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_CASE(after_the_limits_it_is_tried_anew_a_quarter_of_an_hour_later) {
    Config config = testConfig();
    config.maxDuration = 10s;
    Trace trace{config};
    trace.request(mapping());
    trace.at(10s).clear().silentUntil(10s + 15min - 1ms).at(10s + 15min).sends();
}

BOOST_AUTO_TEST_CASE(a_success_ends_the_repetitions, *label("C6887-034")) {
    Trace trace;
    trace.request(mapping());
    trace.sends();
    trace.within(0s, 4s).sends();
    trace.answers().silentUntil(1800s);
}

BOOST_AUTO_TEST_CASE(a_release_ends_the_repetitions, *label("C6887-024")) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends();
    BOOST_TEST(wire::decodeMapRequest(trace.release(id).sends()).assume_value().lifetimeSeconds == 0U);
    trace.answers({.lifetime = 0}).expects(EventKind::released, id);
    trace.silentUntil(1h);
}

BOOST_AUTO_TEST_CASE(the_answer_to_the_first_transmission_may_come_after_the_second) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends();
    const Octets late = answerTo(trace.taken, Answer{});
    trace.within(0s, 4s).sends();
    trace.receives(late).expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(other_seeds_repeat_at_other_times, *label("C6887-033")) {
    Trace one{testConfig(1)};
    Trace two{testConfig(2)};
    one.request(mapping());
    two.request(mapping());
    one.at(1000s);
    two.at(1000s);
    for (std::size_t i = 1; i < std::min({one.sent.size(), two.sent.size(), std::size_t{9}}); ++i) {
        BOOST_TEST((one.sent[i].at != two.sent[i].at));
    }
}

BOOST_AUTO_TEST_CASE(the_first_gap_is_spread_over_its_range, *label("C6887-026")) {
    Spread spread;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Trace trace{testConfig(seed)};
        trace.request(mapping());
        trace.sends();
        trace.within(2700ms, 3300ms).sends();
        spread.add(static_cast<double>(trace.elapsed().count()));
    }
    BOOST_TEST(spread.fills(2700, 3300));
}

BOOST_AUTO_TEST_CASE(a_limit_that_nobody_lives_to_see_is_none) {
    Config config = testConfig();
    config.maxDuration = Duration::max();
    Trace trace{config};
    trace.request(mapping());
    trace.sends();
    trace.within(2700ms, 3300ms).sends();
    trace.expectsNothing();
}

BOOST_AUTO_TEST_CASE(it_is_known_how_often_something_was_asked) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.request(mapping(8081));
    trace.at(4s);
    BOOST_TEST(trace.session.transmissions(id) == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
