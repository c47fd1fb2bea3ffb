// SPDX-License-Identifier: MIT
// When it is looked what changed; time is a number here.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <vector>

import portolan.gateway;

using portolan::gateway::Debouncer;
using namespace std::chrono_literals;

namespace {

using TimePoint = Debouncer::TimePoint;
using std::chrono::milliseconds;

constexpr TimePoint start{1h};

/// When there is a look, in milliseconds from the start, if there is news at these times.
std::vector<int> looks(const std::vector<int>& news) {
    Debouncer debouncer;
    std::vector<int> all;
    const auto look = [&](TimePoint until) {
        while (const auto due = debouncer.nextTimeout()) {
            if (*due > until) {
                return;
            }
            BOOST_TEST(!debouncer.handleTimeout(*due - 1ms));
            BOOST_TEST(debouncer.handleTimeout(*due));
            all.push_back(static_cast<int>(std::chrono::duration_cast<milliseconds>(*due - start).count()));
        }
    };
    for (const int at : news) {
        look(start + milliseconds{at});
        debouncer.handleNews(start + milliseconds{at});
    }
    look(TimePoint::max());
    return all;
}

/// One every `step` milliseconds.
std::vector<int> every(int step, int until) {
    std::vector<int> times;
    for (int at = 0; at <= until; at += step) {
        times.push_back(at);
    }
    return times;
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_debounce)

BOOST_AUTO_TEST_CASE(nothing_is_due_without_news) {
    BOOST_TEST(!Debouncer{}.nextTimeout().has_value());
    BOOST_TEST(!Debouncer{}.handleTimeout(start));
}

BOOST_AUTO_TEST_CASE(one_message_gives_one_look_once_it_is_quiet) {
    BOOST_TEST(looks({0}) == std::vector<int>{100});
}

BOOST_AUTO_TEST_CASE(a_burst_gives_one_look) {
    BOOST_TEST(looks({0, 10, 20, 90, 150}) == std::vector<int>{250});
}

BOOST_AUTO_TEST_CASE(a_burst_that_goes_on_is_looked_at_all_the_same) {
    BOOST_TEST(looks(every(50, 700)) == (std::vector<int>{500, 1000}));
}

BOOST_AUTO_TEST_CASE(news_without_end_gives_two_looks_a_second) {
    BOOST_TEST(looks(every(10, 10'000)).size() <= 22U);
}

BOOST_AUTO_TEST_CASE(what_comes_behind_a_look_waits_for_the_next) {
    BOOST_TEST(looks({0, 150}) == (std::vector<int>{100, 600}));
    BOOST_TEST(looks({0, 5000}) == (std::vector<int>{100, 5100}));
}

BOOST_AUTO_TEST_SUITE_END()
