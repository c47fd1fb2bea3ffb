// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

/// A session that holds three mappings for ten minutes already.
Trace holdingThree(std::uint64_t seed = 1) {
    Trace trace{testConfig(seed)};
    for (std::uint16_t port = 8080; port < 8083; ++port) {
        trace.hold(mapping(port));
    }
    trace.at(600s);
    return trace;
}

/// For how many ports something was sent.
std::size_t portsAsked(const Trace& trace) {
    std::set<std::uint16_t> ports;
    for (const Sent& sent : trace.sent) {
        ports.insert(wire::decodeMapRequest(sent.octets).assume_value().internalPort);
    }
    return ports.size();
}

wire::MapRequest read(const Octets& datagram) {
    return wire::decodeMapRequest(datagram).assume_value();
}

/// Time passes, and a gateway whose epoch makes no sense answers; this share of the datagrams is lost.
void senselessUntil(Trace& trace, Duration time, double loss) {
    std::uint32_t epoch = 1;
    Random random{1};
    while (trace.elapsed() < time) {
        while (!trace.sent.empty()) {
            trace.taken = trace.sent.front().octets;
            trace.sent.pop_front();
            if (random.between(0.0, 1.0) >= loss) {
                trace.answers({.lifetime = 120, .epoch = epoch *= 7});
            }
        }
        trace.advance(100ms);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_recovery)

BOOST_AUTO_TEST_CASE(an_announced_restart_has_every_mapping_requested_again, *label("C6887-123")) {
    Trace trace = holdingThree();
    trace.receives(announcement(0)).at(605s);
    BOOST_TEST(portsAsked(trace) == 3U);
}

BOOST_AUTO_TEST_CASE(what_is_requested_again_suggests_what_was_assigned, *label("C6887-123")) {
    Trace trace = holdingThree();
    trace.receives(announcement(0));
    const auto request = read(trace.within(600s, 605s).sends());
    BOOST_TEST(request.suggestedPort == 40123);
    BOOST_TEST((request.suggestedAddress == wire::Address::v4(203, 0, 113, 45)));
}

BOOST_AUTO_TEST_CASE(after_an_announcement_the_first_request_waits_up_to_5_s, *label("C6887-122")) {
    Spread spread;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Trace trace = holdingThree(seed);
        trace.receives(announcement(0)).within(600s, 605s);
        spread.add(static_cast<double>(trace.elapsed().count()));
    }
    BOOST_TEST(spread.within(600'000, 605'000));
    BOOST_TEST(spread.fills(600'000, 605'000));
}

BOOST_AUTO_TEST_CASE(a_recovered_mapping_is_told) {
    Trace trace;
    const auto id = trace.hold();
    trace.at(600s).receives(announcement(0)).within(600s, 605s).sends();
    trace.answers({.epoch = 3}).expects(EventKind::recovered, id);
}

BOOST_AUTO_TEST_CASE(a_mapping_recovered_elsewhere_has_moved) {
    Trace trace;
    const auto id = trace.hold();
    trace.at(600s).receives(announcement(0)).within(600s, 605s).sends();
    trace.answers({.epoch = 3, .port = 50000}).expects(EventKind::moved, id);
}

BOOST_AUTO_TEST_CASE(what_is_requested_again_is_repeated_until_answered) {
    Trace trace;
    trace.hold();
    trace.at(600s).receives(announcement(0)).within(600s, 605s).sends();
    trace.within(trace.elapsed() + 2700ms, trace.elapsed() + 3300ms).sends();
}

