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

/// A success that copies what a deletion suggests, and says this lifetime.
Answer lingering(std::uint32_t lifetime) {
    return {.lifetime = lifetime};
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_release)

BOOST_AUTO_TEST_CASE(a_deletion_has_no_lifetime_and_suggests_nothing, *label("C6887-135")) {
    Trace trace;
    const auto id = trace.hold();
    const auto deletion = read(trace.release(id).sends());
    BOOST_TEST(deletion.lifetimeSeconds == 0U);
    BOOST_TEST(deletion.suggestedPort == 0);
    BOOST_TEST((deletion.suggestedAddress == wire::Address::anyV4()));
}

BOOST_AUTO_TEST_CASE(a_deletion_of_an_ipv6_mapping_suggests_no_ipv6_address, *label("C6887-135")) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.suggestedAddress = wire::Address::anyV6();
    const auto id = trace.hold(wanted, {.address = {{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}});
    BOOST_TEST((read(trace.release(id).sends()).suggestedAddress == wire::Address::anyV6()));
}

BOOST_AUTO_TEST_CASE(a_wildcard_is_deleted_by_the_nonce_that_made_it, *label("C6887-132")) {
    Trace trace;
    const auto id = trace.hold(mapping(0), {.port = 0});
    BOOST_TEST((read(trace.release(id).sends()).nonce == mapping().nonce));
}

BOOST_AUTO_TEST_CASE(everything_is_deleted_by_the_nonce_that_made_it, *label("C6887-133")) {
    Trace trace;
    const auto id = trace.hold(mapping(0, wire::Protocol::all), {.port = 0});
    const auto deletion = read(trace.release(id).sends());
    BOOST_TEST((deletion.nonce == mapping().nonce));
    BOOST_TEST((deletion.protocol == wire::Protocol::all));
}

BOOST_AUTO_TEST_CASE(a_success_ends_the_deletion, *label("C6887-136")) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id).sends();
    trace.answers({.lifetime = 0});
    BOOST_TEST(!trace.expects(EventKind::released, id).error);
    BOOST_TEST(trace.session.size() == 0U);
    trace.silentUntil(24h);
}

BOOST_AUTO_TEST_CASE(a_mapping_that_lingers_is_deleted_all_the_same, *label("C6887-137")) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id).sends();
    trace.answers(lingering(90));
    BOOST_TEST(!trace.expects(EventKind::released, id).error);
}

BOOST_AUTO_TEST_CASE(a_wildcard_that_lingers_is_deleted_all_the_same, *label("C6887-137")) {
    Trace trace;
    const auto id = trace.hold(mapping(0), {.port = 0});
    trace.release(id).sends();
    trace.answers(lingering(90)).expects(EventKind::released, id);
}

BOOST_AUTO_TEST_CASE(the_late_answer_to_a_request_does_not_end_the_deletion) {
    Trace trace;
    const auto id = trace.request(mapping());
    const Octets late = answerTo(trace.sends(), {});
    trace.release(id).sends();
    trace.receives(late).expectsNothing().within(450ms, 550ms).sends();
}

BOOST_AUTO_TEST_CASE(the_late_answer_to_a_wildcard_request_does_not_end_the_deletion) {
    Trace trace;
    const auto id = trace.request(mapping(0));
    const Octets late = answerTo(trace.sends(), {.port = 0});
    trace.release(id).sends();
    trace.receives(late).expectsNothing();
}

BOOST_AUTO_TEST_CASE(the_late_refusal_of_a_renewal_does_not_end_the_deletion) {
    Trace trace;
    const auto id = trace.hold();
    const Octets late = answerTo(trace.within(1800s, 2250s).sends(), {.code = wire::ResultCode::networkFailure});
    trace.release(id).sends();
    trace.receives(late).expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_refused_deletion_is_told) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id).sends();
    trace.answers({.code = wire::ResultCode::notAuthorized, .lifetime = 1800});
    BOOST_TEST((trace.expects(EventKind::released, id).error == wire::ResultCode::notAuthorized));
    trace.silentUntil(24h);
}

