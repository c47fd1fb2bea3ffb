// SPDX-License-Identifier: MIT
#include <boost/outcome/result.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

import portolan.cli;

using namespace portolan::cli;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(apps_hex)

BOOST_DATA_TEST_CASE(reads_octets_as_people_write_them,
                     data::make({"0080ff", "00 80 FF", "00:80:ff", "0x00,0x80,0xff", "# a datagram\n00 80\r\n ff # end",
                                 "00-80-ff", "\t00\n80\nff\n"}),
                     text) {
    const auto octets = parseHex(text);
    BOOST_TEST_REQUIRE(octets.has_value());
    BOOST_TEST(octets.value() == (std::vector<std::uint8_t>{0x00, 0x80, 0xff}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nothing_is_no_octets) {
    BOOST_TEST(parseHex(" \n# nothing").value().empty());
}

BOOST_DATA_TEST_CASE(tells_where_hex_ends,
                     data::make({"zz", "00 8", "00 80 0", "00 8 0", "00\x01", "00 \xff\xfe"}) ^
                         data::make(std::vector<std::size_t>{0, 1, 2, 1, 1, 1}),
                     text, offset) {
    const auto octets = parseHex(text);
    BOOST_TEST_REQUIRE(!octets.has_value());
    BOOST_TEST(octets.error().offset == offset);
}

BOOST_AUTO_TEST_CASE(complaints_have_no_control_characters) {
    BOOST_TEST(parseHex("\x1b[2J").error().message == "octet 0x1b is no hex digit");
}

BOOST_AUTO_TEST_CASE(refuses_more_octets_than_a_datagram_has) {
    BOOST_TEST(parseHex(std::string(2 * maxHexOctets, '0')).has_value());
    BOOST_TEST(!parseHex(std::string(2 * maxHexOctets + 2, '0')).has_value());
}

BOOST_AUTO_TEST_CASE(writes_octets_with_and_without_blanks) {
    const std::vector<std::uint8_t> octets{0x00, 0x80, 0xff};
    BOOST_TEST(spacedHex(octets) == "00 80 ff");
    BOOST_TEST(plainHex(octets) == "0080ff");
}

BOOST_AUTO_TEST_SUITE_END()
