// SPDX-License-Identifier: MIT
// What comes to the port where gateways announce themselves to all hosts, and hints of a gateway's restart.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <set>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

/// A session that holds two mappings for ten minutes already.
Trace holdingTwo() {
    Trace trace;
    trace.hold(mapping(8080));
    trace.hold(mapping(8081));
    trace.at(600s);
    return trace;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_announcement)

BOOST_AUTO_TEST_CASE(a_restart_announced_to_all_has_mappings_requested_again, *label("C6887-120")) {
    Trace trace = holdingTwo();
    BOOST_TEST(trace.announcedBy(trace.server, announcement(0)));
    trace.at(605s);
    BOOST_TEST(trace.sent.size() == 2U);
}

BOOST_AUTO_TEST_CASE(one_of_another_address_is_ignored, *label("C6887-121")) {
    Trace trace = holdingTwo();
    BOOST_TEST(!trace.announcedBy({wire::Address::v4(192, 168, 1, 2), trace.server.port}, announcement(0)));
    trace.silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(one_of_another_port_is_ignored, *label("C6887-121")) {
    Trace trace = holdingTwo();
    BOOST_TEST(!trace.announcedBy({trace.server.address, 40000}, announcement(0)));
    trace.silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_request_is_not_taken_there) {
    Trace trace;
    trace.request(mapping());
    BOOST_TEST(!trace.announcedBy(trace.server, answerTo(trace.sends(), {})));
    BOOST_TEST(trace.events.empty());
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_decoded_is_no_announcement) {
    Trace trace = holdingTwo();
    BOOST_TEST(!trace.announcedBy(trace.server, octets("02 80 00 00")));
    trace.silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(an_address_announced_by_nat_pmp_moves_the_mappings, *label("C6886-022")) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends();
    trace.answersByNatPmp();
    trace.sends("00 00");
    trace.receives("00 80 00 00  00 00 03 e8  cb 00 71 2d").expects(EventKind::granted);
    BOOST_TEST(trace.announcedBy(trace.server, octets("00 80 00 00  00 00 03 e8  cb 00 71 2e")));
    trace.expects(EventKind::moved);
}

BOOST_AUTO_TEST_CASE(an_address_announced_by_nat_pmp_answers_no_question) {
    constexpr auto address = "00 80 00 00  00 00 03 e8  cb 00 71 2d";
    for (const bool probes : {false, true}) {
        Trace trace{natPmpConfig()};
        const auto id = probes ? trace.probe() : trace.query();
        trace.sends("00 00");
        BOOST_TEST(trace.announcedBy(trace.server, octets(address)));
        trace.expectsNothing();
        trace.receives(address).expects(probes ? EventKind::probed : EventKind::address, id);
    }
}

BOOST_AUTO_TEST_CASE(a_doubt_has_one_mapping_renewed_within_5_s) {
    Trace trace = holdingTwo();
    trace.session.handleDoubt(trace.now);
    trace.within(600s, 605s).sends();
    trace.answers().silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(a_doubt_that_was_right_has_all_requested_again) {
    Trace trace = holdingTwo();
    trace.session.handleDoubt(trace.now);
    trace.within(600s, 605s).sends();
    trace.gatewayRestarts().answers().at(615s);
    BOOST_TEST(trace.sent.size() >= 1U);
}

BOOST_AUTO_TEST_CASE(a_restart_announced_by_pcp_has_a_mapping_of_nat_pmp_renewed) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends();
    trace.answersByNatPmp();
    trace.sends("00 00");
    trace.receives("00 80 00 00  00 00 03 e8  cb 00 71 2d").expects(EventKind::granted);
    trace.at(600s).gatewayRestarts();
    BOOST_TEST(trace.announcedBy(trace.server, announcement(0)));
    trace.within(600s, 605s).sends();
    trace.answersByNatPmp().sends("00 00");
    trace.receives("00 80 00 00  00 00 00 04  cb 00 71 2d").expects(EventKind::recovered);
}

BOOST_AUTO_TEST_CASE(a_doubt_that_was_right_is_told_as_a_recovery) {
    Trace trace;
    const auto id = trace.hold();
    trace.at(600s).gatewayRestarts();
    trace.session.handleDoubt(trace.now);
    trace.within(600s, 605s).sends();
    trace.answers().expects(EventKind::recovered, id);
}

BOOST_AUTO_TEST_CASE(a_doubt_of_one_mapping_has_that_one_renewed_at_once) {
    Trace trace;
    trace.hold(mapping(8080));
    const auto id = trace.hold(mapping(8081));
    trace.at(600s);
    trace.session.handleDoubtOf(trace.now, id);
    trace.within(600s, 600s + 1ms).sends();
    trace.answers().expects(EventKind::renewed, id);
    trace.silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(a_doubt_of_a_mapping_that_was_asked_for_a_moment_ago_waits_for_4_s) {
    Trace trace;
    const auto id = trace.hold();
    trace.at(1s);
    trace.session.handleDoubtOf(trace.now, id);
    trace.within(renewalFloor, renewalFloor + 1s).sends();
}

BOOST_AUTO_TEST_CASE(a_doubt_of_what_is_not_held_sends_nothing) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends();
    trace.session.handleDoubtOf(trace.now, id);
    trace.session.handleDoubtOf(trace.now, MappingId{99});
    trace.silentUntil(1s);
}

BOOST_AUTO_TEST_CASE(a_doubt_without_a_mapping_sends_nothing) {
    Trace trace;
    trace.session.handleDoubt(trace.now);
    trace.silentUntil(60s);
}

BOOST_AUTO_TEST_SUITE_END()
