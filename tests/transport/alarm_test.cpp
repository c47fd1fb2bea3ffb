// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>

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

BOOST_AUTO_TEST_SUITE_END()
