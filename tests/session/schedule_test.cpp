// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <tuple>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

/// The n-th retransmission wait, all jittered the same.
Duration waitNumber(int n, double rand) {
    Duration wait{0};
    for (int i = 0; i < n; ++i) {
        wait = retransmissionWait(Backoff{}, wait, rand);
    }
    return wait;
}

/// To a ten-thousandth: each wait is rounded to the millisecond, and the next builds on it.
bool near(Duration found, double seconds) {
    return std::abs(static_cast<double>(found.count()) / 1000 - seconds) <= 0.001 + seconds / 10'000;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_schedule)

// The table of retransmission times: RT number, nominal, and its range in seconds.
BOOST_TEST_DECORATOR(*label("C6887-027") * label("C6887-028"))

BOOST_DATA_TEST_CASE(a_wait_is_in_the_range_of_the_table,
                     boost::unit_test::data::make(std::vector<std::tuple<int, double, double, double>>{
                         {1, 3, 2.700, 3.300},
                         {2, 6, 4.860, 7.260},
                         {3, 12, 8.748, 15.972},
                         {4, 24, 15.746, 35.138},
                         {5, 48, 28.344, 77.304},
                         {6, 96, 51.018, 170.070},
                         {7, 192, 91.833, 374.154},
                         {8, 384, 165.299, 823.138},
                         {9, 768, 297.539, 1126.4},
                         {10, 1024, 535.6, 1126.4},
                         {30, 1024, 921.6, 1126.4},
                     }),
                     n, nominal, least, most) {
    BOOST_TEST(near(waitNumber(n, 0), nominal));
    BOOST_TEST(near(waitNumber(n, -0.1), least));
    BOOST_TEST(near(waitNumber(n, 0.1), most));
}

BOOST_AUTO_TEST_CASE(the_first_wait_is_3_s_give_or_take_a_tenth, *label("C6887-026")) {
    Spread spread;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Random random{seed};
        spread.add(static_cast<double>(retransmissionWait(Backoff{}, 0ms, random).count()));
    }
    BOOST_TEST(spread.within(2700, 3300));
    BOOST_TEST(spread.fills(2700, 3300));
}

BOOST_AUTO_TEST_CASE(each_wait_doubles_the_jittered_one_before, *label("C6887-027")) {
    BOOST_TEST(near(retransmissionWait(Backoff{}, 3300ms, 0.1), 7.26));
    BOOST_TEST(near(retransmissionWait(Backoff{}, 2700ms, -0.1), 4.86));
}

BOOST_AUTO_TEST_CASE(no_wait_is_longer_than_the_cap_and_a_tenth, *label("C6887-028")) {
    Random random{1};
    Duration wait{0};
    for (int i = 0; i < 1000; ++i) {
        wait = retransmissionWait(Backoff{}, wait, random);
        BOOST_REQUIRE(wait <= 1126400ms);
    }
}

BOOST_AUTO_TEST_CASE(a_cap_of_zero_is_none) {
    BOOST_TEST((retransmissionWait(Backoff{3s, 0s}, 1024s, 0.0) == 2048s));
}

BOOST_AUTO_TEST_CASE(every_wait_draws_its_jitter_afresh, *label("C6887-032")) {
    Random random{7};
    Spread spread;
    for (int i = 0; i < 10'000; ++i) {
        spread.add(static_cast<double>(retransmissionWait(Backoff{}, 500s, random).count()) / 1'000'000 - 1);
    }
    BOOST_TEST(spread.within(-0.1, 0.1));
    BOOST_TEST(spread.fills(-0.1, 0.1));
}

BOOST_AUTO_TEST_CASE(another_seed_gives_another_sequence, *label("C6887-033")) {
    Random one{1};
    Random two{2};
    for (int i = 0; i < 8; ++i) {
        BOOST_TEST((retransmissionWait(Backoff{}, 500s, one) != retransmissionWait(Backoff{}, 500s, two)));
    }
}

// The table of renewal windows for a lifetime of 3600 s: attempt, from, to.
BOOST_TEST_DECORATOR(*label("C6887-081") * label("C6887-082"))

BOOST_DATA_TEST_CASE(a_renewal_is_uniform_in_its_window,
                     boost::unit_test::data::make(std::vector<std::tuple<unsigned, double, double>>{
                         {1, 1800, 2250},
                         {2, 2700, 2925},
                         {3, 3150, 3262.5},
                         {4, 3375, 3431.25},
                     }),
                     attempt, from, to) {
    Random random{attempt};
    Spread spread;
    for (int i = 0; i < 1000; ++i) {
        spread.add(static_cast<double>(renewalOffset(3600s, attempt, random).count()) / 1000);
    }
    BOOST_TEST(spread.within(from, to));
    BOOST_TEST(spread.fills(from, to));
}

BOOST_AUTO_TEST_CASE(errors_that_pass_are_believed_for_30_s_and_others_for_half_an_hour) {
    BOOST_TEST((defaultErrorLifetime(wire::ResultCode::networkFailure) == 30s));
    BOOST_TEST((defaultErrorLifetime(wire::ResultCode::noResources) == 30s));
    BOOST_TEST((defaultErrorLifetime(wire::ResultCode::userExQuota) == 30s));
    BOOST_TEST((defaultErrorLifetime(wire::ResultCode::notAuthorized) == 1800s));
    BOOST_TEST((defaultErrorLifetime(wire::ResultCode{200}) == 1800s));
    BOOST_TEST((defaultErrorLifetime(wire::NatPmpResult::outOfResources) == 30s));
    BOOST_TEST((defaultErrorLifetime(wire::NatPmpResult::notAuthorized) == 1800s));
}

BOOST_AUTO_TEST_CASE(no_time_lies_beyond_the_last) {
    BOOST_TEST((after(TimePoint{} + 1s, Duration::max()) == TimePoint::max()));
    BOOST_TEST((after(TimePoint{} + 1s, 2s) == TimePoint{} + 3s));
    BOOST_TEST((after(TimePoint{} + 3s, -2s) == TimePoint{} + 1s));
}

BOOST_AUTO_TEST_SUITE_END()
