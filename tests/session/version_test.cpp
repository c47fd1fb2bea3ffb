// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

constexpr auto natPmpRequest = "00 02 00 00  1f 90 00 00  00 00 1c 20";

/// UNSUPP_VERSION that names version 3, with this lifetime.
std::string namesVersion3(const std::string& lifetime) {
    return "03 81 00 01" + lifetime + "00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00";
}

Trace asking(const Config& config = testConfig()) {
    Trace trace{config};
    trace.request(mapping());
    trace.sends();
    return trace;
}

Config clientAt(const wire::Address& address) {
    Config config = testConfig();
    config.clientAddress = address;
    return config;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_version)

BOOST_AUTO_TEST_CASE(the_first_datagram_is_of_version_2, *label("C6887-060") * label("C6887-142")) {
    Trace trace;
    trace.request(mapping());
    BOOST_TEST(trace.sends().front() == 2);
}

BOOST_TEST_DECORATOR(*label("C6887-038") * label("C6887-063") * label("C6886-003") * label("C6886-005"))

BOOST_DATA_TEST_CASE(a_nat_pmp_gateway_is_asked_by_nat_pmp_at_once,
                     boost::unit_test::data::make({
                         "00 80 00 01  00 00 03 e8",                                        // errata 3618
                         "00 00 00 01  00 00 03 e8",                                        // as printed
                         "00 81 00 01  00 00 03 e8",                                        // 128 + opcode
                         "00 80 00 01",                                                     // cut short
                         "00 80 00 01  00 0f 42 40  00 00 00 00",                           // like an address
                         "00 81 00 01  00 00 03 e8  00 00 00 00  00 00 00 00  00 00 00 00", // longer
                     }),
                     reply) {
    Trace trace = asking();
    trace.receives(reply).sends(natPmpRequest);
}

BOOST_AUTO_TEST_CASE(an_uptime_is_no_lifetime, *label("C6886-006")) {
    Trace trace = asking();
    trace.receives("00 80 00 01  00 0f 42 40").sends(natPmpRequest).expectsNothing();
}

BOOST_AUTO_TEST_CASE(another_answer_of_version_0_is_no_rejection) {
    Trace trace = asking();
    trace.receives("00 80 00 03  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 00 00").sendsNothing();
}

BOOST_AUTO_TEST_CASE(a_rejection_of_version_0_to_nothing_is_ignored) {
    Trace trace;
    trace.hold();
    trace.receives(natPmpOnly).sendsNothing();
    BOOST_TEST(trace.session.statistics().unattributed == 1U);
}

BOOST_AUTO_TEST_CASE(every_renewal_begins_with_pcp, *label("C6886-002") * label("C6886-004")) {
    Trace trace = asking();
    trace.receives(natPmpOnly).sends(natPmpRequest);
    trace.answersByNatPmp().sends("00 00");
    trace.receives("00 80 00 00  00 00 03 e8  cb 00 71 2d").expects(EventKind::granted);
    for (int renewal = 0; renewal < 3; ++renewal) {
        BOOST_TEST(trace.within(trace.elapsed(), trace.elapsed() + 3600s).sends().front() == 2);
        trace.receives(natPmpOnly).sends("00 02 00 00  1f 90 9c bb  00 00 1c 20");
        trace.answersByNatPmp();
        trace.clear();
        trace.advance(1s);
        trace.receives("00 80 00 00  00 00 00 00  cb 00 71 2d");
        trace.clear();
    }
}

BOOST_AUTO_TEST_CASE(a_gateway_that_learns_pcp_is_renewed_by_it, *label("C6886-004")) {
    Trace trace = asking();
    trace.receives(natPmpOnly).sends(natPmpRequest);
    trace.answersByNatPmp().sends("00 00");
    trace.receives("00 80 00 00  00 00 03 e8  cb 00 71 2d").expects(EventKind::granted);
    trace.at(3600s).sends();
    trace.answers();
    BOOST_TEST((trace.expects(EventKind::renewed).grant.via == Via::pcp));
}

// The least and the greatest address of each private range and its neighbours outside, and whether NAT-PMP applies.
BOOST_TEST_DECORATOR(*label("C6886-007"))

BOOST_DATA_TEST_CASE(nat_pmp_is_for_private_addresses,
                     boost::unit_test::data::make(std::vector<std::tuple<int, int, int, int, bool>>{
                         {10, 0, 0, 1, true},
                         {172, 16, 0, 1, true},
                         {172, 31, 255, 1, true},
                         {192, 168, 0, 1, true},
                         {172, 32, 0, 1, false},
                         {172, 15, 0, 1, false},
                         {192, 169, 0, 1, false},
                         {203, 0, 113, 5, false},
                         {100, 64, 0, 2, false},
                     }),
                     a, b, c, d, applies) {
    const auto octet = [](int value) { return static_cast<std::uint8_t>(value); };
    Trace trace = asking(clientAt(wire::Address::v4(octet(a), octet(b), octet(c), octet(d))));
    trace.receives(natPmpOnly);
    BOOST_TEST(trace.sent.empty() != applies);
}

