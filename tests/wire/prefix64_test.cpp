// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/octets.hpp"
#include "support/print.hpp"

import portolan.wire;

// What a NAT64 makes of addresses (RFC 6052), and what a client makes of PREFIX64 (RFC 7225).

using namespace portolan::wire;
using boost::unit_test::label;
using portolan::testing::Octets;
using portolan::testing::octets;
using portolan::testing::packet;
using portolan::testing::spacedHex;

namespace {

constexpr Ipv4Octets host{192, 0, 2, 33};

Address address(std::string_view hex) {
    Address read;
    const Octets bytes = octets(hex);
    std::copy(bytes.begin(), bytes.end(), read.octets.begin());
    return read;
}

/// A prefix of so many octets, given as hex with the suffix behind it, or zeros.
Prefix64 prefix(std::uint8_t length, std::string_view hex) {
    Prefix64 option;
    option.prefixLength = length;
    const Octets bytes = octets(hex);
    std::copy(bytes.begin(), bytes.end(), option.octets.begin());
    return option;
}

/// A row of RFC 6052 §2.4, Table 1: the prefix, and what it makes of 192.0.2.33.
struct Row {
    std::uint8_t length;
    std::string_view prefix;
    std::string_view synthesised;
};

constexpr std::array<Row, 6> table1{{
    {4, "20010db8", "20010db8 c0000221 00000000 00000000"},
    {5, "20010db8 01", "20010db8 01c00002 00210000 00000000"},
    {6, "20010db8 0122", "20010db8 0122c000 00022100 00000000"},
    {7, "20010db8 012203", "20010db8 012203c0 00000221 00000000"},
    {8, "20010db8 01220344", "20010db8 01220344 00c00002 21000000"},
    {12, "20010db8 01220344 00000000", "20010db8 01220344 00000000 c0000221"},
}};

/// The options of a response, which `bytes` must outlive.
Options optionsOf(const Octets& bytes) {
    return Options::check(bytes).value();
}

/// The refusal of data (in hex) as a PREFIX64 at the start of a MAP's options.
Refusal refusalOf(std::string_view data) {
    const Octets bytes = octets(data);
    return interpret(RawOption{OptionCode::prefix64, bytes, mapSize}).error();
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_prefix64)

BOOST_AUTO_TEST_CASE(addresses_are_synthesised_by_all_six_lengths, *label("C7225-001")) {
    for (const Row& row : table1) {
        BOOST_TEST_CONTEXT("prefix of " << int{row.length} << " octets") {
            BOOST_TEST(prefix(row.length, row.prefix).synthesize(host) == address(row.synthesised));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_well_known_prefix_is_one_of_them, *label("C7225-001")) {
    BOOST_TEST(prefix(12, "0064ff9b").synthesize({198, 51, 100, 7}) == address("0064ff9b 00000000 00000000 c6336407"));
}

BOOST_AUTO_TEST_CASE(a_synthesised_address_gives_its_ipv4_address_back) {
    for (const Row& row : table1) {
        BOOST_TEST_CONTEXT("prefix of " << int{row.length} << " octets") {
            BOOST_TEST((prefix(row.length, row.prefix).embedded(address(row.synthesised)) == host));
        }
    }
}

BOOST_AUTO_TEST_CASE(octet_8_is_zero_and_pushes_the_end_of_the_suffix_out, *label("C7225-001")) {
    const Prefix64 option = prefix(4, "20010db8 ffeeddcc bbaa9988");
    BOOST_TEST(option.synthesize(host) == address("20010db8 c0000221 00ffeedd ccbbaa99"));
    const Prefix64 longest = prefix(8, "20010db8 01220344 ffeeddcc");
    BOOST_TEST(longest.synthesize(host) == address("20010db8 01220344 00c00002 21ffeedd"));
}

BOOST_AUTO_TEST_CASE(an_address_of_another_prefix_has_no_ipv4_address) {
    const Prefix64 option = prefix(6, "20010db8 0122");
    BOOST_TEST(!option.embedded(address("20010db8 0123c000 00022100 00000000")).has_value());
    BOOST_TEST(!option.embedded(address("20010db8 0122c000 01022100 00000000")).has_value()); // octet 8
    BOOST_TEST(option.embedded(address("20010db8 0122c000 00022100 00000001")).has_value());  // suffixes are ignored
}

BOOST_AUTO_TEST_CASE(a_request_asks_with_the_empty_96_bit_prefix_and_no_list,
                     *label("C7225-002") * label("C7225-003")) {
    std::array<std::uint8_t, 20> room{};
    room.fill(0xff);
    OptionWriter writer{room};
    BOOST_TEST_REQUIRE(writer.add(Prefix64{}).has_value());
    BOOST_TEST(spacedHex(room) == "81 00 00 10 00 0c 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(the_count_of_a_list_may_be_left_out) {
    const Octets data = octets("000c 0064ff9b 00000000 00000000");
    BOOST_TEST((interpret(RawOption{OptionCode::prefix64, data}).value() == Option{prefix(12, "0064ff9b")}));
}

BOOST_AUTO_TEST_CASE(a_prefix_is_read_as_written_with_its_list, *label("C7225-008")) {
    constexpr std::array<Ipv4Prefix, 2> list{{{{192, 0, 2, 0}, 24}, {{0, 0, 0, 0}, 0}}};
    std::array<std::uint8_t, 12> listRoom{};
    std::array<std::uint8_t, 32> room{};
    Prefix64 option = prefix(7, "20010db8 012203 0000000001");
    option.ipv4 = Ipv4Prefixes::write(list, listRoom).value();
    OptionWriter writer{room};
    BOOST_TEST_REQUIRE(writer.add(option).has_value());
    BOOST_TEST(spacedHex(room) == "81 00 00 1c 00 07 20 01 0d b8 01 22 03 00 00 00 00 01 00 02 00 18 c0 00 02 00 00 00 "
                                  "00 00 00 00");
    BOOST_TEST((interpret(*writer.options().begin()).value() == Option{option}));
}

BOOST_AUTO_TEST_CASE(a_list_that_does_not_fit_its_room_is_refused) {
    constexpr std::array<Ipv4Prefix, 2> list{};
    std::array<std::uint8_t, 11> room{};
    BOOST_TEST((Ipv4Prefixes::write(list, room).error() == Refusal{Fault::noRoom, 11}));
}

BOOST_AUTO_TEST_CASE(a_length_that_no_prefix_has_is_refused_at_its_octets, *label("C7225-013")) {
    for (const std::string_view bad : {"0003", "0009", "000b", "000d", "0060", "0400"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST((refusalOf(std::string{bad} + "20010db8 00000000 00000000 0000") ==
                        Refusal{Fault::badPrefix64Length, 64}));
        }
    }
}

BOOST_AUTO_TEST_CASE(less_data_than_its_fields_need_is_refused_at_the_length, *label("C7225-013")) {
    for (const std::string_view bad : {"", "00", "000c0064ff9b00000000000000", "000c0064ff9b0000000000000000 00",
                                       "000c0064ff9b0000000000000000 0002 0018c0000200"}) {
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST((refusalOf(bad) == Refusal{Fault::badOptionLength, 62}));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_96_bit_prefix_with_its_reserved_octet_set_is_refused_there) {
    BOOST_TEST((refusalOf("000c 20010db8 01220344 01000000") == Refusal{Fault::reservedOctetSet, 74}));
}

BOOST_AUTO_TEST_CASE(an_option_that_cannot_be_read_leaves_the_others, *label("C7225-013")) {
    const Octets bytes = octets("8100000e 0009 20010db8 00000000 00000000 0000"
                                "8100000e 000c 0064ff9b 00000000 00000000 0000");
    BOOST_TEST((synthesize(optionsOf(bytes), host) == address("0064ff9b 00000000 00000000 c0000221")));
}

BOOST_AUTO_TEST_CASE(each_destination_has_the_prefix_of_its_list,
                     *label("C7225-005") * label("C7225-008") * label("C7225-009")) {
    const Octets bytes = packet("announce_prefix64");
    const Options options = decodeAnnounceResponse(bytes).value().options;
    BOOST_TEST((synthesize(options, {198, 51, 100, 1}) == address("20010db8 0122c633 00640100 00000000")));
    BOOST_TEST((synthesize(options, {192, 0, 2, 9}) == address("20010db8 012203c0 00000209 00000000")));
    BOOST_TEST(prefix64For(options, {192, 0, 2, 9})->prefixLength == 7);
    BOOST_TEST(prefix64For(options, {198, 51, 100, 9})->prefixLength == 6);
    BOOST_TEST(!synthesize(options, {203, 0, 113, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(without_lists_the_first_prefix_serves, *label("C7225-010")) {
    const Octets bytes = octets("81000010 000c 0064ff9b 00000000 00000000 0000"
                                "81000010 0008 20010db8 01220344 00000000 0000");
    const Options options = optionsOf(bytes);
    BOOST_TEST((synthesize(options, host) == address("0064ff9b 00000000 00000000 c0000221")));
    // the second tells an address behind a NAT64 apart, too
    BOOST_TEST((embeddedIpv4(options, address("20010db8 01220344 00c00002 21000000")) == host));
    BOOST_TEST(!embeddedIpv4(options, address("20010db8 01220345 00c00002 21000000")).has_value());
}

BOOST_AUTO_TEST_CASE(beside_lists_a_prefix_without_one_serves_the_rest, *label("C7225-009")) {
    const Octets bytes = octets("81000016 000c 0064ff9b 00000000 00000000 0001 0018 c0000200 0000"
                                "81000010 0008 20010db8 01220344 00000000 0000");
    const Options options = optionsOf(bytes);
    BOOST_TEST(prefix64For(options, host)->prefixLength == 12);
    BOOST_TEST(prefix64For(options, {203, 0, 113, 1})->prefixLength == 8);
}

BOOST_AUTO_TEST_CASE(the_closest_of_overlapping_lists_serves, *label("C7225-009")) {
    const Octets bytes = octets("81000016 000c 0064ff9b 00000000 00000000 0001 0000 00000000 0000"
                                "81000016 0008 20010db8 01220344 00000000 0001 0018 c0000200 0000");
    BOOST_TEST(prefix64For(optionsOf(bytes), host)->prefixLength == 8);
}

BOOST_AUTO_TEST_CASE(an_invalid_ipv4_prefix_is_passed_over, *label("C7225-011")) {
    const Octets bytes = octets("8100001c 000c 0064ff9b 00000000 00000000 0002 0021 cb007100 0018 c0000200");
    const Options options = optionsOf(bytes);
    BOOST_TEST(synthesize(options, host).has_value());
    BOOST_TEST(!synthesize(options, {203, 0, 113, 0}).has_value());
}

BOOST_AUTO_TEST_CASE(an_ipv4_prefix_covers_what_its_bits_say) {
    static_assert(Ipv4Prefix{{0, 0, 0, 0}, 0}.covers(host));
    static_assert(Ipv4Prefix{{192, 0, 2, 32}, 31}.covers(host));
    static_assert(!Ipv4Prefix{{192, 0, 2, 32}, 32}.covers(host));
    BOOST_TEST((Ipv4Prefix{{192, 0, 2, 33}, 32}.covers(host)));
}

BOOST_AUTO_TEST_CASE(a_length_in_bits_by_mistake_leads_no_further_than_the_address) {
    Prefix64 option = prefix(12, "0064ff9b");
    option.prefixLength = 96;
    BOOST_TEST(option.synthesize(host) == address("0064ff9b 00000000 00000000 c0000221"));
}

BOOST_AUTO_TEST_CASE(addresses_can_be_synthesised_while_compiling) {
    static_assert(Prefix64{{0, 0x64, 0xff, 0x9b}}.embedded(Prefix64{{0, 0x64, 0xff, 0x9b}}.synthesize(host)) == host);
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
