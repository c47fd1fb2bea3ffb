// SPDX-License-Identifier: MIT
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "support/octets.hpp"
#include "support/print.hpp"

import portolan.wire;

// Telling the messages of the family apart, and NAT-PMP as gateways really speak it.

using namespace portolan::wire;
using boost::unit_test::label;
using portolan::testing::Octets;
using portolan::testing::octets;
using portolan::testing::packet;

namespace {

/// The message that `hex` decodes to, which holds no view into it.
template <class Message>
Message read(std::string_view hex) {
    const Octets bytes = octets(hex);
    const auto decoded = decode(bytes);
    BOOST_TEST_REQUIRE(decoded.has_value());
    BOOST_TEST_REQUIRE(std::holds_alternative<Message>(decoded.value()));
    return std::get<Message>(decoded.value());
}

Refusal refusal(std::string_view hex) {
    const Octets bytes = octets(hex);
    const auto decoded = decode(bytes);
    BOOST_TEST_REQUIRE(!decoded.has_value());
    return decoded.error();
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_datagram)

BOOST_AUTO_TEST_CASE(less_than_two_octets_are_too_short, *label("S6887-026")) {
    BOOST_TEST((refusal("") == Refusal{Fault::tooShort, 0}));
    BOOST_TEST((refusal("02") == Refusal{Fault::tooShort, 1}));
    BOOST_TEST((refusal("00") == Refusal{Fault::tooShort, 1}));
}

BOOST_AUTO_TEST_CASE(other_versions_are_refused_at_octet_0) {
    BOOST_TEST((refusal("0101 0000 00000000") == Refusal{Fault::unsupportedVersion, 0}));
    BOOST_TEST((refusal("0381 0000 00000000") == Refusal{Fault::unsupportedVersion, 0}));
    BOOST_TEST((refusal("ff05 0000 00000000") == Refusal{Fault::unsupportedVersion, 0}));
}

BOOST_AUTO_TEST_CASE(a_refusal_may_name_any_pcp_version, *label("C6887-061")) {
    BOOST_TEST((read<VersionRejection>("0381 0001 0000003c 00000007") == VersionRejection{3, Opcode::map, 60, 7}));
}

BOOST_AUTO_TEST_CASE(a_version_rejection_may_be_four_octets, *label("C6887-038")) {
    BOOST_TEST((read<VersionRejection>("0282 0001") == VersionRejection{2, Opcode::peer, 0, 0}));
    BOOST_TEST((read<VersionRejection>("0282 0001 00000708") == VersionRejection{2, Opcode::peer, 1800, 0}));
}

BOOST_AUTO_TEST_CASE(what_is_not_a_version_rejection_is_said_so) {
    BOOST_TEST((decodeVersionRejection(octets("028100")).error() == Refusal{Fault::tooShort, 3}));
    BOOST_TEST((decodeVersionRejection(octets("02010001")).error() == Refusal{Fault::wrongDirection, 1}));
    BOOST_TEST((decodeVersionRejection(octets("00810001")).error() == Refusal{Fault::unsupportedVersion, 0}));
    BOOST_TEST((decodeVersionRejection(octets("02810002")).error() == Refusal{Fault::wrongResult, 3}));
}

BOOST_AUTO_TEST_CASE(an_unknown_opcode_keeps_its_body, *label("S6887-029")) {
    const Octets bytes = octets("023c0000 00000e10 00000000 00000000 0000ffff c0a80139 c0de0001");
    const auto decoded = decode(bytes);
    BOOST_TEST_REQUIRE(decoded.has_value());
    const RawRequest message = std::get<RawRequest>(decoded.value());
    BOOST_TEST(
        (message.header == RequestHeader{std::bit_cast<Opcode>(std::uint8_t{60}), 3600, Address::v4(192, 168, 1, 57)}));
    BOOST_TEST(message.body.size() == 4U);
    BOOST_TEST((message.resultCode == ResultCode::success));
}

BOOST_AUTO_TEST_CASE(octet_3_of_other_requests_means_nothing) {
    const Octets bytes = octets("023c000e 00000000 00000000 00000000 00000000 00000000");
    BOOST_TEST((std::get<RawRequest>(decode(bytes).value()).resultCode == ResultCode::success));
}

BOOST_AUTO_TEST_CASE(nat_pmp_only_is_understood_at_any_length, *label("C6886-005") * label("C6887-063")) {
    Octets bytes = octets("00800001 000003e8");
    bytes.resize(60);
    for (const std::size_t size : {4U, 8U, 12U, 16U, 24U, 60U}) {
        BOOST_TEST_CONTEXT("length " << size) {
            const auto part = Bytes{bytes}.first(size);
            BOOST_TEST(saysNatPmpOnly(part));
            BOOST_TEST_REQUIRE(decode(part).has_value());
            BOOST_TEST((std::get<NatPmpRefusal>(decode(part).value()) ==
                        NatPmpRefusal{128, NatPmpResult::unsupportedVersion, size < 8 ? 0U : 1000U}));
        }
    }
    BOOST_TEST(!saysNatPmpOnly(Bytes{bytes}.first(3)));
}

BOOST_AUTO_TEST_CASE(a_malformed_answer_of_version_0_is_not_nat_pmp_only) {
    // miniupnpd 2.3.1 answers a PCP request of odd length so.
    const Octets bytes = octets("00800003 00000000 00000000 00000000 00000000 00000000");
    BOOST_TEST(!saysNatPmpOnly(bytes));
    BOOST_TEST((decode(bytes).error() == Refusal{Fault::tooLong, 12}));
}

BOOST_AUTO_TEST_CASE(reserved_octets_of_a_nat_pmp_request_are_ignored, *label("C6886-024") * label("S6886-009")) {
    for (const std::string_view hex : {"0002ffff 1f900000 00001c20", "00020001 1f900000 00001c20"}) {
        BOOST_TEST_CONTEXT(hex) {
            BOOST_TEST((read<NatPmpMapRequest>(hex) == NatPmpMapRequest{Protocol::tcp, 8080, 0, 7200}));
        }
    }
}

BOOST_AUTO_TEST_CASE(nat_pmp_messages_have_one_length_each) {
    BOOST_TEST((refusal("0000 00") == Refusal{Fault::tooLong, 2}));
    BOOST_TEST((refusal("0001 0000 1f900000 00001c") == Refusal{Fault::tooShort, 11}));
    BOOST_TEST((refusal("0001 0000 1f900000 00001c20 00") == Refusal{Fault::tooLong, 12}));
    BOOST_TEST((refusal("0080 0000 000003e8 cb0071") == Refusal{Fault::tooShort, 11}));
    BOOST_TEST((refusal("0081 0000 000003e8 1f909cbb") == Refusal{Fault::tooShort, 12}));
    BOOST_TEST((refusal("0080") == Refusal{Fault::tooShort, 2}));
}

BOOST_AUTO_TEST_CASE(nat_pmp_knows_three_requests) {
    BOOST_TEST((refusal("0003 0000 00000000") == Refusal{Fault::wrongOpcode, 1}));
    BOOST_TEST((refusal("007f") == Refusal{Fault::wrongOpcode, 1}));
}

BOOST_AUTO_TEST_CASE(an_unsupported_opcode_may_come_back_as_the_request_was) {
    BOOST_TEST(
        (read<NatPmpRefusal>("00830005 000003e8") == NatPmpRefusal{0x83, NatPmpResult::unsupportedOpcode, 1000}));
    BOOST_TEST((read<NatPmpRefusal>("00820005 1f900000 00001c20").resultCode == NatPmpResult::unsupportedOpcode));
}

BOOST_AUTO_TEST_CASE(unknown_nat_pmp_results_survive, *label("C6886-034") * label("C6886-036")) {
    BOOST_TEST((read<NatPmpMapResponse>("0082ffff 000003e8 1f900000 00000000").resultCode ==
                std::bit_cast<NatPmpResult>(std::uint16_t{65535})));
    BOOST_TEST(
        (read<NatPmpMapResponse>("00820004 000003e8 1f900000 00000000").resultCode == NatPmpResult::outOfResources));
}

BOOST_AUTO_TEST_CASE(the_protocol_of_a_nat_pmp_answer_is_in_its_opcode, *label("C6886-027")) {
    BOOST_TEST((read<NatPmpMapResponse>("00810000 000003e8 1f909cbb 00001c20").protocol == Protocol::udp));
    BOOST_TEST((read<NatPmpMapResponse>("00820000 000003e8 1f909cbb 00001c20").protocol == Protocol::tcp));
}

BOOST_AUTO_TEST_CASE(each_nat_pmp_decoder_refuses_the_others) {
    BOOST_TEST((decodeNatPmpAddressRequest(octets("0001")).error() == Refusal{Fault::wrongOpcode, 1}));
    BOOST_TEST((decodeNatPmpAddressRequest(octets("0080")).error() == Refusal{Fault::wrongDirection, 1}));
    BOOST_TEST((decodeNatPmpAddressRequest(octets("0200")).error() == Refusal{Fault::unsupportedVersion, 0}));
    BOOST_TEST(
        (decodeNatPmpAddressResponse(packet("nat_pmp_map_request")).error() == Refusal{Fault::wrongDirection, 1}));
    BOOST_TEST((decodeNatPmpMapResponse(octets("00830000 000003e8 1f909cbb 00001c20")).error() ==
                Refusal{Fault::wrongOpcode, 1}));
    BOOST_TEST(
        (decodeNatPmpMapRequest(octets("00030000 1f900000 00001c20")).error() == Refusal{Fault::wrongOpcode, 1}));
    BOOST_TEST((decodeNatPmpRefusal(octets("008000")).error() == Refusal{Fault::tooShort, 3}));
    BOOST_TEST((decodeNatPmpRefusal(octets("02800001")).error() == Refusal{Fault::unsupportedVersion, 0}));
}

BOOST_AUTO_TEST_CASE(any_result_code_is_carried) {
    for (unsigned code = 2; code < 256; ++code) {
        Octets bytes = packet("map_no_resources_response");
        bytes[3] = static_cast<std::uint8_t>(code);
        BOOST_TEST_CONTEXT("result " << code) {
            BOOST_TEST((decodeMapResponse(bytes).value().resultCode == static_cast<ResultCode>(code)));
        }
    }
}

BOOST_AUTO_TEST_CASE(decoding_works_while_compiling) {
    static_assert([] {
        constexpr std::uint8_t bytes[] = {0, 0x80, 0, 1, 0, 0, 3, 0xe8};
        return std::get<NatPmpRefusal>(decode(bytes).value()).epochSeconds == 1000;
    }());
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
