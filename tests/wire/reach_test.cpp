// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string_view>

import portolan.wire;

using namespace portolan::wire;

namespace {

constexpr Address v6(std::uint8_t first, std::uint8_t second, std::uint8_t last = 1) {
    return {{first, second, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_reach)

BOOST_AUTO_TEST_CASE(it_is_known_when_a_program_is_compiled) {
    static_assert(reachOf(Address::v4(192, 168, 1, 1)) == Reach::privateAddress);
    static_assert(reachOf(Address::v4(203, 0, 113, 45)) == Reach::global);
}

BOOST_AUTO_TEST_CASE(private_networks_are_told_to_their_last_address) {
    for (const Address& address :
         {Address::v4(10, 0, 0, 0), Address::v4(10, 255, 255, 255), Address::v4(172, 16, 0, 1),
          Address::v4(172, 31, 255, 255), Address::v4(192, 168, 178, 20), v6(0xfc, 0), v6(0xfd, 0x12)}) {
        BOOST_TEST((reachOf(address) == Reach::privateAddress), name(reachOf(address)));
    }
}

BOOST_AUTO_TEST_CASE(addresses_of_a_providers_nat_are_told_from_private_ones) {
    for (const Address& address : {Address::v4(100, 64, 0, 0), Address::v4(100, 127, 255, 255),
                                   Address::v4(192, 0, 0, 2), Address::v4(192, 0, 0, 7)}) {
        BOOST_TEST((reachOf(address) == Reach::sharedAddress), name(reachOf(address)));
    }
}

BOOST_AUTO_TEST_CASE(their_neighbours_are_global) {
    for (const Address& address : {Address::v4(9, 255, 255, 255),
                                   Address::v4(11, 0, 0, 0),
                                   Address::v4(172, 15, 255, 255),
                                   Address::v4(172, 32, 0, 0),
                                   Address::v4(192, 167, 0, 1),
                                   Address::v4(192, 169, 0, 1),
                                   Address::v4(100, 63, 255, 255),
                                   Address::v4(100, 128, 0, 0),
                                   Address::v4(192, 0, 0, 8),
                                   Address::v4(169, 253, 0, 1),
                                   Address::v4(126, 0, 0, 1),
                                   Address::v4(128, 0, 0, 1),
                                   Address::v4(223, 255, 255, 255),
                                   Address::v4(198, 17, 255, 255),
                                   Address::v4(198, 20, 0, 0),
                                   v6(0x20, 0x01),
                                   v6(0xfe, 0x7f),
                                   v6(0xfe, 0xc0),
                                   v6(0, 0, 2),
                                   v6(1, 1)}) {
        BOOST_TEST((reachOf(address) == Reach::global), name(reachOf(address)));
    }
}

BOOST_AUTO_TEST_CASE(what_reaches_nobody_is_told_by_its_kind) {
    BOOST_TEST((reachOf(Address::v4(169, 254, 7, 7)) == Reach::linkLocal));
    BOOST_TEST((reachOf(v6(0xfe, 0x80)) == Reach::linkLocal));
    BOOST_TEST((reachOf(v6(0xfe, 0xbf)) == Reach::linkLocal));
    BOOST_TEST((reachOf(Address::v4(127, 0, 0, 2)) == Reach::loopback));
    BOOST_TEST((reachOf(v6(0, 0, 1)) == Reach::loopback));
    BOOST_TEST((reachOf(Address::anyV4()) == Reach::unspecified));
    BOOST_TEST((reachOf(Address::v4(0, 1, 2, 3)) == Reach::unspecified));
    BOOST_TEST((reachOf(Address::anyV6()) == Reach::unspecified));
    BOOST_TEST((reachOf(Address::v4(224, 0, 0, 0)) == Reach::multicast));
    BOOST_TEST((reachOf(Address::v4(239, 255, 255, 255)) == Reach::multicast));
    BOOST_TEST((reachOf(v6(0xff, 0x02)) == Reach::multicast));
    BOOST_TEST((reachOf(Address::v4(240, 0, 0, 0)) == Reach::reserved));
    BOOST_TEST((reachOf(Address::v4(255, 255, 255, 255)) == Reach::reserved));
    BOOST_TEST((reachOf(Address::v4(198, 18, 0, 0)) == Reach::reserved));
    BOOST_TEST((reachOf(Address::v4(198, 19, 255, 255)) == Reach::reserved));
    BOOST_TEST((reachOf(v6(1, 0)) == Reach::reserved));
}

BOOST_AUTO_TEST_CASE(the_ranges_for_documentation_are_global_as_test_networks_play_the_internet_with_them) {
    for (const Address& address : {Address::v4(192, 0, 2, 1), Address::v4(198, 51, 100, 1), Address::v4(203, 0, 113, 1),
                                   Address{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}}) {
        BOOST_TEST((reachOf(address) == Reach::global), name(reachOf(address)));
    }
}

BOOST_AUTO_TEST_CASE(each_has_a_word) {
    BOOST_TEST(name(Reach::global) == "global");
    BOOST_TEST(name(Reach::privateAddress) == "private");
    BOOST_TEST(name(Reach::sharedAddress) == "shared");
    BOOST_TEST(name(Reach::linkLocal) == "link-local");
    BOOST_TEST(name(Reach::loopback) == "loopback");
    BOOST_TEST(name(Reach::unspecified) == "unspecified");
    BOOST_TEST(name(Reach::multicast) == "multicast");
    BOOST_TEST(name(Reach::reserved) == "reserved");
}

BOOST_AUTO_TEST_SUITE_END()
