// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "support/octets.hpp"
#include "support/print.hpp"

import portolan.wire;

using namespace portolan::wire;
using boost::unit_test::label;
using portolan::testing::Octets;
using portolan::testing::octets;
using portolan::testing::packet;
using portolan::testing::spacedHex;

namespace {

constexpr Filter filter{120, 0, Address::v4(198, 51, 100, 0)};

/// The first option of `hex`, whose octets must outlive the result.
RawOption first(const Octets& bytes) {
    const auto options = Options::check(bytes, 60);
    BOOST_TEST_REQUIRE(options.has_value());
    BOOST_TEST_REQUIRE(!options.value().empty());
    return *options.value().begin();
}

/// The worked request or response with options (in hex) behind it.
Octets withOptions(std::string_view name, std::string_view hex) {
    Octets bytes = packet(name);
    const Octets more = octets(hex);
    bytes.insert(bytes.end(), more.begin(), more.end());
    return bytes;
}

std::size_t count(const Options& options) {
    return static_cast<std::size_t>(std::ranges::distance(options.begin(), options.end()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_option)

BOOST_AUTO_TEST_CASE(every_length_is_followed_by_its_padding, *label("C6887-012")) {
    for (std::size_t size = 0; size <= 8; ++size) {
        std::array<std::uint8_t, 12> room{};
        room.fill(0xff);
        const Octets data(size, 0xab);
        OptionWriter writer{room};
        BOOST_TEST_REQUIRE(writer.add(RawOption{OptionCode::portSet, data}).has_value());
        Octets expected = octets("82 00 00 00");
        expected[3] = static_cast<std::uint8_t>(size);
        expected.insert(expected.end(), data.begin(), data.end());
        expected.resize(4 + (size + 3) / 4 * 4);
        BOOST_TEST(spacedHex(writer.options().octets()) == spacedHex(expected));
    }
}

BOOST_AUTO_TEST_CASE(options_are_read_in_their_order, *label("S6887-010")) {
    const Octets bytes = octets("5a000000 5b000001 ff000000 5a000004 01020304");
    const auto options = Options::check(bytes, 60);
    BOOST_TEST_REQUIRE(options.has_value());
    const std::vector<RawOption> seen{options.value().begin(), options.value().end()};
    BOOST_TEST_REQUIRE(seen.size() == 3U);
    BOOST_TEST(spacedHex(seen[1].data) == "ff");
    BOOST_TEST(seen[0].offset == 60);
    BOOST_TEST(seen[1].offset == 64);
    BOOST_TEST(seen[2].offset == 72);
}

BOOST_AUTO_TEST_CASE(the_reserved_octet_is_zero_when_sent_and_ignored_when_read,
                     *label("C6887-011") * label("S6887-009")) {
    std::array<std::uint8_t, 4> room{0xff, 0xff, 0xff, 0xff};
    OptionWriter writer{room};
    BOOST_TEST_REQUIRE(writer.add(PreferFailure{}).has_value());
    BOOST_TEST(spacedHex(room) == "02 00 00 00");
    const Octets noisy = octets("02 ff 00 00");
    BOOST_TEST(std::holds_alternative<PreferFailure>(interpret(first(noisy)).value()));
}

BOOST_AUTO_TEST_CASE(padding_that_is_not_zero_is_ignored) {
    const Octets noisy = octets("5b000001 ff ab cd ef");
    BOOST_TEST(spacedHex(first(noisy).data) == "ff");
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_message_is_refused_at_the_option, *label("S6887-014") * label("S6887-016")) {
    for (const std::string_view bad : {"5a00fff0", "5a000001", "5a000005 01020304", "5a00ffff 01020304"}) {
        const Octets bytes = octets(bad);
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST((Options::check(bytes, 60).error() == Refusal{Fault::truncatedOption, 60}));
        }
    }
    const Octets second = octets("5a000000 5a000004");
    BOOST_TEST((Options::check(second, 60).error() == Refusal{Fault::truncatedOption, 64}));
}

BOOST_AUTO_TEST_CASE(a_message_with_such_a_length_is_refused) {
    BOOST_TEST((decodeMapRequest(withOptions("map_create_request", "5a000000 5a00fff0")).error() ==
                Refusal{Fault::truncatedOption, 64}));
    BOOST_TEST((decodeMapResponse(withOptions("map_create_response", "5a00fff0")).error() ==
                Refusal{Fault::truncatedOption, 60}));
    BOOST_TEST((decodePeerResponse(withOptions("peer_nat64_response", "5a00fff0")).error() ==
                Refusal{Fault::truncatedOption, 80}));
    BOOST_TEST((decodeAnnounceRequest(withOptions("announce_tagged_request", "5a00fff0")).error() ==
                Refusal{Fault::truncatedOption, 56}));
}

BOOST_AUTO_TEST_CASE(an_error_response_keeps_the_options_before_a_bad_one, *label("S6887-012")) {
    const Octets datagram = withOptions("map_no_resources_response", "5a000000 5a00fff0");
    const auto response = decodeMapResponse(datagram);
    BOOST_TEST_REQUIRE(response.has_value());
    BOOST_TEST(count(response.value().options) == 1U);
}

BOOST_AUTO_TEST_CASE(unknown_options_of_a_response_are_kept_and_harm_nothing, *label("C6887-014")) {
    const Octets datagram = withOptions("map_create_response", "5a000000 c8000001 ff000000");
    const auto response = decodeMapResponse(datagram);
    BOOST_TEST_REQUIRE(response.has_value());
    BOOST_TEST(count(response.value().options) == 2U);
}

BOOST_AUTO_TEST_CASE(third_party_is_read_as_written) {
    std::array<std::uint8_t, 20> room{};
    OptionWriter writer{room};
    const ThirdParty option{Address::v4(192, 168, 1, 9)};
    BOOST_TEST_REQUIRE(writer.add(option).has_value());
    BOOST_TEST(spacedHex(room) == "01 00 00 10 00 00 00 00 00 00 00 00 00 00 ff ff c0 a8 01 09");
    BOOST_TEST((interpret(*writer.options().begin()).value() == Option{option}));
}

BOOST_AUTO_TEST_CASE(a_filter_is_read_as_written, *label("C6887-114") * label("C6887-115")) {
    std::array<std::uint8_t, 24> room{};
    room.fill(0xff);
    OptionWriter writer{room};
    BOOST_TEST_REQUIRE(writer.add(Filter{120, 443, Address::v4(198, 51, 100, 0)}).has_value());
    BOOST_TEST(spacedHex(room) == "03 00 00 14 00 78 01 bb 00 00 00 00 00 00 00 00 00 00 ff ff c6 33 64 00");
    BOOST_TEST(
        (interpret(*writer.options().begin()).value() == Option{Filter{120, 443, Address::v4(198, 51, 100, 0)}}));
}

BOOST_AUTO_TEST_CASE(a_filter_that_removes_all_has_18_zero_octets, *label("C6887-117")) {
    std::array<std::uint8_t, 24> room{};
    OptionWriter writer{room};
    BOOST_TEST_REQUIRE(writer.add(Filter{0, 0, {}}).has_value());
    BOOST_TEST(spacedHex(Bytes{room}.subspan(5)) == "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(the_reserved_octet_of_a_filter_is_ignored, *label("C6887-114") * label("S6887-075")) {
    const Octets noisy = octets("03000014 ff780000 00000000 00000000 0000ffff c6336400");
    BOOST_TEST((interpret(first(noisy)).value() == Option{filter}));
}

BOOST_AUTO_TEST_CASE(a_filter_prefix_is_read_in_the_range_of_its_family, *label("S6887-077")) {
    for (unsigned length = 0; length <= 255; ++length) {
        Octets v4 = octets("03000014 00000000 00000000 00000000 0000ffff c6336400");
        Octets v6 = octets("03000014 00000000 20010db8 00000000 00000000 00000000");
        v4[5] = v6[5] = static_cast<std::uint8_t>(length);
        BOOST_TEST_CONTEXT("prefix length " << length) {
            BOOST_TEST(interpret(first(v4)).has_value() == (length == 0 || (length >= 96 && length <= 128)));
            BOOST_TEST(interpret(first(v6)).has_value() == (length <= 128));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_bad_filter_prefix_is_refused_at_its_octet) {
    const Octets bytes = octets("03000014 005f0000 00000000 00000000 0000ffff c6336400");
    BOOST_TEST((interpret(first(bytes)).error() == Refusal{Fault::badPrefixLength, 65}));
}

BOOST_AUTO_TEST_CASE(data_of_the_wrong_length_is_refused_at_the_length, *label("S6887-017")) {
    for (const std::string_view bad : {"01000000", "0100000f 00000000 00000000 00000000 00000000", "02000001 00000000",
                                       "03000013 00000000 00000000 00000000 00000000 00000000"}) {
        const Octets bytes = octets(bad);
        BOOST_TEST_CONTEXT(bad) {
            BOOST_TEST((interpret(first(bytes)).error() == Refusal{Fault::badOptionLength, 62}));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_option_without_a_type_stays_as_it_came) {
    const Octets bytes = octets("05000005 00643c35 01000000");
    const RawOption raw = first(bytes);
    BOOST_TEST((interpret(raw).value() == Option{raw}));
}

BOOST_AUTO_TEST_CASE(a_write_that_does_not_fit_changes_nothing) {
    std::array<std::uint8_t, 47> room{};
    OptionWriter writer{room};
    BOOST_TEST_REQUIRE(writer.add(filter).has_value());
    const auto second = writer.add(filter);
    BOOST_TEST((second.error() == Refusal{Fault::noRoom, 24}));
    BOOST_TEST(writer.options().octets().size() == 24U);
    BOOST_TEST(writer.add(ThirdParty{}).has_value());
    BOOST_TEST((writer.add(PreferFailure{}).error() == Refusal{Fault::noRoom, 44}));
}

BOOST_AUTO_TEST_CASE(options_may_stand_where_they_are_sent_from) {
    std::array<std::uint8_t, 84> room{};
    OptionWriter writer{Room{room}.subspan(mapSize)};
    BOOST_TEST_REQUIRE(writer.add(filter).has_value());
    BOOST_TEST(encode(MapRequest{.options = writer.options()}, room).value() == 84U);
    BOOST_TEST((interpret(*decodeMapRequest(room).value().options.begin()).value() == Option{filter}));
}

BOOST_AUTO_TEST_CASE(the_highest_bit_of_the_code_makes_an_option_optional) {
    static_assert(isMandatory(OptionCode::filter) && isMandatory(std::bit_cast<OptionCode>(std::uint8_t{127})));
    static_assert(!isMandatory(OptionCode::description) && !isMandatory(std::bit_cast<OptionCode>(std::uint8_t{255})));
    BOOST_TEST(!isMandatory(OptionCode::portSet));
}

BOOST_AUTO_TEST_CASE(options_can_be_written_and_read_while_compiling) {
    static_assert([] {
        std::array<std::uint8_t, 28> room{};
        OptionWriter writer{room};
        return writer.add(filter).has_value() && writer.add(PreferFailure{}).has_value() &&
               interpret(*writer.options().begin()).value() == Option{filter};
    }());
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
