// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>

#include "support/print.hpp"

import portolan.wire;

using namespace portolan::wire;
using boost::unit_test::label;

namespace {

constexpr Address documentation{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xc0, 0, 2, 1}};

} // namespace

BOOST_AUTO_TEST_SUITE(wire_address)

BOOST_AUTO_TEST_CASE(the_all_zeros_addresses_have_the_octets_of_their_family,
                     *label("C6887-003") * label("C6887-004")) {
    static_assert(Address::anyV6().octets == std::array<std::uint8_t, 16>{});
    static_assert(Address::anyV4().octets ==
                  std::array<std::uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0});
    BOOST_TEST(Address::anyV4() != Address::anyV6());
}

BOOST_AUTO_TEST_CASE(ffff_behind_another_prefix_is_not_ipv4, *label("C6887-002") * label("S6887-001")) {
    static_assert(!documentation.isV4());
    static_assert(Address::v4(192, 0, 2, 1).isV4());
}

BOOST_AUTO_TEST_CASE(any_of_the_96_leading_bits_decides, *label("C6887-002")) {
    for (std::size_t bit = 0; bit < 96; ++bit) {
        Address address = Address::v4(192, 0, 2, 1);
        address.octets[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
        BOOST_TEST_CONTEXT("bit " << bit) {
            BOOST_TEST(!address.isV4());
        }
    }
}

BOOST_AUTO_TEST_CASE(both_all_zeros_addresses_are_any) {
    static_assert(Address::anyV4().isAny() && Address::anyV6().isAny());
    static_assert(!Address::v4(0, 0, 0, 1).isAny() && !documentation.isAny());
    BOOST_TEST(Address{}.isAny());
}

BOOST_AUTO_TEST_CASE(the_all_zeros_address_follows_the_family) {
    static_assert(Address::anyLike(Address::v4(192, 0, 2, 1)) == Address::anyV4());
    static_assert(Address::anyLike(documentation) == Address::anyV6());
    BOOST_TEST(Address::anyLike(Address::anyV6()) == Address::anyV6());
}

BOOST_AUTO_TEST_CASE(the_last_four_octets_are_the_ipv4_address) {
    constexpr std::array<std::uint8_t, 4> octets{192, 0, 2, 1};
    static_assert(Address::v4(octets).v4Octets() == octets);
    BOOST_TEST(Address::v4(octets) == Address::v4(192, 0, 2, 1));
}

BOOST_AUTO_TEST_SUITE_END()
