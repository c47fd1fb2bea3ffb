// SPDX-License-Identifier: MIT
#include <array>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "support/octets.hpp"

import portolan.wire;

using namespace portolan::wire;
using portolan::testing::octets;
using portolan::testing::packet;

namespace {

Address address(std::string_view hex) {
    Address read;
    const auto bytes = octets(hex);
    BOOST_TEST_REQUIRE(bytes.size() == read.octets.size());
    std::copy(bytes.begin(), bytes.end(), read.octets.begin());
    return read;
}

std::string textOf(std::string_view name) {
    const auto bytes = packet(name);
    return fmt::format("{}", decode(bytes).value());
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_format)

BOOST_AUTO_TEST_CASE(an_ipv4_address_is_dotted) {
    BOOST_TEST(fmt::format("{}", Address::v4(192, 0, 2, 255)) == "192.0.2.255");
    BOOST_TEST(fmt::format("{}", Address::anyV4()) == "0.0.0.0");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_drops_leading_zeros) {
    BOOST_TEST(fmt::format("{}", address("2001 0db8 00a0 0001 0002 0003 0004 abcd")) == "2001:db8:a0:1:2:3:4:abcd");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_shortens_the_longest_run_of_zeros) {
    BOOST_TEST(fmt::format("{}", address("2001 0000 0000 0001 0000 0000 0000 0001")) == "2001:0:0:1::1");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_shortens_the_first_of_equal_runs) {
    BOOST_TEST(fmt::format("{}", address("2001 0db8 0000 0000 0001 0000 0000 0001")) == "2001:db8::1:0:0:1");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_keeps_a_single_zero_group) {
    BOOST_TEST(fmt::format("{}", address("2001 0db8 0000 0001 0001 0001 0001 0001")) == "2001:db8:0:1:1:1:1:1");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_may_begin_or_end_with_zeros) {
    BOOST_TEST(fmt::format("{}", Address::anyV6()) == "::");
    BOOST_TEST(fmt::format("{}", address("0000 0000 0000 0000 0000 0000 0000 0001")) == "::1");
    BOOST_TEST(fmt::format("{}", address("fe80 0000 0000 0000 0000 0000 0000 0000")) == "fe80::");
}

BOOST_AUTO_TEST_CASE(only_96_mapped_bits_make_an_ipv4_address, *boost::unit_test::label("C6887-002")) {
    BOOST_TEST(fmt::format("{}", address("2001 0db8 0000 0000 0000 ffff c000 0201")) == "2001:db8::ffff:c000:201");
}

BOOST_AUTO_TEST_CASE(a_nonce_is_24_hex_digits) {
    const Nonce nonce{{0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0xf8, 0xf9, 0xfa, 0xfb}};
    BOOST_TEST(fmt::format("{}", nonce) == "0001020304050607f8f9fafb");
}

BOOST_AUTO_TEST_CASE(a_code_is_its_name_or_its_number) {
    BOOST_TEST(fmt::format("{} {}", Opcode::peer, std::bit_cast<Opcode>(std::uint8_t{60})) == "PEER 60");
    BOOST_TEST(fmt::format("{} {}", Protocol::udp, std::bit_cast<Protocol>(std::uint8_t{46})) == "udp 46");
    BOOST_TEST(fmt::format("{} {}", ResultCode::noResources, std::bit_cast<ResultCode>(std::uint8_t{200})) ==
               "NO_RESOURCES 200");
    BOOST_TEST(fmt::format("{} {}", NatPmpResult::outOfResources, std::bit_cast<NatPmpResult>(std::uint16_t{65535})) ==
               "OUT_OF_RESOURCES 65535");
    BOOST_TEST(fmt::format("{} {}", OptionCode::filter, std::bit_cast<OptionCode>(std::uint8_t{90})) == "FILTER 90");
}

BOOST_AUTO_TEST_CASE(a_refusal_names_the_fault_and_the_octet) {
    BOOST_TEST(fmt::format("{}", Refusal{Fault::tooShort, 20}) == "message too short at octet 20");
}

BOOST_AUTO_TEST_CASE(width_and_alignment_work_as_for_strings) {
    BOOST_TEST(fmt::format("[{:>12}]", Address::v4(10, 0, 0, 1)) == "[    10.0.0.1]");
    BOOST_TEST(fmt::format("[{:6}]", Protocol::tcp) == "[tcp   ]");
}

BOOST_AUTO_TEST_CASE(a_filter_shows_the_prefix_length_of_its_family) {
    BOOST_TEST(fmt::format("{}", Filter{120, 0, Address::v4(198, 51, 100, 0)}) == "FILTER 198.51.100.0/24");
    BOOST_TEST(fmt::format("{}", Filter{32, 443, address("2001 0db8 0000 0000 0000 0000 0000 0000")}) ==
               "FILTER 2001:db8::/32 port 443");
    BOOST_TEST(fmt::format("{}", Filter{0, 0, {}}) == "FILTER none");
}

BOOST_AUTO_TEST_CASE(options_without_a_type_show_their_octets) {
    BOOST_TEST(textOf("announce_tagged_request") ==
               "ANNOUNCE request: client 192.168.1.57, options AUTHENTICATION_TAG (28 octets) "
               "11223344000000000000000191df00fa2dc90862e52890938a881a3e");
}

BOOST_AUTO_TEST_CASE(options_with_a_type_show_what_they_mean) {
    std::array<std::uint8_t, 100> room{};
    OptionWriter writer{room};
    BOOST_TEST_REQUIRE(writer.add(ThirdParty{Address::v4(192, 168, 1, 9)}).has_value());
    BOOST_TEST_REQUIRE(writer.add(PreferFailure{}).has_value());
    BOOST_TEST(fmt::format("{}", writer.options()) == "THIRD_PARTY 192.168.1.9; PREFER_FAILURE");
}

BOOST_AUTO_TEST_CASE(an_option_that_cannot_be_understood_shows_its_octets) {
    const auto bytes = octets("01 00 00 02 aa bb 00 00  5a 00 00 00");
    BOOST_TEST(fmt::format("{}", Options::readable(bytes)) == "THIRD_PARTY (2 octets) aabb; option 90");
}

BOOST_AUTO_TEST_CASE(every_message_is_one_line) {
    BOOST_TEST(textOf("map_create_response") ==
               "MAP response SUCCESS: tcp 8080, assigned 203.0.113.45:40123, lifetime 3600 s, epoch 123456 s, nonce "
               "4f2a9c017be3d8560d91ac44");
    BOOST_TEST(textOf("peer_nat64_request") ==
               "PEER request: tcp 49152, suggested 0.0.0.0:0, remote [64:ff9b::c633:6407]:5222, lifetime 3600 s, "
               "client 2001:db8:1::57, nonce c0ffee00c0ffee01c0ffee02");
    BOOST_TEST(textOf("announce_restart") == "ANNOUNCE response SUCCESS: epoch 3 s");
    BOOST_TEST(textOf("authentication_initiation") ==
               "AUTHENTICATION request: lifetime 0 s, client 192.168.1.57, result INITIATION, body of 16 octets");
    BOOST_TEST(textOf("unsupp_version_response") ==
               "ANNOUNCE response UNSUPP_VERSION: version 2 supported, lifetime 1800 s, epoch 123456 s");
    BOOST_TEST(textOf("nat_pmp_only_opcode_0") == "NAT-PMP refusal UNSUPPORTED_VERSION: opcode octet 0, epoch 1000 s");
    BOOST_TEST(textOf("nat_pmp_address_request") == "NAT-PMP address request");
    BOOST_TEST(textOf("nat_pmp_address_response") ==
               "NAT-PMP address response SUCCESS: external 203.0.113.45, epoch 1000 s");
    BOOST_TEST(textOf("nat_pmp_map_request") == "NAT-PMP map request: tcp 8080, suggested 0, lifetime 7200 s");
    BOOST_TEST(textOf("nat_pmp_map_response") ==
               "NAT-PMP map response SUCCESS: tcp 8080, assigned 40123, lifetime 7200 s, epoch 1003 s");
}

BOOST_AUTO_TEST_SUITE_END()
