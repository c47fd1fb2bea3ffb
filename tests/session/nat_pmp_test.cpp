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

constexpr auto natPmpOnly = "00 80 00 01  00 00 03 e8";

} // namespace

BOOST_AUTO_TEST_SUITE(session_nat_pmp)

BOOST_AUTO_TEST_CASE(a_second_version_rejection_does_not_disturb_what_nat_pmp_asks) {
    Trace trace;
    trace.request(mapping(8080));
    trace.request(mapping(8081));
    trace.sends();
    trace.sends();
    trace.receives(natPmpOnly).sends("00 02 00 00  1f 90 00 00  00 00 1c 20");
    trace.receives(natPmpOnly).sendsNothing();
}

BOOST_AUTO_TEST_CASE(a_mapping_released_before_its_turn_leaves_no_deadline_behind) {
    Config config = testConfig();
    config.speak = Speak::natPmp;
    Trace trace{config};
    const auto first = trace.request(mapping(8080));
    const auto second = trace.request(mapping(8081));
    trace.sends("00 02 00 00  1f 90 00 00  00 00 1c 20");
    trace.release(second).receives("00 82 00 00  00 00 03 e8  1f 90 9c bb  00 00 1c 20");
    trace.expects(EventKind::released, second);
    trace.sends("00 00").receives("00 80 00 00  00 00 03 e8  cb 00 71 2d");
    trace.expects(EventKind::granted, first);
    BOOST_TEST(trace.session.nextTimeout().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