BOOST_AUTO_TEST_CASE(an_announcement_of_the_epoch_expected_changes_nothing, *label("C6887-124")) {
    Trace trace = holdingThree();
    trace.receives(announcement(1600)).silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(an_announcement_of_the_epoch_expected_is_the_base_of_the_next, *label("C6887-124")) {
    Trace trace = holdingThree();
    trace.receives(announcement(1640)).receives(announcement(1637)).at(605s);
    BOOST_TEST(portsAsked(trace) == 3U);
}

BOOST_AUTO_TEST_CASE(copies_of_an_announcement_start_one_recovery, *label("C6887-125")) {
    Trace trace = holdingThree();
    trace.gatewayRestarts();
    Duration gap = 250ms;
    for (int copy = 0; copy < 10; ++copy, gap *= 2) {
        trace.receives(announcement(trace.epoch())).answeredUntil(trace.elapsed() + gap);
    }
    BOOST_TEST(trace.session.statistics().transmitted == 6U);
    BOOST_TEST(trace.events.size() == 3U);
}

BOOST_AUTO_TEST_CASE(an_announcement_by_another_host_is_ignored, *label("C6887-121")) {
    Trace trace = holdingThree();
    trace.receivesFrom({wire::Address::v4(192, 168, 1, 2), 5351}, announcement(0)).silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(an_announcement_may_have_a_lifetime_and_options, *label("C6887-118")) {
    Trace trace = holdingThree();
    trace.receives("02 80 00 00  00 00 00 63  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00  5a 00 00 00");
    trace.at(605s);
    BOOST_TEST(portsAsked(trace) == 3U);
}

BOOST_AUTO_TEST_CASE(an_announcement_of_an_error_is_ignored) {
    Trace trace = holdingThree();
    trace.receives("02 80 00 02  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00");
    trace.silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(an_answer_of_another_epoch_has_the_others_requested_at_once, *label("C6887-059")) {
    Trace trace = holdingThree();
    trace.request(mapping(9999));
    trace.sends();
    trace.answers({.epoch = 7});
    BOOST_TEST(trace.sent.size() == 3U);
}

BOOST_AUTO_TEST_CASE(an_error_of_another_epoch_has_the_others_requested_at_once) {
    Trace trace = holdingThree();
    trace.request(mapping(9999));
    trace.sends();
    trace.answers({.code = wire::ResultCode::userExQuota, .lifetime = 30, .epoch = 7});
    BOOST_TEST(trace.sent.size() == 3U);
}

BOOST_AUTO_TEST_CASE(an_epoch_two_seconds_lower_is_a_restart, *label("C6887-053")) {
    Trace trace;
    trace.hold(mapping(8080), {.epoch = 1000});
    trace.advance(4s).request(mapping(8081));
    trace.sends();
    trace.answers({.epoch = 998}).sends();
}

BOOST_AUTO_TEST_CASE(an_epoch_one_second_lower_is_none, *label("C6887-054")) {
    Trace trace;
    trace.hold(mapping(8080), {.epoch = 1000});
    trace.hold(mapping(8081), {.epoch = 999});
    trace.sendsNothing();
}

BOOST_AUTO_TEST_CASE(sessions_keep_their_own_epochs, *label("C6887-058")) {
    Trace one;
    Trace other;
    one.hold(mapping(), {.epoch = 10});
    other.hold(mapping(), {.epoch = 90000});
    one.hold(mapping(8081), {.epoch = 10});
    other.hold(mapping(8081), {.epoch = 90000});
    one.sendsNothing();
    other.sendsNothing();
}

BOOST_AUTO_TEST_CASE(what_was_asked_within_4_s_is_not_asked_again_before) {
    Trace trace;
    trace.hold(mapping(8080), {.epoch = 1000});
    trace.advance(1s).request(mapping(8081));
    trace.sends();
    trace.answers({.epoch = 3}).silentUntil(4s - 1ms).at(4s).sends();
}

BOOST_AUTO_TEST_CASE(a_recovery_that_is_never_answered_ends_in_a_loss) {
    Trace trace;
    const auto id = trace.hold();
    trace.at(600s).receives(announcement(0)).at(3600s);
    BOOST_TEST((trace.events.size() == 1U));
    trace.expects(EventKind::lost, id);
}

BOOST_AUTO_TEST_CASE(a_gateway_whose_epoch_makes_no_sense_is_asked_ever_less) {
    Trace trace = holdingThree();
    std::uint32_t epoch = 1;
    trace.receives(announcement(0));
    while (trace.elapsed() < 3000s) {
        trace.answeredUntil(trace.elapsed() + 100ms, {.lifetime = 100'000, .epoch = epoch *= 7});
    }
    BOOST_TEST(trace.session.statistics().transmitted < 60U);
}

BOOST_AUTO_TEST_CASE(an_announcement_wakes_what_waits_for_a_silent_gateway) {
    Trace trace;
    trace.request(mapping());
    trace.at(3000s).clear().receives(announcement(0)).within(3000s, 3005s).sends();
}

BOOST_AUTO_TEST_CASE(an_announcement_wakes_what_was_given_up) {
    Config config = testConfig();
    config.maxDuration = 10s;
    Trace trace{config};
    trace.request(mapping());
    trace.at(100s).clear().receives(announcement(0)).within(100s, 105s).sends();
}

BOOST_AUTO_TEST_CASE(an_announcement_does_not_wake_what_was_refused) {
    Trace trace;
    trace.request(mapping());
    trace.sends();
    trace.answers({.code = wire::ResultCode::notAuthorized, .lifetime = 1000});
    trace.at(100s).receives(announcement(1100)).silentUntil(1000s - 1ms);
}

BOOST_DATA_TEST_CASE(a_gateway_whose_epoch_makes_no_sense_loses_no_short_mapping,
                     boost::unit_test::data::make({0.0, 0.1}), loss) {
    Trace trace;
    for (std::uint16_t port = 8080; port < 8083; ++port) {
        trace.hold(mapping(port), {.lifetime = 120});
    }
    senselessUntil(trace, 1h, loss);
    BOOST_TEST(std::ranges::count(trace.events, EventKind::lost, &Event::kind) == 0);
}

BOOST_DATA_TEST_CASE(an_announcement_does_not_put_off_the_end_of_a_lifetime, boost::unit_test::data::xrange(1, 11)) {
    Trace trace{testConfig(static_cast<std::uint64_t>(sample))};
    const auto id = trace.hold(mapping(), {.lifetime = 120});
    trace.at(50s).gatewayRestarts();
    trace.receives(announcement(0)).at(119s).clear();
    trace.receives(announcement(69)).at(120s).expects(EventKind::lost, id);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_came_to_its_senses_is_believed_soon) {
    Trace trace = holdingThree();
    senselessUntil(trace, 3600s, 0);
    trace.clear().answeredUntil(3600s + 2100s, {.lifetime = 7200}).gatewayRestarts();
    trace.clear().receives(announcement(0)).at(3600s + 2105s);
    BOOST_TEST(portsAsked(trace) == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