BOOST_AUTO_TEST_CASE(an_unanswered_deletion_is_tried_three_times) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id).at(1h);
    BOOST_TEST(trace.sent.size() == 3U);
    BOOST_TEST((trace.expects(EventKind::released, id).error == Errc::noAnswer));
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_deletion_stops_when_the_mapping_would_have_expired) {
    Trace trace;
    const auto id = trace.hold(mapping(), {.lifetime = 10});
    trace.at(9s).clear().release(id).at(10s);
    BOOST_TEST(!trace.expects(EventKind::released, id).error);
    BOOST_TEST(trace.sent.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_request_never_sent_is_released_without_a_word) {
    Config config = testConfig();
    config.window = 1;
    Trace trace{config};
    trace.request(mapping(8080));
    const auto id = trace.request(mapping(8081));
    trace.clear().release(id).sendsNothing().expects(EventKind::released, id);
}

BOOST_AUTO_TEST_CASE(a_request_without_an_answer_yet_is_deleted) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends();
    BOOST_TEST(read(trace.release(id).sends()).lifetimeSeconds == 0U);
}

BOOST_AUTO_TEST_CASE(a_second_release_changes_nothing) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id).sends();
    trace.release(id).sendsNothing().expectsNothing();
}

BOOST_AUTO_TEST_CASE(the_release_of_an_unknown_mapping_changes_nothing) {
    Trace trace;
    trace.release(MappingId{12345}).release(MappingId{}).sendsNothing().expectsNothing();
}

BOOST_AUTO_TEST_CASE(an_id_is_never_used_again) {
    Trace trace;
    const auto first = trace.hold();
    trace.release(first).sends();
    trace.answers({.lifetime = 0}).expects(EventKind::released, first);
    const auto second = trace.request(mapping());
    BOOST_TEST((second != first));
    BOOST_TEST(!trace.session.grant(first).has_value());
}

BOOST_AUTO_TEST_CASE(a_mapping_wanted_again_ends_its_deletion) {
    Trace trace;
    const auto first = trace.hold();
    trace.release(first).sends();
    const auto second = trace.request(mapping());
    BOOST_TEST(!trace.expects(EventKind::released, first).error);
    BOOST_TEST(read(trace.sends()).lifetimeSeconds == 7200U);
    trace.answers().expects(EventKind::granted, second);
}

BOOST_AUTO_TEST_CASE(a_mapping_wanted_again_keeps_the_nonce_the_gateway_knows) {
    Trace trace;
    trace.release(trace.hold()).sends();
    MappingRequest again = mapping();
    again.nonce = {};
    trace.request(again);
    BOOST_TEST((read(trace.sends()).nonce == mapping().nonce));
}

BOOST_AUTO_TEST_CASE(a_mapping_wanted_again_and_released_in_line_is_deleted_after_all) {
    Config config = testConfig();
    config.window = 1;
    Trace trace{config};
    trace.release(trace.hold(mapping(8080))).sends();
    trace.request(mapping(8081));
    const auto again = trace.request(mapping(8080));
    trace.at(3300ms).sends(); // the first deletion keeps its place in the window for so long
    trace.release(again).answers();
    BOOST_TEST(read(trace.sends()).lifetimeSeconds == 0U);
}

BOOST_AUTO_TEST_CASE(the_late_answer_to_a_deletion_has_what_stands_now_asked_again) {
    Trace trace;
    trace.release(trace.hold());
    const Octets late = answerTo(trace.sends(), {.lifetime = 0});
    trace.request(mapping());
    trace.sends();
    trace.answers().receives(late).silentUntil(4s - 1ms).at(4s).sends();
}

BOOST_AUTO_TEST_CASE(the_late_answer_to_a_deletion_is_no_answer_to_the_request_after_it) {
    Trace trace;
    trace.release(trace.hold());
    const Octets late = answerTo(trace.sends(), {.lifetime = 0});
    trace.clear().request(mapping());
    trace.clear().receives(late).expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_detached_mapping_is_forgotten_and_left_standing) {
    Trace trace;
    const auto id = trace.hold();
    trace.detach(id).sendsNothing().expectsNothing();
    BOOST_TEST(trace.session.size() == 0U);
    trace.silentUntil(24h);
}

BOOST_AUTO_TEST_CASE(a_mapping_of_an_earlier_session_is_deleted_by_its_nonce) {
    Trace trace;
    const auto id = trace.requestDeletion(mapping());
    const auto deletion = read(trace.sends());
    BOOST_TEST(deletion.lifetimeSeconds == 0U);
    BOOST_TEST((deletion.nonce == mapping().nonce));
    trace.answers({.lifetime = 0}).expects(EventKind::released, id);
}

BOOST_AUTO_TEST_CASE(an_unanswered_deletion_is_repeated_before_a_program_that_ends_is_gone) {
    Trace trace;
    trace.release(trace.hold()).sends();
    trace.within(450ms, 550ms).sends();
    trace.within(1260ms, 1760ms).sends();
    trace.silentUntil(2s).at(4s).expects(EventKind::released);
}

BOOST_AUTO_TEST_SUITE_END()
