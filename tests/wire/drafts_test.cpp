// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/octets.hpp"
#include "support/print.hpp"

import portolan.wire;

// GET, NEXT and PORT_RESERVATION, which are drafts.

using namespace portolan::wire;
using namespace portolan::wire::drafts;
using portolan::testing::Octets;
using portolan::testing::octets;
using portolan::testing::spacedHex;

namespace {

constexpr Address client = Address::v4(192, 168, 1, 57);
constexpr Address external = Address::v4(203, 0, 113, 45);

constexpr Next mapping{.nonce = {{1, 2, 3}},
                       .protocol = Protocol::tcp,
                       .end = true,
                       .internalAddress = client,
                       .externalAddress = external,
                       .remainingSeconds = 3600,
                       .internalPort = 8080,
                       .externalPort = 40123,
                       .rest = {}};

constexpr std::string_view withoutNonce = "06000001 00000000 00000000 0000ffff c0a80139 00000000 00000000 0000ffff "
                                          "cb00712d 00000e10 1f909cbb";

/// A GET request for TCP with options (in hex).
Octets getRequest(std::string_view options = {}) {
    const Octets bytes = octets(options);
    std::array<std::uint8_t, maxMessageSize> room{};
    const GetRequest message{client, {.protocol = Protocol::tcp}, Options::readable(bytes)};
    const std::size_t size = encode(message, room).value();
    return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::string broken(const GetFilter& filter, std::string_view options = {}) {
    const Octets bytes = octets(options);
    const auto breach = check(GetRequest{client, filter, Options::check(bytes).value()});
    return breach ? fmt::format("{} at {}", *breach, breach->offset) : "none";
}

/// The rows of an annotated datagram from `from` on, as "offset+length name value (note)".
std::vector<std::string> rowsFrom(const Octets& bytes, std::size_t from) {
    std::vector<std::string> lines;
    annotate(bytes, [&](const Field& field) {
        if (field.offset >= from) {
            lines.push_back(fmt::format("{}+{} {} {}{}", field.offset, field.length, field.name, field.value,
                                        field.note.empty() ? "" : fmt::format(" ({})", field.note)));
        }
    });
    return lines;
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_drafts)

BOOST_AUTO_TEST_CASE(a_get_request_is_read_as_written) {
    std::array<std::uint8_t, maxMessageSize> room{};
    const GetRequest message{client, {Protocol::udp, client, external, 9, 40009}, {}};
    const std::size_t size = encode(message, room).value();
    BOOST_TEST(spacedHex(std::span{room}.first(size)) ==
               spacedHex(octets("02620000 00000000 00000000 00000000 0000ffff c0a80139 "
                                "11000000 00000000 00000000 0000ffff c0a80139 00000000 00000000 0000ffff cb00712d "
                                "00099c49")));
    BOOST_TEST(decodeGetRequest(std::span{room}.first(size)).value() == message);
}

BOOST_AUTO_TEST_CASE(a_get_response_is_read_as_written) {
    std::array<std::uint8_t, maxMessageSize> room{};
    const GetResponse message{noSuchMapping, 30, 123456, {Protocol::udp, client, external, 9, 40009}, {}};
    const std::size_t size = encode(message, room).value();
    BOOST_TEST(spacedHex(std::span{room}.first(12)) == "02 e2 00 82 00 00 00 1e 00 01 e2 40");
    BOOST_TEST(decodeGetResponse(std::span{room}.first(size)).value() == message);
}

BOOST_AUTO_TEST_CASE(a_get_that_is_too_short_or_another_opcode_is_refused) {
    Octets bytes = getRequest();
    bytes[1] = 1;
    BOOST_TEST((decodeGetRequest(bytes).error() == Refusal{Fault::wrongOpcode, 1}));
    bytes[1] = 98;
    bytes.resize(60);
    BOOST_TEST((decodeGetRequest(bytes).error() == Refusal{Fault::tooShort, 60}));
    Octets cut = getRequest("83000040 00000000");
    cut.resize(68);
    cut[64] = 131;
    cut[67] = 64;
    BOOST_TEST((decodeGetRequest(cut).error() == Refusal{Fault::truncatedOption, 64}));
}

BOOST_AUTO_TEST_CASE(next_is_read_as_written_in_both_forms) {
    for (const NextVersion version : {NextVersion::withoutNonce, NextVersion::withNonce}) {
        std::array<std::uint8_t, 68> room{};
        OptionWriter writer{room};
        const Octets rest = octets("80 00 00 00");
        Next option = mapping;
        option.nonce = version == NextVersion::withNonce ? mapping.nonce : Nonce{};
        option.rest = rest;
        BOOST_TEST_REQUIRE(writeNext(writer, option, version).has_value());
        BOOST_TEST(readNext(*writer.options().begin(), version).value() == option);
        const std::string nonce = version == NextVersion::withNonce ? "0102 0300 0000 0000 0000 0000" : "";
        const std::string head = version == NextVersion::withNonce ? "8300003c" : "83000030";
        BOOST_TEST(spacedHex(writer.options().octets()) ==
                   spacedHex(octets(head + nonce + std::string{withoutNonce} + "80000000")));
    }
}

BOOST_AUTO_TEST_CASE(next_without_its_fields_is_refused_at_the_length) {
    const Octets data(44);
    const RawOption raw{next, data, getSize};
    BOOST_TEST(readNext(raw, NextVersion::withoutNonce).has_value());
    BOOST_TEST((readNext(raw, NextVersion::withNonce).error() == Refusal{Fault::badOptionLength, 66}));
    BOOST_TEST((readNext({portReservation, data, getSize}, NextVersion::withoutNonce).error() ==
                Refusal{Fault::badOptionLength, 66}));
}

BOOST_AUTO_TEST_CASE(next_that_does_not_fit_changes_nothing) {
    std::array<std::uint8_t, 59> room{};
    OptionWriter writer{room};
    BOOST_TEST((writeNext(writer, mapping, NextVersion::withNonce).error() == Refusal{Fault::noRoom, 0}));
    BOOST_TEST(writer.options().empty());
}

BOOST_AUTO_TEST_CASE(the_options_of_a_mapping_are_options) {
    const Octets rest = octets("80000003 616263 00 c0000000");
    Next option = mapping;
    option.rest = rest;
    BOOST_TEST(fmt::format("{}", option.options().value()) == "DESCRIPTION \"abc\"; CHECKPOINT_REQUIRED");
}

BOOST_AUTO_TEST_CASE(a_port_is_looked_for_with_a_protocol) {
    BOOST_TEST(broken({}) == "none");
    BOOST_TEST(broken({.protocol = Protocol::tcp, .internalPort = 80}) == "none");
    BOOST_TEST(broken({.internalPort = 80}) ==
               "filter_internal_port: a port can only be looked for with a protocol at 60");
    BOOST_TEST(broken({.externalPort = 80}) ==
               "filter_external_port: a port can only be looked for with a protocol at 62");
}

BOOST_AUTO_TEST_CASE(a_get_has_one_next_and_no_option_of_mappings) {
    const std::string one = "8300002c" + std::string{withoutNonce};
    BOOST_TEST(broken({}, one) == "none");
    BOOST_TEST(broken({}, one + one) == "NEXT: the option may appear only once at 112");
    BOOST_TEST(broken({}, "83000004 06000001") == "NEXT: the option's data has the wrong length at 64");
    BOOST_TEST(broken({}, "c0000000") == "CHECKPOINT_REQUIRED: the option is not defined for this opcode at 64");
}

BOOST_AUTO_TEST_CASE(a_get_is_one_line) {
    const Octets bytes = getRequest("8300002c" + std::string{withoutNonce});
    BOOST_TEST(fmt::format("{}", decodeGetRequest(bytes).value()) ==
               "GET request: tcp [::]:0 -> [::]:0, client 192.168.1.57, NEXT tcp 192.168.1.57:8080 -> "
               "203.0.113.45:40123, 3600 s left, end");
    BOOST_TEST(fmt::format("{} {} {}", get, noSuchMapping, portReservation) == "GET NONEXIST_MAP PORT_RESERVATION");
}

BOOST_AUTO_TEST_CASE(a_get_is_annotated_with_its_mapping_and_the_options_wanted) {
    const Octets bytes = getRequest("8300002e" + std::string{withoutNonce} + "80c00000");
    const auto seen = rowsFrom(bytes, 1);
    BOOST_TEST(seen.front() == "1+1 opcode GET (request; of a draft)");
    const std::vector<std::string> expected{
        "24+1 protocol tcp",
        "25+3 reserved 000000",
        "28+16 filter_internal_ip_address :: (any)",
        "44+16 filter_external_ip_address :: (any)",
        "60+2 filter_internal_port 0 (any port)",
        "62+2 filter_external_port 0 (any port)",
        "64+1 option_code NEXT (optional to process; of a draft)",
        "65+1 reserved 00",
        "66+2 option_length 46",
        "68+1 protocol tcp",
        "69+2 reserved 0000",
        "71+1 more_or_end 1 (end)",
        "72+16 internal_ip_address 192.168.1.57",
        "88+16 external_ip_address 203.0.113.45",
        "104+4 remaining_lifetime 3600 (seconds)",
        "108+2 internal_port 8080",
        "110+2 external_port 40123",
        "112+1 wanted_option_code DESCRIPTION (optional to process)",
        "113+1 wanted_option_code CHECKPOINT_REQUIRED (optional to process)",
        "114+2 padding 0000",
    };
    BOOST_TEST(rowsFrom(bytes, 24) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_options_of_a_mapping_are_annotated) {
    Octets bytes = getRequest("83000040 010203000000000000000000" + std::string{withoutNonce} + "80000003 61626300");
    bytes[1] = 0x80 | 98;
    const std::vector<std::string> expected{"124+1 option_code DESCRIPTION (optional to process)", "125+1 reserved 00",
                                            "126+2 option_length 3", "128+3 description \"abc\"", "131+1 padding 00"};
    BOOST_TEST(rowsFrom(bytes, 124) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_pair_of_ports_is_for_map_without_a_port_set) {
    const auto brokenMap = [](std::string_view hex) {
        const Octets bytes = octets(hex);
        const auto breach = check(MapRequest{.lifetimeSeconds = 60,
                                             .clientAddress = client,
                                             .protocol = Protocol::udp,
                                             .internalPort = 5004,
                                             .suggestedAddress = Address::anyV4(),
                                             .options = Options::check(bytes).value()});
        return breach ? fmt::format("{} at {}", *breach, breach->offset) : "none";
    };
    BOOST_TEST(brokenMap("84000000") == "none");
    BOOST_TEST(brokenMap("84000000 84000000") == "PORT_RESERVATION: the option may appear only once at 64");
    BOOST_TEST(brokenMap("84000000 82000005 0002138c 00000000") ==
               "PORT_SET: a pair of ports cannot be asked for with PORT_SET at 64");
    BOOST_TEST(brokenMap("83000000") == "NEXT: the option is not defined for this opcode at 60");
}

BOOST_AUTO_TEST_CASE(the_typed_options_know_nothing_of_drafts) {
    const Octets data(56);
    BOOST_TEST(std::holds_alternative<RawOption>(interpret(RawOption{next, data}).value()));
    BOOST_TEST(std::holds_alternative<RawOption>(interpret(RawOption{portReservation, {}}).value()));
    BOOST_TEST(std::holds_alternative<RawRequest>(decode(getRequest()).value()));
}

BOOST_AUTO_TEST_CASE(a_get_can_be_written_and_read_while_compiling) {
    static_assert([] {
        std::array<std::uint8_t, maxMessageSize> room{};
        std::array<std::uint8_t, 60> optionRoom{};
        OptionWriter writer{optionRoom};
        (void)writeNext(writer, mapping, NextVersion::withNonce);
        const GetRequest message{client, {}, writer.options()};
        const auto size = encode(message, room);
        return decodeGetRequest(Bytes{room}.first(size.value())).value() == message && !check(message);
    }());
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
