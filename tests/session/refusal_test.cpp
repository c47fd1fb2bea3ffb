// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <optional>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

/// A session whose first request was refused.
Trace refusedBy(wire::ResultCode code, std::uint32_t lifetime) {
    Trace trace;
    trace.request(mapping());
    trace.sends();
    trace.answers({.code = code, .lifetime = lifetime});
    return trace;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_refusal)

BOOST_AUTO_TEST_CASE(a_refusal_tells_the_code_and_for_how_long) {
    Trace trace = refusedBy(wire::ResultCode::userExQuota, 30);
    const Event event = trace.expects(EventKind::refused);
    BOOST_TEST((event.error == wire::ResultCode::userExQuota));
    BOOST_TEST((event.retryAfter == 30s));
}

BOOST_AUTO_TEST_CASE(a_refused_request_is_not_repeated_within_the_lifetime_of_the_error,
                     *label("C6887-045") * label("C6887-089")) {
    Trace trace = refusedBy(wire::ResultCode::networkFailure, 30);
    trace.silentUntil(30s - 1ms).at(30s).sends();
}

BOOST_AUTO_TEST_CASE(a_repeated_refusal_is_told_again) {
    Trace trace = refusedBy(wire::ResultCode::networkFailure, 30);
    trace.expects(EventKind::refused);
    trace.at(30s).sends();
    trace.answers({.code = wire::ResultCode::networkFailure, .lifetime = 30}).expects(EventKind::refused);
}

BOOST_AUTO_TEST_CASE(an_error_is_believed_for_a_day_at_most, *label("C6887-046")) {
    Trace trace = refusedBy(wire::ResultCode::notAuthorized, 0xffffffff);
    BOOST_TEST((trace.expects(EventKind::refused).retryAfter == 24h));
    trace.silentUntil(24h - 1ms).at(24h).sends();
}

BOOST_AUTO_TEST_CASE(an_error_without_a_lifetime_does_not_mean_at_once) {
    Trace trace = refusedBy(wire::ResultCode::notAuthorized, 0);
    trace.silentUntil(30min - 1ms).at(30min).sends();
}

BOOST_AUTO_TEST_CASE(an_unknown_error_is_an_error) {
    Trace trace = refusedBy(wire::ResultCode{77}, 60);
    BOOST_TEST((trace.expects(EventKind::refused).error == wire::ResultCode{77}));
    trace.silentUntil(60s - 1ms).at(60s).sends();
}

BOOST_AUTO_TEST_CASE(a_refusal_may_give_away_an_address_beyond_the_gateway) {
    Trace trace;
    trace.request(mapping());
    Octets datagram = answerTo(trace.sends(), {.code = wire::ResultCode::noResources, .lifetime = 30});
    datagram[56] = 100;
    datagram[57] = 64;
    datagram[58] = 8;
    datagram[59] = 7;
    trace.receives(datagram);
    BOOST_TEST((trace.expects(EventKind::refused).gatewayExternal == wire::Address::v4(100, 64, 8, 7)));
}

BOOST_AUTO_TEST_CASE(a_refusal_that_copies_the_suggestion_gives_nothing_away) {
    Trace trace = refusedBy(wire::ResultCode::noResources, 30);
    BOOST_TEST(!trace.expects(EventKind::refused).gatewayExternal.has_value());
}

BOOST_AUTO_TEST_CASE(without_resources_nothing_new_is_asked, *label("C6887-085")) {
    Trace trace = refusedBy(wire::ResultCode::noResources, 30);
    trace.expects(EventKind::refused);
    trace.advance(10s).request(mapping(8081));
    trace.sendsNothing().silentUntil(30s - 1ms).at(30s);
    BOOST_TEST(trace.sent.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_asked_without_resources_is_refused_at_once) {
    Trace trace = refusedBy(wire::ResultCode::noResources, 30);
    trace.expects(EventKind::refused);
    trace.advance(10s);
    const auto id = trace.request(mapping(8081));
    const Event event = trace.expects(EventKind::refused, id);
    BOOST_TEST((event.error == wire::ResultCode::noResources));
    BOOST_TEST((event.retryAfter == 20s));
}

BOOST_AUTO_TEST_CASE(what_stands_in_line_when_resources_run_out_is_refused_too, *label("C6887-085")) {
    Config config = testConfig();
    config.window = 1;
    Trace trace{config};
    trace.request(mapping(8080));
    const auto second = trace.request(mapping(8081));
    trace.sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 30}).sendsNothing();
    trace.expects(EventKind::refused);
    trace.expects(EventKind::refused, second);
}

