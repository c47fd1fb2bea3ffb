// SPDX-License-Identifier: MIT
// Gateways that answer some requests well and others not at all.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

std::ptrdiff_t countOf(const House& house, EventKind kind) {
    return std::ranges::count(house.events, kind, &Event::kind);
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_silence)

BOOST_AUTO_TEST_CASE(creations_that_are_answered_without_a_word_are_refused_and_not_asked_often) {
    House house;
    house.gateway.breaks = "Add";
    house.request();
    house.advance(1h);
    BOOST_TEST((house.expects(EventKind::refused).error == Fault::httpStatus));
    BOOST_TEST(house.gateway.log.size() < 60U);
}

BOOST_AUTO_TEST_CASE(creations_that_are_not_answered_are_refused_and_not_asked_often) {
    House house;
    house.gateway.loses = "AddAnyPortMapping";
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action == "AddAnyPortMapping" ? 501U : 0U; // a fault that nobody hears
    };
    house.request();
    house.advance(1h);
    BOOST_TEST((house.expects(EventKind::refused).error == Errc::noAnswer));
    BOOST_TEST(house.gateway.log.size() < 60U);
}

BOOST_AUTO_TEST_CASE(renewals_that_are_answered_without_a_word_keep_to_their_times_until_the_lease_ends) {
    House house;
    house.hold();
    house.gateway.breaks = "Add";
    house.gateway.log.clear();
    house.advance(2h - 30s);
    // At a half, three quarters, seven eighths and so on: thrice each.
    BOOST_TEST(countOf(house, EventKind::refused) >= 4);
    BOOST_TEST(house.gateway.count("AddPortMapping") <= 30U);
    BOOST_TEST(countOf(house, EventKind::lost) == 0);
    house.advance(1min);
    BOOST_TEST(countOf(house, EventKind::lost) == 1);
}

BOOST_AUTO_TEST_CASE(a_renewal_that_is_answered_at_last_is_none_that_failed) {
    House house;
    house.hold();
    house.gateway.breaks = "Add";
    house.advance(100min);
    BOOST_TEST(countOf(house, EventKind::renewed) == 0);
    house.events.clear();
    house.gateway.breaks.clear();
    house.advance(15min);
    BOOST_TEST(countOf(house, EventKind::renewed) == 1);
    BOOST_TEST(countOf(house, EventKind::lost) == 0);
}

BOOST_AUTO_TEST_CASE(single_looks_without_an_answer_do_not_add_up) {
    House house;
    house.hold();
    for (int times = 0; times < 5; ++times) {
        house.gateway.breaks = "GetSpecific";
        house.point.handleDoubt(house.now);
        house.advance(5s);
        house.gateway.breaks.clear();
        house.advance(2min);
    }
    BOOST_TEST(countOf(house, EventKind::refused) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
