// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

import portolan.simulator.script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;
using boost::unit_test::label;

BOOST_FIXTURE_TEST_SUITE(simulator_pcp_header, Scene)

BOOST_AUTO_TEST_CASE(tests_all_96_bits_of_a_mapped_address, *label("S6887-001")) {
    const Address lookalike{{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 1, 57}};
    BOOST_TEST(ask(hostA, Map{.client = lookalike}).code() == ResultCode::addressMismatch);
}

BOOST_AUTO_TEST_CASE(ignores_reserved_header_bits_of_a_request, *label("S6887-003")) {
    BOOST_TEST(ask(hostA, Map{}.at(2, "ff ff")).code() == ResultCode::success);
}

BOOST_AUTO_TEST_CASE(answers_with_version_2, *label("S6887-004")) {
    for (const Request& request : {Request(Map{}), announce(), Map{}.at(0, "05"), Map{}.at(1, "3c")}) {
        BOOST_TEST(ask(hostA, request).hex(0, 1) == "02");
    }
}

BOOST_AUTO_TEST_CASE(sets_the_r_bit_and_copies_the_opcode, *label("S6887-005")) {
    BOOST_TEST(ask(hostA, announce()).hex(1, 2) == "80");
    BOOST_TEST(ask(hostA, Map{}).hex(1, 2) == "81");
    BOOST_TEST(ask(hostA, Peer{}).hex(1, 2) == "82");
    BOOST_TEST(ask(hostA, announce().at(1, "3c")).hex(1, 2) == "bc");
}

BOOST_AUTO_TEST_CASE(clears_the_reserved_octet_of_good_and_bad_answers, *label("S6887-006")) {
    BOOST_TEST(ask(hostA, Map{}.at(2, "ff")).hex(2, 3) == "00");
    BOOST_TEST(ask(hostA, Map{.protocol = Protocol::all}.at(2, "ff")).hex(2, 3) == "00");
}

BOOST_AUTO_TEST_CASE(clears_the_96_reserved_bits_where_the_request_was_parsed, *label("S6887-007")) {
    const std::string zeros = "00 00 00 00 00 00 00 00 00 00 00 00";
    BOOST_TEST(ask(hostA, Map{}).hex(12, 24) == zeros);
    BOOST_TEST(ask(hostA, Map{.protocol = Protocol::all}).hex(12, 24) == zeros);
}

BOOST_AUTO_TEST_CASE(keeps_the_last_96_address_bits_where_it_was_not, *label("S6887-007")) {
    BOOST_TEST(ask(hostA, Map{}.at(0, "07")).hex(12, 24) == "00 00 00 00 00 00 ff ff c0 a8 01 39");
}

BOOST_AUTO_TEST_CASE(reports_the_epoch_in_success_and_in_error, *label("S6887-008")) {
    const auto first = ask(hostA, Map{});
    pass(10s);
    const auto second = ask(hostA, Map{.client = insideB});
    BOOST_TEST(second.code() == ResultCode::addressMismatch);
    BOOST_TEST(second.epoch() == first.epoch() + 10);
}

BOOST_AUTO_TEST_CASE(an_error_copies_the_request_under_a_new_header, *label("S6887-012")) {
    const Request request = Map{}.with("03 00 0004 01020304");
    const auto reply = ask(hostA, request);
    BOOST_TEST(reply.code() == ResultCode::malformedOption);
    BOOST_TEST(reply.bytes.size() == request.bytes.size());
    BOOST_TEST(reply.hex(24) == spacedHex(std::span{request.bytes}.subspan(24)));
}

BOOST_AUTO_TEST_CASE(checks_the_version_before_the_length, *label("S6887-024")) {
    const auto reply = ask(hostA, Request{octets("03 01 00 00")});
    BOOST_TEST(reply.hex(0, 4) == "02 81 00 01");
}

BOOST_AUTO_TEST_CASE(ignores_what_arrives_outside, *label("S6887-025") * label("S6886-018")) {
    BOOST_TEST(ask(hostA, Map{}, Side::outside).none());
    BOOST_TEST(ask(hostA, natPmpAddress(), Side::outside).none());
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(drops_what_is_no_request, *label("S6887-026")) {
    BOOST_TEST(ask(hostA, Request{octets("02")}).none());
    BOOST_TEST(ask(hostA, announce().at(1, "80")).none());
    BOOST_TEST(ask(hostA, announce().cutTo(20)).none());
    BOOST_TEST(ask(hostA, Request{}).none());
    BOOST_TEST(gateway.counters().ignored == 4);
}

BOOST_AUTO_TEST_CASE(a_wrong_length_is_a_malformed_request, *label("S6887-027")) {
    BOOST_TEST(ask(hostA, Request(Map{}).cutTo(1104)).code() == ResultCode::malformedRequest);
    BOOST_TEST(ask(hostA, Request(Map{}).cutTo(61)).code() == ResultCode::malformedRequest);
    BOOST_TEST(ask(hostA, Request(Map{}).cutTo(56)).code() == ResultCode::malformedRequest);
    BOOST_TEST(ask(hostA, Request(Peer{}).cutTo(76)).code() == ResultCode::malformedRequest);
}

BOOST_AUTO_TEST_CASE(an_error_is_cut_at_1100_octets_and_padded_to_four, *label("S6887-027")) {
    BOOST_TEST(ask(hostA, Request(Map{}).cutTo(1104)).bytes.size() == 1100);
    BOOST_TEST(ask(hostA, Request(Map{}).cutTo(61)).bytes.size() == 64);
}

BOOST_AUTO_TEST_CASE(another_source_than_the_header_says_is_a_mismatch, *label("S6887-028")) {
    const auto reply = ask(hostA, Map{.client = Address::v4(10, 0, 0, 9)});
    BOOST_TEST(reply.code() == ResultCode::addressMismatch);
    BOOST_TEST(reply.lifetime() == 1800);
}

BOOST_AUTO_TEST_CASE(an_unknown_opcode_comes_back_with_its_payload, *label("S6887-029")) {
    const Request request = announce().at(1, "3c").with("01 02 03 04 05 06 07 08");
    const auto reply = ask(hostA, request);
    BOOST_TEST(reply.code() == ResultCode::unsuppOpcode);
    BOOST_TEST(reply.hex(24) == "01 02 03 04 05 06 07 08");
}

BOOST_AUTO_TEST_CASE(names_version_2_to_any_other, *label("S6887-032")) {
    BOOST_TEST(ask(hostA, Map{}.at(0, "05")).hex(0, 4) == "02 81 00 01");
    Scene pcpOnly{atWan(Config::pcpOnly())};
    const auto reply = pcpOnly.ask(hostA, natPmpAddress());
    BOOST_TEST(reply.hex(0, 8) == "02 80 00 01 00 00 07 08");
    BOOST_TEST(reply.bytes.size() == 24);
}

BOOST_AUTO_TEST_CASE(counts_requests_by_opcode) {
    ask(hostA, Map{});
    ask(hostA, announce());
    ask(hostA, natPmpAddress());
    ask(hostA, Map{}.at(0, "09"));
    BOOST_TEST(gateway.counters().datagramsIn == 4);
    BOOST_TEST(gateway.counters().answers == 4);
    BOOST_TEST(gateway.counters().pcpRequests.at(1) == 1);
    BOOST_TEST(gateway.counters().pcpRequests.at(0) == 1);
    BOOST_TEST(gateway.counters().natPmpRequests.at(0) == 1);
    BOOST_TEST(gateway.counters().otherVersions == 1);
}

BOOST_AUTO_TEST_SUITE_END()
