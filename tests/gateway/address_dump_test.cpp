// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::address;

namespace {

constexpr std::uint16_t peerAddress = 1;
constexpr std::uint16_t localAddress = 2;
constexpr std::uint16_t allFlags = 8;

std::string describe(const netlink::AddressDump& dump) {
    std::string text = "\n";
    for (const LocalAddress& row : dump.addresses()) {
        text += fmt::format("{}/{} dev {}{}{}{}\n", row.address, row.prefixLength, row.interfaceIndex,
                            row.usable ? "" : " unusable", row.deprecated ? " deprecated" : "",
                            row.temporary ? " temporary" : "");
    }
    return text;
}

std::string recorded(std::string_view name, Family family) {
    netlink::AddressDump dump{family};
    dump.begin(1);
    for (const auto& datagram : testing::recording(name)) {
        BOOST_TEST_REQUIRE(dump.feed(datagram).has_value());
    }
    BOOST_TEST(dump.malformed() == 0U);
    return describe(dump);
}

/// A message with the header of an IPv6 address of interface 2.
testing::Writer message(std::uint8_t flags, std::uint8_t family = 10) {
    testing::Writer writer;
    writer.message(20).number8(family).number8(64).number8(flags).number8(0).number32(2);
    return writer;
}

std::string read(testing::Writer writer, Family family = Family::v6) {
    netlink::AddressDump dump{family};
    dump.begin(1);
    BOOST_TEST_REQUIRE(dump.feed(writer.octets()).has_value());
    return describe(dump);
}

std::string withFlags(std::uint32_t flags) {
    return read(message(0).attribute(peerAddress, address("2001:db8::5")).attribute(allFlags, flags));
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_address_dump)

BOOST_AUTO_TEST_CASE(reads_the_ipv6_addresses_of_a_host) {
    BOOST_TEST(recorded("home_addresses6", Family::v6) == R"(
::1/128 dev 1
fd00:1::5/64 dev 2
2001:db8:1::6/64 dev 2 deprecated
2001:db8:1::5/64 dev 2
fe80::ff:fe00:2/64 dev 2 unusable
fe80::ff:fe00:3/64 dev 3 unusable
)");
}

BOOST_AUTO_TEST_CASE(reads_the_ipv4_addresses_of_a_host) {
    BOOST_TEST(recorded("home_addresses4", Family::v4) == R"(
127.0.0.1/8 dev 1
192.168.1.2/24 dev 2
)");
}

BOOST_AUTO_TEST_CASE(takes_the_near_end_of_a_point_to_point_link) {
    BOOST_TEST(read(message(0)
                        .attribute(peerAddress, address("2001:db8::1"))
                        .attribute(localAddress, address("2001:db8::2"))) == "\n2001:db8::2/64 dev 2\n");
}

BOOST_AUTO_TEST_CASE(knows_a_temporary_address) {
    BOOST_TEST(withFlags(0x01) == "\n2001:db8::5/64 dev 2 temporary\n");
}

BOOST_AUTO_TEST_CASE(knows_a_duplicate_address) {
    BOOST_TEST(withFlags(0x08) == "\n2001:db8::5/64 dev 2 unusable\n");
}

BOOST_AUTO_TEST_CASE(knows_a_deprecated_address) {
    BOOST_TEST(withFlags(0x20) == "\n2001:db8::5/64 dev 2 deprecated\n");
}

BOOST_AUTO_TEST_CASE(may_use_a_tentative_address_only_if_it_is_optimistic) {
    BOOST_TEST(withFlags(0x40) == "\n2001:db8::5/64 dev 2 unusable\n");
    BOOST_TEST(withFlags(0x44) == "\n2001:db8::5/64 dev 2\n");
}

BOOST_AUTO_TEST_CASE(reads_the_flags_of_an_old_kernel_from_the_header) {
    BOOST_TEST(read(message(0x20).attribute(peerAddress, address("2001:db8::5"))) ==
               "\n2001:db8::5/64 dev 2 deprecated\n");
}

BOOST_AUTO_TEST_CASE(does_not_take_a_secondary_ipv4_address_for_a_temporary_one) {
    BOOST_TEST(read(message(0x01, 2).attribute(localAddress, address("10.0.0.5")), Family::v4) ==
               "\n10.0.0.5/64 dev 2\n");
}

BOOST_AUTO_TEST_CASE(leaves_out_the_other_family) {
    BOOST_TEST(read(message(0, 2).attribute(localAddress, address("10.0.0.5"))) == "\n");
}

BOOST_AUTO_TEST_CASE(counts_an_address_message_without_an_address_as_malformed) {
    netlink::AddressDump dump{Family::v6};
    dump.begin(1);
    auto writer = message(0);
    BOOST_TEST_REQUIRE(dump.feed(writer.octets()).has_value());
    BOOST_TEST(dump.malformed() == 1U);
    BOOST_TEST(dump.addresses().empty());
}

BOOST_AUTO_TEST_SUITE_END()
