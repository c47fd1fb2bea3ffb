// SPDX-License-Identifier: MIT
// The way to the gateway was gone, or this machine asleep.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(session_return)

BOOST_AUTO_TEST_CASE(what_was_asked_in_vain_is_asked_at_once) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.at(700s).clear(); // the next try is minutes away
    const Duration since = trace.elapsed();
    trace.wayReturns().within(since, since + renewalFloor).sends();
    trace.answers().expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_reached_is_asked_at_once) {
    Trace trace;
    const auto id = trace.request(mapping());
    trace.sends();
    for (int tries = 0; tries < 6; ++tries) {
        trace.unreachable();
        while (trace.sent.empty()) {
            trace.advance(1s);
        }
        trace.clear();
    }
    trace.unreachable().advance(5s).clear(); // the next try is a minute away
    const Duration since = trace.elapsed();
    trace.wayReturns().within(since, since + 1ms).sends();
    trace.answers().expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(one_of_what_is_held_is_renewed_to_see_that_it_still_stands) {
    Trace trace;
    trace.hold(mapping(8080));
    trace.hold(mapping(8081));
    trace.at(600s);
    trace.wayReturns().within(600s, 605s).sends();
    trace.answers().expects(EventKind::renewed);
    trace.silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_lost_its_state_meanwhile_has_everything_recovered) {
    Trace trace;
    trace.hold(mapping(8080));
    trace.hold(mapping(8081));
    trace.at(600s).gatewayRestarts();
    trace.wayReturns().within(600s, 605s).sends();
    trace.answers().expects(EventKind::recovered);
    trace.within(600s, 610s).sends();
    trace.answers().expects(EventKind::recovered);
}

BOOST_AUTO_TEST_CASE(what_ran_out_in_the_meantime_is_lost_and_asked_for_anew) {
    Trace trace;
    const auto id = trace.hold();
    trace.now += 4000s; // nobody looked at the clock
    trace.wayReturns().expects(EventKind::lost, id);
    trace.sends();
    trace.answers().expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(a_way_that_returns_again_and_again_makes_no_storm) {
    Trace trace;
    trace.hold();
    trace.at(600s);
    std::size_t asked = 0;
    for (int times = 0; times < 100; ++times) {
        trace.wayReturns().advance(200ms);
        while (!trace.sent.empty()) {
            ++asked;
            trace.taken = trace.sent.front().octets;
            trace.sent.pop_front();
            trace.answers();
        }
    }
    BOOST_TEST(asked <= 6U); // in 20 s
}

BOOST_AUTO_TEST_CASE(another_server_would_be_asked_for_what_is_held) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.filters = {wire::Filter{96 + 24, 0, wire::Address::v4(198, 51, 100, 0)}};
    const auto id = trace.hold(wanted);
    const auto request = trace.session.request(id);
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST(request->internalPort == 8080);
    BOOST_TEST(request->suggestedPort == 40123);
    BOOST_TEST((request->suggestedAddress == wire::Address::anyV4()));
    BOOST_TEST((request->lifetime == wanted.lifetime));
    BOOST_TEST((request->nonce == wanted.nonce));
    BOOST_TEST((request->filters == wanted.filters));
}

BOOST_AUTO_TEST_CASE(another_server_would_be_asked_with_the_same_options) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.thirdParty = wire::Address::v4(192, 0, 2, 9);
    wanted.thirdPartyId = {0xab, 0xcd};
    wanted.wishes = {"web server", session::PortSetWish{4, true}, true, true};
    const auto request = trace.session.request(trace.request(wanted));
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST((request->thirdPartyId == wanted.thirdPartyId));
    BOOST_TEST((request->wishes.description == wanted.wishes.description));
    BOOST_TEST((request->wishes.portSet == wanted.wishes.portSet));
    BOOST_TEST(request->wishes.prefix64);
    BOOST_TEST(request->wishes.checkpoint);
}

BOOST_AUTO_TEST_CASE(another_server_would_be_asked_for_the_only_acceptable_port) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.suggestedPort = 443;
    wanted.preferFailure = true;
    const auto request = trace.session.request(trace.request(wanted));
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST(request->preferFailure);
    BOOST_TEST(request->suggestedPort == 443);
}

BOOST_AUTO_TEST_CASE(another_server_would_not_be_asked_for_what_is_to_be_deleted) {
    Trace trace;
    const auto id = trace.hold();
    trace.release(id);
    BOOST_TEST(!trace.session.request(id).has_value());
    BOOST_TEST(!trace.session.request(trace.query()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
