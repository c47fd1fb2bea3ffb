// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <variant>

#include "support/octets.hpp"
#include "support/print.hpp"

import portolan.wire;

// The options that extensions of PCP put on a mapping: DESCRIPTION, PORT_SET, THIRD_PARTY_ID, CHECKPOINT_REQUIRED.

using namespace portolan::wire;
using boost::unit_test::label;
using portolan::testing::Octets;
using portolan::testing::octets;
using portolan::testing::packet;
using portolan::testing::spacedHex;

namespace {

/// An option written and read again, whose views live as long as this.
template <class Written>
class Round {
public:
    explicit Round(const Written& option) {
        OptionWriter writer{room_};
        BOOST_TEST_REQUIRE(writer.add(option).has_value());
        options_ = writer.options();
    }

    [[nodiscard]] std::string hex() const { return spacedHex(options_.octets()); }

    [[nodiscard]] Option meaning() const { return interpret(*options_.begin()).value(); }

private:
    std::array<std::uint8_t, maxMessageSize> room_{};
    Options options_;
};

/// What the option (in hex) is refused for at the start of a MAP's options.
Refusal refusalOf(std::string_view hex) {
    const Octets bytes = octets(hex);
    return interpret(*Options::check(bytes, mapSize).value().begin()).error();
}

std::string textOf(std::string_view hex) {
    const Octets bytes = octets(hex);
    return fmt::format("{}", Options::check(bytes).value());
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_mapping_option)

BOOST_AUTO_TEST_CASE(a_description_has_no_terminator, *label("C7220-002")) {
    const Round round{Description::of("abc")};
    BOOST_TEST(round.hex() == "80 00 00 03 61 62 63 00");
    BOOST_TEST((round.meaning() == Option{Description::of("abc")}));
}

BOOST_AUTO_TEST_CASE(an_empty_description_is_four_octets, *label("C7220-006")) {
    const Round round{Description{}};
    BOOST_TEST(round.hex() == "80 00 00 00");
    BOOST_TEST((round.meaning() == Option{Description{}}));
}

BOOST_AUTO_TEST_CASE(a_nul_does_not_end_a_description, *label("C7220-003")) {
    const Octets bytes = octets("80000003 610062 00");
    const Option option = interpret(*Options::check(bytes).value().begin()).value();
    BOOST_TEST(std::get<Description>(option).view() == (std::string_view{"a\0b", 3}));
}

BOOST_AUTO_TEST_CASE(a_description_that_is_not_utf8_is_refused_at_the_first_octet_that_is_not, *label("C7220-001")) {
    BOOST_TEST((refusalOf("80000004 6162 fffe") == Refusal{Fault::notUtf8, 66}));
    BOOST_TEST((refusalOf("80000003 6162c3 00") == Refusal{Fault::notUtf8, 66})); // ends within a character
}

BOOST_AUTO_TEST_CASE(a_description_beyond_1016_octets_is_refused, *label("C7220-004")) {
    std::array<std::uint8_t, maxMessageSize> room{};
    const Octets text(1017, 'a');
    const RawOption longer{OptionCode::description, text, mapSize};
    BOOST_TEST((interpret(longer).error() == Refusal{Fault::badOptionLength, 62}));
    OptionWriter writer{room};
    BOOST_TEST(writer.add(Description{Bytes{text}.first(1016)}).has_value());
    BOOST_TEST(interpret(*writer.options().begin()).has_value());
}

BOOST_AUTO_TEST_CASE(a_description_under_its_old_number_is_understood) {
    const Octets bytes = octets("40000003 616263 00");
    BOOST_TEST((interpret(*Options::check(bytes).value().begin()).value() == Option{Description::of("abc")}));
    BOOST_TEST(textOf("40000003 616263 00") == "DESCRIPTION \"abc\"");
}

BOOST_AUTO_TEST_CASE(a_port_set_is_twelve_octets, *label("C7753-016") * label("C7753-003")) {
    const Octets request = packet("map_port_set_request");
    const Round round{PortSet{100, 50000, true}};
    BOOST_TEST(round.hex() == spacedHex(Bytes{request}.subspan(60, 12)));
    BOOST_TEST(spacedHex(Bytes{request}.subspan(66, 2)) == spacedHex(Bytes{request}.subspan(40, 2)));
    BOOST_TEST((round.meaning() == Option{PortSet{100, 50000, true}}));
}

BOOST_AUTO_TEST_CASE(the_parity_of_a_port_set_is_its_last_bit, *label("C7753-005") * label("C7753-004")) {
    BOOST_TEST((Round{PortSet{2, 1, false}}.hex() == "82 00 00 05 00 02 00 01 00 00 00 00"));
    BOOST_TEST((Round{PortSet{2, 1, true}}.hex() == "82 00 00 05 00 02 00 01 01 00 00 00"));
}

BOOST_AUTO_TEST_CASE(the_reserved_bits_of_a_port_set_are_ignored, *label("C7753-004")) {
    const Octets even = octets("82000005 00020001 fe000000");
    const Octets odd = octets("82000005 00020001 ff000000");
    BOOST_TEST((interpret(*Options::check(even).value().begin()).value() == Option{PortSet{2, 1, false}}));
    BOOST_TEST((interpret(*Options::check(odd).value().begin()).value() == Option{PortSet{2, 1, true}}));
}

BOOST_AUTO_TEST_CASE(a_port_set_of_another_length_is_refused) {
    BOOST_TEST((refusalOf("82000004 00020001") == Refusal{Fault::badOptionLength, 62}));
    BOOST_TEST((refusalOf("82000008 00020001 01000000") == Refusal{Fault::badOptionLength, 62}));
}

BOOST_AUTO_TEST_CASE(a_third_party_id_of_20_bits_is_padded_twice, *label("C7843-002")) {
    const Octets id = octets("abcde0"); // 20 bits and four of padding
    const Round round{ThirdPartyId{id}};
    BOOST_TEST(round.hex() == "0d 00 00 03 ab cd e0 00");
    BOOST_TEST((round.meaning() == Option{ThirdPartyId{id}}));
}

BOOST_AUTO_TEST_CASE(a_third_party_id_beyond_1016_octets_is_refused, *label("C7843-002")) {
    const Octets id(1017, 1);
    const RawOption raw{OptionCode::thirdPartyId, id, peerSize};
    BOOST_TEST((interpret(raw).error() == Refusal{Fault::badOptionLength, 82}));
}

BOOST_AUTO_TEST_CASE(checkpoint_required_has_no_data, *label("C7767-001")) {
    const Round round{CheckpointRequired{}};
    BOOST_TEST(round.hex() == "c0 00 00 00");
    BOOST_TEST(std::holds_alternative<CheckpointRequired>(round.meaning()));
    BOOST_TEST((refusalOf("c0000001 00000000") == Refusal{Fault::badOptionLength, 62}));
}

BOOST_AUTO_TEST_CASE(options_that_do_not_fit_change_nothing) {
    std::array<std::uint8_t, 11> room{};
    OptionWriter writer{room};
    const Octets id(8, 1);
    const auto refused = Refusal{Fault::noRoom, 0};
    BOOST_TEST((writer.add(PortSet{2, 1, false}).error() == refused));
    BOOST_TEST((writer.add(Prefix64{}).error() == refused));
    BOOST_TEST((writer.add(ThirdPartyId{id}).error() == refused));
    BOOST_TEST((writer.add(Description::of("12345678")).error() == refused));
    BOOST_TEST(writer.options().empty());
    BOOST_TEST(writer.add(CheckpointRequired{}).has_value());
}

BOOST_AUTO_TEST_CASE(each_is_one_phrase) {
    BOOST_TEST(textOf("80000007 63616dc3 a9726100") == "DESCRIPTION \"cam\xc3\xa9ra\"");
    BOOST_TEST(textOf("80000003 610a22 00") == "DESCRIPTION \"a\\u000a\\u0022\"");
    BOOST_TEST(textOf("82000005 0064c350 01000000") == "PORT_SET 100 ports from 50000, parity kept");
    BOOST_TEST(textOf("0d000003 abcde000") == "THIRD_PARTY_ID (3 octets) abcde0");
    BOOST_TEST(textOf("c0000000") == "CHECKPOINT_REQUIRED");
    BOOST_TEST(textOf("81000010 000c 0064ff9b 00000000 00000000 0000") == "PREFIX64 64:ff9b::/96");
    BOOST_TEST(textOf("8100001c 0007 20010db8 012203 0000000001 0002 0018 c0000200 0020 c6336407") ==
               "PREFIX64 2001:db8:122:300::/56 suffix 0000000001 for 192.0.2.0/24, 198.51.100.7/32");
}

BOOST_AUTO_TEST_CASE(they_can_be_written_and_read_while_compiling) {
    static_assert([] {
        std::array<std::uint8_t, 16> room{};
        OptionWriter writer{room};
        return writer.add(PortSet{100, 50000, true}).has_value() && writer.add(CheckpointRequired{}).has_value() &&
               interpret(*writer.options().begin()).value() == Option{PortSet{100, 50000, true}};
    }());
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
