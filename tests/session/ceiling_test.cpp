// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

/// How many datagrams a ceiling lets pass in this time to one who always wants to send.
int passing(Ceiling ceiling, Duration time) {
    int passed = 0;
    for (TimePoint now; now < TimePoint{time}; now += 1ms) {
        while (ceiling.next() <= now && passed < 1'000'000) {
            ceiling.transmitted(now);
            ++passed;
        }
    }
    return passed;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_ceiling)

BOOST_AUTO_TEST_CASE(a_burst_passes_at_once) {
    BOOST_TEST(passing(Ceiling{10, 64}, 1ms) == 64);
}

BOOST_AUTO_TEST_CASE(after_the_burst_one_passes_each_interval) {
    BOOST_TEST(passing(Ceiling{10, 64}, 10s) == 64 + 99);
}

BOOST_AUTO_TEST_CASE(more_than_one_a_millisecond_pass_where_so_many_may) {
    const int passed = passing(Ceiling{10'000, 64}, 10s);
    BOOST_TEST(passed > 99'000);
    BOOST_TEST(passed <= 100'064);
}

BOOST_AUTO_TEST_CASE(a_pause_allows_another_burst_and_no_more) {
    Ceiling ceiling{10, 3};
    int passed = 0;
    for (const TimePoint now : {TimePoint{}, TimePoint{} + 60s}) {
        for (; ceiling.next() <= now; ++passed) {
            ceiling.transmitted(now);
        }
    }
    BOOST_TEST(passed == 6);
}

BOOST_AUTO_TEST_CASE(zero_is_no_ceiling) {
    BOOST_TEST(passing(Ceiling{0, 0}, 1ms) == 1'000'000);
}

BOOST_AUTO_TEST_CASE(a_session_sends_no_more_than_its_ceiling_allows) {
    Config config = testConfig();
    config.packetsPerSecond = 100;
    config.packetBurst = 10;
    Trace trace{config};
    for (std::uint16_t port = 1; port <= 1000; ++port) {
        trace.request(mapping(port));
    }
    trace.answeredUntil(1s);
    BOOST_TEST(trace.session.statistics().transmitted <= 110U);
    BOOST_TEST(trace.session.statistics().transmitted >= 105U);
    trace.answeredUntil(10s);
    BOOST_TEST(trace.session.statistics().transmitted == 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