BOOST_AUTO_TEST_CASE(where_nat_pmp_does_not_apply_its_gateway_is_of_no_use, *label("C6886-007")) {
    Trace trace = asking(clientAt(wire::Address::v4(203, 0, 113, 5)));
    trace.receives(natPmpOnly);
    BOOST_TEST((trace.expects(EventKind::refused).error == Errc::versionNotSupported));
    trace.silentUntil(30min - 1ms).at(30min).sends();
}

BOOST_AUTO_TEST_CASE(where_only_pcp_is_to_be_spoken_a_nat_pmp_gateway_is_of_no_use) {
    Config config = testConfig();
    config.speak = Speak::pcp;
    Trace trace = asking(config);
    trace.receives(natPmpOnly).sendsNothing();
    BOOST_TEST((trace.expects(EventKind::refused).error == Errc::versionNotSupported));
}

BOOST_AUTO_TEST_CASE(what_nat_pmp_cannot_express_is_refused) {
    Trace trace;
    trace.request(mapping(80, wire::Protocol::sctp));
    trace.sends();
    trace.receives(natPmpOnly).sendsNothing();
    BOOST_TEST((trace.expects(EventKind::refused).error == Errc::notAvailable));
}

BOOST_AUTO_TEST_CASE(no_version_but_2_and_0_is_ever_sent, *label("C6887-061") * label("C6886-001")) {
    Trace trace = asking();
    trace.receives(namesVersion3("00 00 00 3c")).at(24h);
    for (const Sent& sent : trace.sent) {
        BOOST_TEST(sent.octets.front() == 2);
    }
}

BOOST_AUTO_TEST_CASE(an_unsupported_version_is_retried_after_its_lifetime, *label("C6887-062")) {
    Trace trace = asking();
    trace.receives(namesVersion3("00 00 00 3c"));
    BOOST_TEST((trace.expects(EventKind::refused).error == Errc::versionNotSupported));
    trace.silentUntil(60s - 1ms).at(60s).sends();
}

BOOST_AUTO_TEST_CASE(an_unsupported_version_is_retried_after_half_an_hour_at_most, *label("C6887-062")) {
    Trace trace = asking();
    trace.receives(namesVersion3("00 01 51 80")).silentUntil(30min - 1ms).at(30min).sends();
}

BOOST_AUTO_TEST_CASE(a_rejection_that_names_the_version_we_sent_is_a_failure) {
    Trace trace = asking();
    trace.receives("02 81 00 01  00 00 07 08  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00").sendsNothing();
    BOOST_TEST((trace.expects(EventKind::refused).error == Errc::versionNotSupported));
}

BOOST_AUTO_TEST_CASE(a_rejection_may_be_4_octets, *label("C6887-038")) {
    Trace trace = asking();
    trace.receives("03 81 00 01");
    BOOST_TEST((trace.expects(EventKind::refused).retryAfter == 30min));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_rejects_both_versions_is_left_alone) {
    Trace trace = asking();
    trace.receives(natPmpOnly).sends(natPmpRequest);
    trace.receives("02 82 00 01  00 00 07 08  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00").sendsNothing();
    BOOST_TEST((trace.expects(EventKind::refused).error == Errc::versionNotSupported));
    trace.silentUntil(30min - 1ms);
}

BOOST_AUTO_TEST_CASE(a_pcp_only_gateway_is_of_no_use_to_nat_pmp_alone, *label("C6886-006")) {
    Trace trace{natPmpConfig()};
    trace.request(mapping());
    trace.sends(natPmpRequest);
    trace.receives("02 80 00 01  00 00 02 58  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00");
    const Event event = trace.expects(EventKind::refused);
    BOOST_TEST((event.error == Errc::versionNotSupported));
    BOOST_TEST((event.retryAfter == 600s));
}

BOOST_AUTO_TEST_CASE(a_deletion_rejected_by_its_version_is_over) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id).sends();
    trace.receives(natPmpOnly).sendsNothing().expects(EventKind::released, id);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_takes_five_seconds_for_its_rejection_is_asked_by_nat_pmp) {
    Trace trace = asking();
    trace.at(8s).clear().receives(natPmpOnly).sends(natPmpRequest);
}

BOOST_AUTO_TEST_CASE(a_rejection_that_takes_five_seconds_is_understood) {
    Trace trace = asking();
    trace.at(8s).clear().receives(namesVersion3("00 00 00 3c"));
    BOOST_TEST((trace.expects(EventKind::refused).error == Errc::versionNotSupported));
}

BOOST_AUTO_TEST_SUITE_END()
