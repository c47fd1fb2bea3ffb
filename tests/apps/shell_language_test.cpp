// SPDX-License-Identifier: MIT
// What lines of the shell mean: words, requests, options, completions.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/octets.hpp"

import portolan.cli;

using namespace portolan;
using namespace portolan::cli;
using portolan::testing::Octets;
using portolan::testing::octets;
using portolan::testing::packet;
namespace data = boost::unit_test::data;

namespace {

/// As the worked packets have it: 192.168.1.57, and one nonce for all.
RequestSettings settings() {
    RequestSettings made;
    made.client = wire::Address::v4(192, 168, 1, 57);
    made.nonceFor = [](Protocol, std::uint16_t) { return parseNonce("4f2a9c017be3d8560d91ac44").assume_value(); };
    return made;
}

Parsed<BuiltRequest> built(std::string_view line, const RequestSettings& with = settings()) {
    return buildRequest(splitWords(line).assume_value(), with);
}

/// The octets of a line, or why there are none.
std::string hexOf(std::string_view line, const RequestSettings& with = settings()) {
    const auto request = built(line, with);
    return request ? spacedHex(request.assume_value().octets) : request.error().message;
}

std::string optionHex(std::string_view text) {
    const auto option = parseOption(text, 50'000);
    return option ? std::to_string(static_cast<unsigned>(option.assume_value().code)) + ": " +
                        spacedHex(option.assume_value().data)
                  : option.error().message;
}

using Strings = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(apps_shell_language)

BOOST_AUTO_TEST_CASE(blanks_part_words_and_quotes_keep_them) {
    BOOST_TEST(splitWords(" map\ttcp:1  description='my \"own\" server' x\"\" # y").assume_value() ==
                   (Strings{"map", "tcp:1", "description=my \"own\" server", "x"}),
               boost::test_tools::per_element());
    BOOST_TEST(splitWords("a#b ''").assume_value() == (Strings{"a#b", ""}), boost::test_tools::per_element());
    BOOST_TEST(splitWords("a 'b").has_error());
}

BOOST_AUTO_TEST_CASE(a_line_makes_the_worked_packets) {
    BOOST_TEST(hexOf("map tcp:8080") == spacedHex(packet("map_create_request")));
    BOOST_TEST(hexOf("delete tcp:8080") == spacedHex(packet("map_delete_request")));
    BOOST_TEST(hexOf("address") == spacedHex(packet("nat_pmp_address_request")));
}

BOOST_AUTO_TEST_CASE(fields_replace_what_is_usual) {
    const auto request =
        built("map udp:5000:6000 lifetime=1 nonce=000000000000000000000001 client=:: external=192.0.2.9");
    const auto message = wire::decodeMapRequest(request.assume_value().octets).assume_value();
    BOOST_TEST(message.lifetimeSeconds == 1);
    BOOST_TEST(message.nonce.octets[11] == 1);
    BOOST_TEST(message.clientAddress.isAny());
    BOOST_TEST((message.suggestedAddress == wire::Address::v4(192, 0, 2, 9)));
    BOOST_TEST(message.suggestedPort == 6000);
}

BOOST_AUTO_TEST_CASE(the_version_octet_is_as_set) {
    RequestSettings with = settings();
    with.version = 7;
    BOOST_TEST(hexOf("announce", with).starts_with("07 00 00 00"));
    with.version = 0;
    BOOST_TEST(hexOf("map udp:5000 lifetime=3600", with) == "00 01 00 00 13 88 00 00 00 00 0e 10");
    BOOST_TEST(hexOf("peer udp:5000 192.0.2.1:1", with) == "NAT-PMP has no peer (set version pcp)");
    BOOST_TEST(hexOf("map udp:5000 prefer_failure", with) ==
               "NAT-PMP has no options, nonces and addresses (set version pcp)");
}

BOOST_AUTO_TEST_CASE(a_rule_that_is_broken_is_told_with_the_request) {
    const auto request = built("peer tcp:8080 192.0.2.1 lifetime=0");
    BOOST_TEST_REQUIRE(request.has_value());
    BOOST_TEST(request.assume_value().breach.has_value());
    BOOST_TEST(!built("peer tcp:8080 192.0.2.1:443").assume_value().breach.has_value());
}

BOOST_AUTO_TEST_CASE(more_options_than_a_message_holds_are_refused) {
    std::string line = "announce 200=";
    line.append(2 * 1100, 'a');
    BOOST_TEST(hexOf(line) == "the options are longer than a message may be (1100 octets); raw sends what is");
}

BOOST_AUTO_TEST_CASE(options_have_values_of_their_kinds) {
    BOOST_TEST(optionHex("THIRD_PARTY=192.0.2.7") == "1: 00 00 00 00 00 00 00 00 00 00 ff ff c0 00 02 07");
    BOOST_TEST(optionHex("prefer-failure") == "2: ");
    BOOST_TEST(optionHex("filter=198.51.100.0/24:80") ==
               "3: 00 78 00 50 00 00 00 00 00 00 00 00 00 00 ff ff c6 33 64 00");
    BOOST_TEST(optionHex("filter=flush") == "3: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    BOOST_TEST(optionHex("third_party_id=0a0b") == "13: 0a 0b");
    BOOST_TEST(optionHex("description=a b") == "128: 61 20 62");
    BOOST_TEST(optionHex("prefix64") == "129: 00 0c 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    BOOST_TEST(optionHex("prefix64=2001:db8:1::/48") == "129: 00 06 20 01 0d b8 00 01 00 00 00 00 00 00 00 00");
    BOOST_TEST(optionHex("port_set=100") == "130: 00 64 c3 50 00");
    BOOST_TEST(optionHex("port_set=65535:7:parity") == "130: ff ff 00 07 01");
    BOOST_TEST(optionHex("checkpoint_required") == "192: ");
    BOOST_TEST(optionHex("250=c0 ff ee") == "250: c0 ff ee");
}

BOOST_AUTO_TEST_CASE(completes_commands_fields_and_values) {
    BOOST_TEST(completions("re") == Strings{"repeat"}, boost::test_tools::per_element());
    BOOST_TEST(completions("set t") == (Strings{"timeout", "tries"}), boost::test_tools::per_element());
    BOOST_TEST(completions("set version ") == (Strings{"nat-pmp", "pcp"}), boost::test_tools::per_element());
    BOOST_TEST(completions("map tcp:1 desc") == Strings{"description="}, boost::test_tools::per_element());
    BOOST_TEST(completions("repeat 5 0.1 ann") == Strings{"announce"}, boost::test_tools::per_element());
    BOOST_TEST(completions("quit ").empty());
    BOOST_TEST(completions("raw \"").empty());
}

BOOST_AUTO_TEST_SUITE_END()
