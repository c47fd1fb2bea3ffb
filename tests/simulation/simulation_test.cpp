// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>

#include "support/sanitized.hpp"

import portolan.simulation;

using namespace portolan::simulation;

namespace {

/// How many worlds a case runs.
constexpr std::uint64_t worlds = sanitized ? 40 : 500;

/// Runs the worlds of the part-th seeds; a violation is told with the command that shows it again.
void run(std::uint64_t part) {
    for (std::uint64_t seed = 1 + part * worlds; seed <= (part + 1) * worlds; ++seed) {
        World world{planOf(seed)};
        if (const auto violation = world.run()) {
            BOOST_TEST_ERROR(violation->invariant + ": " + violation->what +
                             "\n  replay: " PORTOLAN_SIMULATION " --verbose --seed " + std::to_string(seed));
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulation)

// Several cases, so that they run side by side.
BOOST_AUTO_TEST_CASE(the_first_worlds_keep_every_promise) {
    run(0);
}

BOOST_AUTO_TEST_CASE(the_second_worlds_keep_every_promise) {
    run(1);
}

BOOST_AUTO_TEST_CASE(the_third_worlds_keep_every_promise) {
    run(2);
}

BOOST_AUTO_TEST_CASE(the_fourth_worlds_keep_every_promise) {
    run(3);
}

BOOST_AUTO_TEST_CASE(the_fifth_worlds_keep_every_promise) {
    run(4);
}

BOOST_AUTO_TEST_CASE(a_seed_replays_exactly) {
    std::string traces[2];
    for (std::string& trace : traces) {
        World world{planOf(7), [&](const std::string& line) { trace += line + '\n'; }};
        (void)world.run();
    }
    BOOST_TEST(!traces[0].empty());
    BOOST_TEST(traces[0] == traces[1]);
}

BOOST_AUTO_TEST_SUITE_END()
