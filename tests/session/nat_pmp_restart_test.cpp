// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "nat_pmp_holding.hpp"

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

BOOST_AUTO_TEST_SUITE(session_nat_pmp_restart)

BOOST_AUTO_TEST_CASE(a_restart_has_every_mapping_requested_again, *label("C6886-037") * label("C6886-038")) {
    Holding held;
    held.trace.advance(600s).receives("00 80 00 00  00 00 00 02  cb 00 71 2d").within(600s, 605s).sends(renewal);
    held.trace.receives("00 82 00 00  00 00 00 04  1f 90 9c bb  00 00 1c 20").expects(EventKind::recovered);
}

BOOST_AUTO_TEST_CASE(after_a_restart_the_first_request_waits_up_to_5_s, *label("C6886-039") * label("C6886-040")) {
    Spread spread;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Trace trace{natPmpConfig(seed)};
        trace.request(mapping());
        trace.sends(create).receives(success).sends(addressRequest).receives(address);
        trace.at(600s).receives("00 80 00 00  00 00 00 02  cb 00 71 2d").within(600s, 605s);
        spread.add(static_cast<double>(trace.elapsed().count()));
    }
    BOOST_TEST(spread.within(600'000, 605'000));
    BOOST_TEST(spread.fills(600'000, 605'000));
}

BOOST_AUTO_TEST_CASE(after_a_restart_requests_go_one_at_a_time, *label("C6886-041") * label("C6886-042")) {
    Holding held;
    for (std::uint16_t port = 8081; port < 8083; ++port) {
        held.trace.request(mapping(port));
        held.trace.sends();
        held.trace.answersByNatPmp();
    }
    held.trace.clear().at(600s).gatewayRestarts().receives("00 80 00 00  00 00 00 02  cb 00 71 2d");
    held.trace.within(600s, 605s);
    for (int i = 0; i < 3; ++i) {
        held.trace.sends();
        held.trace.sendsNothing().advance(200ms).answersByNatPmp();
    }
    BOOST_TEST(held.trace.events.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_jump_forward_is_no_restart, *label("C6886-037")) {
    Holding held;
    held.trace.advance(600s).receives("00 80 00 00  00 0f 42 40  cb 00 71 2d").silentUntil(3599s);
}

BOOST_AUTO_TEST_CASE(an_announced_address_moves_what_is_held) {
    Holding held;
    held.trace.advance(600s).receives("00 80 00 00  00 00 06 40  cb 00 71 63");
    const Event event = held.trace.expects(EventKind::moved, held.id);
    BOOST_TEST((event.grant.external.address == wire::Address::v4(203, 0, 113, 99)));
}

BOOST_AUTO_TEST_CASE(an_announced_address_that_is_known_is_no_news) {
    Holding held;
    held.trace.advance(600s).receives("00 80 00 00  00 00 06 40  cb 00 71 2d").expectsNothing();
}

BOOST_AUTO_TEST_CASE(an_announced_address_moves_nothing_that_pcp_granted) {
    Trace trace;
    trace.hold();
    trace.receives("00 80 00 00  00 00 06 40  cb 00 71 63").expectsNothing();
}

BOOST_AUTO_TEST_CASE(an_announced_address_means_nothing_where_nat_pmp_was_never_spoken) {
    Trace trace;
    trace.hold();
    trace.receives("00 80 00 00  00 00 06 40  cb 00 71 63");
    BOOST_TEST(trace.session.statistics().unattributed == 1U);
}

BOOST_AUTO_TEST_CASE(a_flood_of_announced_addresses_is_no_flood_of_events) {
    Holding held;
    held.trace.advance(600s);
    for (int i = 0; i < 1000; ++i) {
        held.trace.receives("00 80 00 00  00 00 06 40  cb 00 71 63");
        held.trace.receives("00 80 00 00  00 00 06 40  cb 00 71 64");
    }
    BOOST_TEST(held.trace.events.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_address_announced_again_later_counts) {
    Holding held;
    held.trace.advance(600s).receives("00 80 00 00  00 00 06 40  cb 00 71 63").expects(EventKind::moved);
    held.trace.receives("00 80 00 00  00 00 06 40  cb 00 71 64").expectsNothing();
    held.trace.advance(4s).receives("00 80 00 00  00 00 06 44  cb 00 71 64").expects(EventKind::moved);
}

BOOST_AUTO_TEST_SUITE_END()