BOOST_AUTO_TEST_CASE(a_renewal_without_resources_holds_back_new_mappings, *label("C6887-085")) {
    Trace trace;
    trace.hold();
    trace.within(1800s, 2250s).sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 30});
    trace.request(mapping(8081));
    trace.sendsNothing();
}

BOOST_AUTO_TEST_CASE(without_resources_what_is_held_is_still_renewed) {
    Trace trace;
    trace.hold();
    trace.request(mapping(8081));
    trace.sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 3000});
    trace.within(1800s, 2250s).sends();
}

BOOST_AUTO_TEST_CASE(without_resources_a_deletion_still_leaves) {
    Trace trace;
    const auto id = trace.hold();
    trace.request(mapping(8081));
    trace.sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 3000});
    trace.release(id).sends();
}

BOOST_AUTO_TEST_CASE(a_deletion_without_resources_silences_everything, *label("C6887-086")) {
    Trace trace;
    const auto first = trace.hold(mapping(8080));
    trace.hold(mapping(8081));
    trace.at(1790s).release(first).sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 600});
    trace.request(mapping(8082));
    trace.silentUntil(2390s - 1ms).at(2390s);
    BOOST_TEST(trace.sent.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_deletion_without_resources_counts_as_done) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id).sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 30});
    BOOST_TEST(!trace.expects(EventKind::released, id).error);
}

BOOST_AUTO_TEST_CASE(a_refusal_ends_nothing_but_the_request_it_answers) {
    Trace trace;
    trace.hold(mapping(8080));
    trace.request(mapping(8081));
    trace.sends();
    trace.answers({.code = wire::ResultCode::unsuppProtocol, .lifetime = 7200}).expects(EventKind::refused);
    trace.within(1800s, 2250s).sends();
    trace.answers().expects(EventKind::renewed);
}

BOOST_AUTO_TEST_CASE(a_released_refusal_is_gone_without_a_word_to_the_gateway) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends();
    trace.answers({.code = wire::ResultCode::userExQuota, .lifetime = 30}).expects(EventKind::refused);
    trace.release(id).sendsNothing().expects(EventKind::released, id);
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_wrong_answer_is_never_retried_in_a_loop, *label("C6887-072")) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.suggestedPort = 80;
    trace.request(wanted);
    trace.sends();
    trace.answers({.port = 61001}).expects(EventKind::granted);
    trace.silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(what_is_asked_during_the_silence_is_refused_until_its_end, *label("C6887-086")) {
    Trace trace;
    trace.release(trace.hold()).sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 30}).expects(EventKind::released);
    const auto id = trace.advance(10s).request(mapping(8081));
    const Event event = trace.expects(EventKind::refused, id);
    BOOST_TEST((event.error == wire::ResultCode::noResources));
    BOOST_TEST((event.retryAfter == 20s));
    trace.silentUntil(30s - 1ms).at(30s).sends();
}

BOOST_AUTO_TEST_CASE(what_stands_in_line_when_the_silence_begins_is_refused, *label("C6887-086")) {
    Config config = testConfig();
    config.window = 1;
    Trace trace{config};
    trace.release(trace.hold()).sends();
    const auto id = trace.request(mapping(8081));
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 30}).expects(EventKind::released);
    BOOST_TEST((trace.expects(EventKind::refused, id).retryAfter == 30s));
    trace.silentUntil(30s - 1ms).at(30s).sends();
}

BOOST_AUTO_TEST_CASE(a_deletion_waits_for_the_end_of_the_silence, *label("C6887-086")) {
    Trace trace;
    const auto first = trace.hold(mapping(8080));
    const auto second = trace.hold(mapping(8081));
    trace.release(first).sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 30}).expects(EventKind::released);
    trace.release(second).silentUntil(30s - 1ms).at(30s).sends();
}

BOOST_AUTO_TEST_SUITE_END()
