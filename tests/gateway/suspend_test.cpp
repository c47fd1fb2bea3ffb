// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>

import portolan.gateway;

using portolan::gateway::Clocks;
using portolan::gateway::slept;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(gateway_suspend)

BOOST_AUTO_TEST_CASE(the_time_that_one_clock_stood_still_was_slept) {
    BOOST_TEST((slept({.always = 100h, .awake = 7h}, {.always = 109h, .awake = 8h}) == 8h));
}

BOOST_AUTO_TEST_CASE(nothing_was_slept_while_both_clocks_went_on) {
    BOOST_TEST((slept({.always = 100h, .awake = 7h}, {.always = 103h, .awake = 10h}) == 0s));
}

BOOST_AUTO_TEST_CASE(two_clocks_that_are_not_read_at_quite_the_same_moment_are_no_sleep) {
    BOOST_TEST((slept({.always = 100h, .awake = 7h}, {.always = 101h + 900ms, .awake = 8h}) == 0s));
    BOOST_TEST((slept({.always = 100h, .awake = 7h}, {.always = 101h, .awake = 8h + 900ms}) == 0s));
    BOOST_TEST((slept({.always = 100h, .awake = 7h}, {.always = 101h + 1s, .awake = 8h}) == 1s));
}

BOOST_AUTO_TEST_CASE(a_clock_that_makes_no_sense_is_no_sleep) {
    BOOST_TEST((slept({.always = 100h, .awake = 7h}, {.always = 1h, .awake = 8h}) == 0s));
}

BOOST_AUTO_TEST_SUITE_END()
