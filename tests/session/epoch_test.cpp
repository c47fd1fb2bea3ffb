// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <tuple>
#include <vector>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

constexpr TimePoint start{1'000'000s};

/// Whether the second of two readings is believed.
template <class Epoch>
bool verdict(std::uint32_t before, std::uint32_t after, Duration elapsed) {
    Epoch epoch;
    (void)epoch.check(start, before);
    return epoch.check(start + elapsed, after);
}

using Verdict = std::tuple<std::uint32_t, std::uint32_t, int, bool>;

} // namespace

BOOST_AUTO_TEST_SUITE(session_epoch)

// The table of verdicts: epoch before, after, seconds between, valid.
BOOST_TEST_DECORATOR(*label("C6887-053") * label("C6887-054") * label("C6887-055") * label("C6887-056"))

BOOST_DATA_TEST_CASE(the_verdict_on_a_pcp_epoch_is_that_of_the_table,
                     boost::unit_test::data::make(std::vector<Verdict>{
                         {1000, 999, 0, true},
                         {1000, 999, 1, true},
                         {1000, 999, 2, false},
                         {1000, 998, 0, false},
                         {1000, 1002, 0, true},
                         {1000, 1003, 0, false},
                         {1000, 1000, 2, true},
                         {1000, 1000, 3, false},
                         {1000, 1092, 100, true},
                         {1000, 1108, 100, true},
                         {1000, 1091, 100, false},
                         {1000, 1109, 100, false},
                         {5000, 0, 3600, false},
                     }),
                     before, after, elapsed, valid) {
    BOOST_TEST(verdict<PcpEpoch>(before, after, std::chrono::seconds{elapsed}) == valid);
}

// For the seconds between, the least and the greatest advance that is valid.
BOOST_TEST_DECORATOR(*label("C6887-055") * label("C6887-056"))

BOOST_DATA_TEST_CASE(an_advance_is_valid_within_a_sixteenth_and_2_s,
                     boost::unit_test::data::make(std::vector<std::tuple<int, std::uint32_t, std::uint32_t>>{
                         {10, 8, 12},
                         {30, 27, 34},
                         {60, 55, 66},
                         {600, 561, 642},
                         {3600, 3373, 3842},
                         {86400, 80998, 92162},
                     }),
                     elapsed, least, most) {
    const Duration time = std::chrono::seconds{elapsed};
    BOOST_TEST(verdict<PcpEpoch>(1000, 1000 + least, time));
    BOOST_TEST(verdict<PcpEpoch>(1000, 1000 + most, time));
    BOOST_TEST(!verdict<PcpEpoch>(1000, 1000 + least - 1, time));
    BOOST_TEST(!verdict<PcpEpoch>(1000, 1000 + most + 1, time));
}

BOOST_AUTO_TEST_CASE(a_first_reading_is_always_valid, *label("C6887-052")) {
    BOOST_TEST(PcpEpoch{}.check(start, 0));
    BOOST_TEST(PcpEpoch{}.check(start, 4'000'000'000));
    BOOST_TEST(NatPmpEpoch{}.check(start, 0));
}

BOOST_AUTO_TEST_CASE(an_invalid_reading_is_the_base_of_the_next, *label("C6887-057")) {
    PcpEpoch epoch;
    (void)epoch.check(start, 5000);
    BOOST_TEST(!epoch.check(start + 10s, 3));
    BOOST_TEST(epoch.check(start + 20s, 13));
}

BOOST_AUTO_TEST_CASE(an_epoch_at_the_end_of_its_range_is_no_overflow) {
    BOOST_TEST(verdict<PcpEpoch>(0xffffffff, 0xfffffffe, 0s));
    BOOST_TEST(!verdict<PcpEpoch>(0xffffffff, 0, 1s));
    BOOST_TEST(!verdict<NatPmpEpoch>(0xffffffff, 0, 1s));
}

// Seven eighths of the time elapsed, less 2 s; a jump forward is no error.
BOOST_TEST_DECORATOR(*label("C6886-037"))

BOOST_DATA_TEST_CASE(the_verdict_on_a_nat_pmp_epoch_is_that_of_the_rule,
                     boost::unit_test::data::make(std::vector<Verdict>{
                         {1000, 1068, 80, true},
                         {1000, 1067, 80, false},
                         {1000, 998, 0, true},
                         {1000, 997, 0, false},
                         {1000, 900'000, 80, true},
                         {5000, 0, 3600, false},
                     }),
                     before, after, elapsed, valid) {
    BOOST_TEST(verdict<NatPmpEpoch>(before, after, std::chrono::seconds{elapsed}) == valid);
}

BOOST_AUTO_TEST_SUITE_END()
