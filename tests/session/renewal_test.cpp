// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
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

} // namespace

BOOST_AUTO_TEST_SUITE(session_renewal)

BOOST_AUTO_TEST_CASE(the_first_renewal_is_spread_over_half_to_five_eighths, *label("C6887-081") * label("C6887-130")) {
    Spread spread;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Trace trace{testConfig(seed)};
        trace.hold();
        trace.within(1800s, 2250s);
        spread.add(static_cast<double>(trace.elapsed().count()));
    }
    BOOST_TEST(spread.fills(1'800'000, 2'250'000));
}

BOOST_AUTO_TEST_CASE(unanswered_renewals_follow_in_ever_shorter_windows, *label("C6887-082")) {
    Trace trace;
    trace.hold();
    trace.within(1800s, 2250s).sends();
    trace.within(2700s, 2925s).sends();
    trace.within(3150s, 3262500ms).sends();
    trace.within(3375s, 3431250ms).sends();
}

BOOST_AUTO_TEST_CASE(renewals_are_4_s_apart_or_more, *label("C6887-083")) {
    for (const std::uint32_t lifetime : {120U, 10U, 20U, 3600U}) {
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            Trace trace{testConfig(seed)};
            trace.hold(mapping(), {.lifetime = lifetime});
            trace.at(std::chrono::seconds{lifetime} - 1ms);
            for (std::size_t i = 1; i < trace.sent.size(); ++i) {
                BOOST_TEST((trace.sent[i].at - trace.sent[i - 1].at >= 4s),
                           "lifetime " << lifetime << " seed " << seed);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_renewal_has_the_nonce_and_the_lifetime_of_the_request) {
    Trace trace;
    trace.hold();
    const auto renewal = read(trace.within(0s, 1h).sends());
    BOOST_TEST((renewal.nonce == mapping().nonce));
    BOOST_TEST(renewal.lifetimeSeconds == 7200U);
}

BOOST_AUTO_TEST_CASE(a_renewal_suggests_what_was_assigned_last, *label("C6887-088")) {
    Trace trace;
    trace.hold(mapping(), {.port = 40000});
    trace.within(0s, 1h).sends();
    trace.answers({.port = 40001});
    trace.expects(EventKind::moved);
    BOOST_TEST(read(trace.within(0s, 2h).sends()).suggestedPort == 40001);
}

BOOST_AUTO_TEST_CASE(an_answer_restarts_the_schedule_from_the_new_lifetime) {
    Trace trace;
    trace.hold();
    trace.within(1800s, 2250s).sends();
    const Duration renewed = trace.elapsed();
    trace.answers({.lifetime = 600});
    trace.expects(EventKind::renewed);
    trace.within(renewed + 300s, renewed + 375s).sends();
}

BOOST_AUTO_TEST_CASE(a_short_grant_is_renewed_by_its_own_lifetime, *label("C6887-128")) {
    Trace trace;
    trace.hold(mapping(), {.lifetime = 120});
    trace.within(60s, 75s).sends();
}

BOOST_AUTO_TEST_CASE(a_long_grant_is_renewed_by_its_own_lifetime, *label("C6887-128")) {
    Trace trace;
    trace.hold(mapping(), {.lifetime = 86400});
    trace.within(43200s, 54000s).sends();
}

BOOST_AUTO_TEST_CASE(a_lifetime_for_ever_counts_as_a_day, *label("C6887-044") * label("C6887-131")) {
    Trace trace;
    const auto id = trace.hold(mapping(), {.lifetime = 0xffffffff});
    BOOST_TEST((trace.session.grant(id)->lifetime == 24h));
    trace.within(12h, 15h).sends();
}

BOOST_AUTO_TEST_CASE(a_mapping_outlives_ten_lifetimes, *label("C6887-078") * label("C6887-080") * label("C6887-129")) {
    Trace trace;
    trace.hold();
    while (trace.elapsed() < 10h) {
        trace.within(trace.elapsed(), trace.elapsed() + 1h).sends();
        trace.answers();
        trace.expects(EventKind::renewed);
    }
    trace.expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_success_leaves_a_deadline_before_the_expiry, *label("C6887-087")) {
    Trace trace;
    trace.hold();
    BOOST_TEST((*trace.session.nextTimeout() < TimePoint{} + 3600s));
}

BOOST_AUTO_TEST_CASE(a_mapping_whose_renewals_go_unanswered_is_lost_when_it_expires) {
    Trace trace;
    const auto id = trace.hold();
    trace.at(3600s - 1ms).expectsNothing();
    trace.at(3600s).expects(EventKind::lost, id);
    BOOST_TEST(!trace.session.grant(id).has_value());
}

BOOST_AUTO_TEST_CASE(a_lost_mapping_is_requested_anew_with_retransmissions) {
    Trace trace;
    const auto id = trace.hold();
    trace.at(3600s).clear();
    trace.within(3600s, 3604s).sends();
    trace.within(trace.elapsed() + 2700ms, trace.elapsed() + 3300ms).sends();
    trace.answers();
    trace.expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(a_lost_mapping_is_requested_with_what_it_had) {
    Trace trace;
    trace.hold();
    trace.at(3600s).clear();
    BOOST_TEST(read(trace.within(3600s, 3604s).sends()).suggestedPort == 40123);
}

BOOST_AUTO_TEST_CASE(an_error_does_not_take_a_mapping_away_before_it_expires) {
    Trace trace;
    const auto id = trace.hold();
    trace.within(1800s, 2250s).sends();
    trace.answers({.code = wire::ResultCode::networkFailure, .lifetime = 30});
    BOOST_TEST((trace.expects(EventKind::refused, id).error == wire::ResultCode::networkFailure));
    BOOST_TEST(trace.session.grant(id).has_value());
    trace.within(2700s, 2925s).sends();
}

BOOST_AUTO_TEST_CASE(an_error_that_lasts_beyond_the_next_window_postpones_the_renewal) {
    Trace trace;
    trace.hold();
    trace.within(1800s, 2250s).sends();
    const Duration hold = 3500s - trace.elapsed();
    trace.answers({.code = wire::ResultCode::networkFailure, .lifetime = static_cast<std::uint32_t>(hold / 1s)});
    trace.silentUntil(3498s).within(3499s, 3501s);
}

BOOST_AUTO_TEST_CASE(a_grant_of_a_second_is_not_asked_for_more_than_once_in_4_s, *label("C6887-083")) {
    Trace trace;
    trace.request(mapping());
    for (int i = 0; i < 20; ++i) {
        trace.sends();
        trace.answers({.lifetime = 1});
        trace.within(trace.elapsed() + 4s, trace.elapsed() + 8s);
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_leaves_four_renewals_unanswered_is_unresponsive_until_it_answers) {
    Trace trace;
    trace.hold();
    for (int renewal = 0; renewal < 4; ++renewal) {
        BOOST_TEST(!trace.session.isUnresponsive());
        trace.within(1800s, 3600s).sends();
    }
    trace.advance(4s);
    BOOST_TEST(trace.session.isUnresponsive());
    trace.answers().expects(EventKind::renewed);
    BOOST_TEST(!trace.session.isUnresponsive());
}

BOOST_AUTO_TEST_SUITE_END()
