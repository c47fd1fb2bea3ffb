// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

import portolan.net;
import portolan.transport;

using namespace portolan;
using namespace std::chrono_literals;

namespace {

struct Bell {
    net::io_context context;
    transport::Alarm alarm{net::make_strand(context)};
    unsigned rung = 0;

    void set(session::TimePoint when) {
        alarm.set(when, [this] { ++rung; });
    }
};

/// Whether this process has a timer of the clock that counts suspend (CLOCK_BOOTTIME is 7).
bool hasTimerThatCountsSuspend() {
    for (const auto& file : std::filesystem::directory_iterator{"/proc/self/fdinfo"}) {
        std::ifstream info{file.path()};
        for (std::string line; std::getline(info, line);) {
            if (line == "clockid: 7") {
                return true;
            }
        }
    }
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(transport_alarm)

BOOST_AUTO_TEST_CASE(comes_when_its_time_has_come) {
    Bell bell;
    const session::TimePoint when = transport::now() + 20ms;
    bell.set(when);
    bell.context.run();
    BOOST_TEST(bell.rung == 1U);
    BOOST_TEST((transport::now() >= when));
}

BOOST_AUTO_TEST_CASE(a_time_that_has_passed_comes_at_once) {
    Bell bell;
    bell.set(session::TimePoint::min());
    bell.context.run();
    BOOST_TEST(bell.rung == 1U);
}

BOOST_AUTO_TEST_CASE(an_earlier_time_takes_the_place_of_a_later_one) {
    Bell bell;
    bell.set(session::TimePoint::max());
    bell.set(transport::now() + 10ms);
    bell.context.run();
    BOOST_TEST(bell.rung == 1U);
}

BOOST_AUTO_TEST_CASE(may_be_set_again_when_it_has_come) {
    Bell bell;
    bell.alarm.set(transport::now(), [&] { bell.set(transport::now() + 10ms); });
    bell.context.run();
    BOOST_TEST(bell.rung == 1U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_one_leaves_nothing_to_wait_for) {
    Bell bell;
    bell.set(transport::now() + 1h);
    bell.alarm.cancel();
    bell.context.run();
    BOOST_TEST(bell.rung == 0U);
}

BOOST_AUTO_TEST_CASE(may_be_set_again_when_it_was_cancelled) {
    Bell bell;
    bell.set(transport::now());
    bell.alarm.cancel();
    bell.set(transport::now() + 10ms);
    bell.context.run();
    BOOST_TEST(bell.rung == 1U);
}

BOOST_AUTO_TEST_CASE(counts_the_time_of_a_suspend, *boost::unit_test::label("C6887-051")) {
    Bell bell;
    BOOST_TEST(hasTimerThatCountsSuspend());
}

BOOST_AUTO_TEST_SUITE_END()
