// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <string>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

// The worked examples E1a to E1e: create, answer, renew, delete, error.
namespace {

constexpr auto create = "02 01 00 00  00 00 1c 20  00 00 00 00  00 00 00 00  00 00 ff ff  c0 a8 01 39"
                        "4f 2a 9c 01  7b e3 d8 56  0d 91 ac 44  06 00 00 00  1f 90 00 00"
                        "00 00 00 00  00 00 00 00  00 00 ff ff  00 00 00 00";
constexpr auto success = "02 81 00 00  00 00 0e 10  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00"
                         "4f 2a 9c 01  7b e3 d8 56  0d 91 ac 44  06 00 00 00  1f 90 9c bb"
                         "00 00 00 00  00 00 00 00  00 00 ff ff  cb 00 71 2d";
constexpr auto renewal = "02 01 00 00  00 00 1c 20  00 00 00 00  00 00 00 00  00 00 ff ff  c0 a8 01 39"
                         "4f 2a 9c 01  7b e3 d8 56  0d 91 ac 44  06 00 00 00  1f 90 9c bb"
                         "00 00 00 00  00 00 00 00  00 00 ff ff  cb 00 71 2d";
constexpr auto deletion = "02 01 00 00  00 00 00 00  00 00 00 00  00 00 00 00  00 00 ff ff  c0 a8 01 39"
                          "4f 2a 9c 01  7b e3 d8 56  0d 91 ac 44  06 00 00 00  1f 90 00 00"
                          "00 00 00 00  00 00 00 00  00 00 ff ff  00 00 00 00";
constexpr auto deleted = "02 81 00 00  00 00 00 00  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00"
                         "4f 2a 9c 01  7b e3 d8 56  0d 91 ac 44  06 00 00 00  1f 90 00 00"
                         "00 00 00 00  00 00 00 00  00 00 ff ff  00 00 00 00";

} // namespace

BOOST_AUTO_TEST_SUITE(session_map)

BOOST_AUTO_TEST_CASE(a_request_is_sent_at_once, *label("C6887-008") * label("C6887-069") * label("C6887-070")) {
    Trace trace;
    trace.request(mapping());
    trace.sends(create).sendsNothing().expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_success_grants_what_it_says) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends(create).receives(success);
    const Event event = trace.expects(EventKind::granted, id);
    BOOST_TEST(
        (event.grant == Grant{{wire::Address::v4(203, 0, 113, 45), 40123}, 3600s, 123456, Via::pcp, mapping().nonce}));
}

BOOST_AUTO_TEST_CASE(another_port_than_the_suggested_is_as_good, *label("C6887-071")) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.suggestedPort = 6000;
    const auto id = trace.request(wanted);
    trace.sends();
    const Event event = trace.answers({.port = 40123}).expects(EventKind::granted, id);
    BOOST_TEST(event.grant.external.port == 40123);
}

BOOST_AUTO_TEST_CASE(a_renewal_suggests_what_is_assigned, *label("C6887-079") * label("C6887-081")) {
    Trace trace;
    trace.request(mapping());
    trace.sends(create).receives(success).expects(EventKind::granted);
    trace.within(1800s, 2250s).sends(renewal).sendsNothing();
}

BOOST_AUTO_TEST_CASE(a_release_deletes, *label("C6887-135")) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends(create).receives(success).expects(EventKind::granted);
    trace.release(id).sends(deletion).receives(deleted);
    BOOST_TEST(!trace.expects(EventKind::released, id).error);
    BOOST_TEST(trace.session.size() == 0U);
    BOOST_TEST(!trace.session.nextTimeout().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
