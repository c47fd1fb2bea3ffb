// SPDX-License-Identifier: MIT
// ANNOUNCE as a question: is the server there, and what is it (RFC 6887 §14.1.2)?
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

constexpr auto natPmpAddress = "00 80 00 00  00 00 03 e8  cb 00 71 2d";

/// A probe that was sent and answered by these octets 12 ms later.
Event answeredBy(std::string_view hex, const Config& config = testConfig()) {
    Trace trace{config};
    const auto id = trace.probe();
    trace.sends();
    trace.advance(12ms).receives(hex);
    const Event event = trace.expects(EventKind::probed, id);
    BOOST_TEST(trace.session.size() == 0U);
    trace.expectsNothing().silentUntil(1h);
    return event;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_probe)

BOOST_AUTO_TEST_CASE(the_question_is_an_announce_without_lifetime_and_body, *label("C6887-118") * label("C6887-119")) {
    Trace trace;
    trace.probe();
    trace.sends("02 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 ff ff  c0 a8 01 39");
}

BOOST_AUTO_TEST_CASE(the_answer_tells_version_epoch_and_round_trip) {
    const Event event = answeredBy("02 80 00 00  00 00 00 00  00 00 30 39  00 00 00 00  00 00 00 00  00 00 00 00");
    BOOST_TEST((event.probed == Probed{2, 12345, 12ms}));
    BOOST_TEST(!event.error);
    BOOST_TEST(event.transmissions == 1U);
}

BOOST_AUTO_TEST_CASE(the_round_trip_is_that_of_the_transmission_before_the_answer) {
    Trace trace;
    trace.probe();
    trace.sends();
    trace.within(2700ms, 3300ms).sends();
    trace.advance(7ms).receives(announcement(1000));
    const Event event = trace.expects(EventKind::probed);
    BOOST_TEST((event.probed->roundTrip == 7ms));
    BOOST_TEST(event.transmissions == 2U);
}

BOOST_AUTO_TEST_CASE(a_server_that_refuses_the_question_is_there) {
    const Event event = answeredBy("02 80 00 04  00 00 07 08  00 00 30 39  00 00 00 00  00 00 00 00  00 00 00 00");
    BOOST_TEST((event.error == wire::ResultCode::unsuppOpcode));
    BOOST_TEST((event.probed == Probed{2, 12345, 12ms}));
}

BOOST_AUTO_TEST_CASE(a_gateway_of_nat_pmp_is_told_by_its_version) {
    BOOST_TEST((answeredBy(natPmpOnly).probed == Probed{0, 1000, 12ms}));
}

BOOST_AUTO_TEST_CASE(a_gateway_of_nat_pmp_may_tell_no_epoch) {
    BOOST_TEST((answeredBy("00 80 00 01").probed == Probed{0, std::nullopt, 12ms}));
}

BOOST_AUTO_TEST_CASE(a_server_of_another_version_is_told_by_it) {
    const Event event = answeredBy("01 80 00 01  00 00 00 1e  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00");
    BOOST_TEST(event.probed->version == 1);
    BOOST_TEST((event.error == wire::ResultCode::unsuppVersion));
}

BOOST_AUTO_TEST_CASE(where_only_nat_pmp_is_spoken_it_is_asked_by_that) {
    Trace trace{natPmpConfig()};
    const auto id = trace.probe();
    trace.sends("00 00");
    trace.advance(12ms).receives(natPmpAddress);
    BOOST_TEST(
        (trace.expects(EventKind::probed, id).probed == Probed{0, 1000, 12ms, wire::Address::v4(203, 0, 113, 45)}));
}

BOOST_AUTO_TEST_CASE(a_gateway_of_nat_pmp_without_an_external_address_tells_none) {
    const Event event = answeredBy("00 80 00 00  00 00 03 e8  00 00 00 00", natPmpConfig());
    BOOST_TEST(!event.probed->externalAddress.has_value());
}

BOOST_AUTO_TEST_CASE(a_gateway_of_nat_pmp_that_refuses_is_there) {
    const Event event = answeredBy("00 80 00 02  00 00 03 e8  00 00 00 00", natPmpConfig());
    BOOST_TEST((event.error == wire::NatPmpResult::notAuthorized));
    BOOST_TEST(event.probed->version == 0);
}

BOOST_AUTO_TEST_CASE(a_server_of_pcp_that_is_asked_by_nat_pmp_is_told_by_its_version) {
    const Event event = answeredBy("02 80 00 01  00 00 00 1e  00 00 03 e8", natPmpConfig());
    BOOST_TEST(event.probed->version == 2);
}

BOOST_AUTO_TEST_CASE(it_is_asked_four_times_and_then_given_up) {
    Trace trace;
    const auto id = trace.probe();
    trace.at(10min);
    BOOST_TEST(trace.sent.size() == 4U);
    const Event event = trace.expects(EventKind::refused, id);
    BOOST_TEST((event.error == Errc::noAnswer));
    BOOST_TEST(event.transmissions == 4U);
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(an_unreachable_server_ends_it_at_once) {
    Trace trace;
    const auto id = trace.probe();
    trace.sends();
    BOOST_TEST((trace.unreachable().expects(EventKind::refused, id).error == Errc::unreachable));
    trace.silentUntil(1h);
}

BOOST_AUTO_TEST_CASE(what_is_given_up_ends_without_a_word) {
    Trace trace;
    const auto id = trace.probe();
    trace.sends();
    trace.release(id).expectsNothing().silentUntil(1h);
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(one_probe_at_a_time) {
    Trace trace;
    trace.probe();
    const auto second = trace.session.handleProbe(trace.now);
    BOOST_TEST((!second && second.error().code == Errc::alreadyMapped));
}

BOOST_AUTO_TEST_CASE(an_announcement_to_all_hosts_is_no_answer) {
    Trace trace;
    trace.probe();
    trace.sends();
    BOOST_TEST(trace.announcedBy(trace.server, announcement(1000)));
    trace.expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_map_response_is_no_answer) {
    Trace trace;
    trace.probe();
    trace.sends();
    Octets forged(wire::mapSize);
    wire::MapResponse response;
    response.lifetimeSeconds = 3600;
    response.internalPort = 1;
    response.assignedPort = 1;
    response.assignedAddress = wire::Address::v4(203, 0, 113, 45);
    (void)wire::encode(response, forged);
    trace.receives(forged).expectsNothing();
    BOOST_TEST(trace.session.statistics().unattributed == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_tells_of_a_restart_has_mappings_requested_again) {
    Trace trace;
    const auto mapped = trace.hold();
    trace.at(600s);
    trace.probe();
    trace.sends();
    trace.receives(announcement(0)).expects(EventKind::probed);
    trace.within(600s, 605s).sends();
    trace.answers({.epoch = 3}).expects(EventKind::recovered, mapped);
}

BOOST_AUTO_TEST_CASE(no_resources_for_new_mappings_does_not_keep_a_probe_back) {
    Trace trace;
    trace.request(mapping());
    trace.sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 60});
    trace.probe();
    trace.sends();
}

BOOST_AUTO_TEST_CASE(a_gateway_that_asked_for_silence_is_not_probed, *label("C6887-086")) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id).sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 60}).clear();
    const auto probe = trace.probe();
    BOOST_TEST((trace.expects(EventKind::refused, probe).error == wire::ResultCode::noResources));
    trace.sendsNothing();
}

BOOST_AUTO_TEST_SUITE_END()
