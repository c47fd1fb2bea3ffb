// SPDX-License-Identifier: MIT
#include <array>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <set>

import portolan.transport;

using namespace portolan;
using boost::unit_test::label;

BOOST_AUTO_TEST_SUITE(transport_entropy)

BOOST_AUTO_TEST_CASE(a_thousand_nonces_differ_and_have_as_many_ones_as_zeros, *label("C6887-075")) {
    std::set<std::array<std::uint8_t, 12>> nonces;
    int ones = 0;
    for (int count = 0; count < 1000; ++count) {
        const wire::Nonce nonce = transport::randomNonce();
        nonces.insert(nonce.octets);
        for (const std::uint8_t octet : nonce.octets) {
            ones += std::popcount(octet);
        }
    }
    BOOST_TEST(nonces.size() == 1000U);
    // 96,000 fair bits are six standard deviations of 155 from 48,000 once in five hundred million runs.
    BOOST_TEST(ones > 48'000 - 930);
    BOOST_TEST(ones < 48'000 + 930);
}

BOOST_AUTO_TEST_SUITE_END()
