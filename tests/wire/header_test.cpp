// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "support/octets.hpp"
#include "support/print.hpp"

import portolan.wire;

// Lengths, version, direction and reserved bits: what is refused, in which order, and at which octet.

using namespace portolan::wire;
using boost::unit_test::label;
using portolan::testing::Octets;
using portolan::testing::packet;

namespace {

/// The packet cut, or lengthened with zeros, to `size` octets.
Octets sized(std::string_view name, std::size_t size) {
    Octets bytes = packet(name);
    bytes.resize(size);
    return bytes;
}

/// The packet with one octet changed.
Octets changed(std::string_view name, std::size_t at, std::uint8_t octet) {
    Octets bytes = packet(name);
    bytes[at] = octet;
    return bytes;
}

template <class Message>
std::optional<Refusal> refusalOf(const result<Message>& decoded) {
    return decoded ? std::nullopt : std::optional{decoded.error()};
}

/// What a PCP message with 60 fixed octets and no options is refused for at a length below 61.
std::optional<Refusal> expectedBelow61(std::size_t size, std::size_t firstStep) {
    const auto here = static_cast<std::uint16_t>(size);
    if (size < firstStep || size < headerSize) {
        return Refusal{Fault::tooShort, here};
    }
    if (size % 4 != 0) {
        return Refusal{Fault::notMultipleOfFour, here};
    }
    return size < mapSize ? std::optional{Refusal{Fault::tooShort, here}} : std::nullopt;
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_header)

BOOST_AUTO_TEST_CASE(a_request_is_read_at_its_exact_length_only, *label("S6887-026") * label("S6887-027")) {
    for (std::size_t size = 0; size <= 61; ++size) {
        BOOST_TEST_CONTEXT("length " << size) {
            BOOST_TEST((refusalOf(decodeMapRequest(sized("map_create_request", size))) == expectedBelow61(size, 2)));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_response_is_read_at_its_exact_length_only, *label("C6887-036") * label("C6887-039")) {
    for (std::size_t size = 0; size <= 61; ++size) {
        BOOST_TEST_CONTEXT("length " << size) {
            BOOST_TEST((refusalOf(decodeMapResponse(sized("map_create_response", size))) == expectedBelow61(size, 4)));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_response_of_1100_octets_is_read_and_one_of_1104_is_not, *label("C6887-039")) {
    BOOST_TEST(decodeMapResponse(sized("map_create_response", 1100)).has_value());
    BOOST_TEST((refusalOf(decodeMapResponse(sized("map_create_response", 1104))) == Refusal{Fault::tooLong, 1100}));
    BOOST_TEST((refusalOf(decodeMapResponse(sized("map_create_response", 1101))) == Refusal{Fault::tooLong, 1100}));
}

BOOST_AUTO_TEST_CASE(a_request_of_1100_octets_is_read_and_one_of_1104_is_not, *label("S6887-027")) {
    BOOST_TEST(decodeMapRequest(sized("map_create_request", 1100)).has_value());
    BOOST_TEST((refusalOf(decodeMapRequest(sized("map_create_request", 1104))) == Refusal{Fault::tooLong, 1100}));
}

BOOST_AUTO_TEST_CASE(peer_needs_80_octets, *label("C6887-039")) {
    for (std::size_t size = 60; size < peerSize; size += 4) {
        const Refusal expected{Fault::tooShort, static_cast<std::uint16_t>(size)};
        BOOST_TEST((refusalOf(decodePeerRequest(sized("peer_nat64_request", size))) == expected));
        BOOST_TEST((refusalOf(decodePeerResponse(sized("peer_nat64_response", size))) == expected));
    }
    BOOST_TEST(decodePeerResponse(sized("peer_nat64_response", peerSize)).has_value());
}

BOOST_AUTO_TEST_CASE(announce_needs_24_octets) {
    BOOST_TEST((refusalOf(decodeAnnounceResponse(sized("announce_restart", 20))) == Refusal{Fault::tooShort, 20}));
    BOOST_TEST(decodeAnnounceResponse(sized("announce_restart", 24)).has_value());
}

BOOST_AUTO_TEST_CASE(the_direction_is_checked_before_the_version, *label("C6887-037") * label("S6887-026")) {
    Octets response = changed("map_create_response", 1, 0x01);
    BOOST_TEST((refusalOf(decodeMapResponse(response)) == Refusal{Fault::wrongDirection, 1}));
    Octets request = changed("map_create_request", 1, 0x81);
    BOOST_TEST((refusalOf(decodeMapRequest(request)) == Refusal{Fault::wrongDirection, 1}));
    request[0] = 3;
    BOOST_TEST((refusalOf(decodeMapRequest(request)) == Refusal{Fault::wrongDirection, 1}));
}

BOOST_AUTO_TEST_CASE(another_version_is_refused_before_the_length, *label("S6887-024")) {
    Octets request = changed("map_create_request", 0, 3);
    request.resize(2);
    BOOST_TEST((refusalOf(decodeMapRequest(request)) == Refusal{Fault::unsupportedVersion, 0}));
    BOOST_TEST(
        (refusalOf(decodeMapResponse(changed("map_create_response", 0, 1))) == Refusal{Fault::unsupportedVersion, 0}));
}

BOOST_AUTO_TEST_CASE(unsupp_version_is_seen_before_the_length, *label("C6887-038")) {
    Octets response = changed("map_create_response", 3, 1);
    for (const std::size_t size : {4U, 8U, 23U, 24U, 60U, 61U, 1104U}) {
        response.resize(size);
        BOOST_TEST_CONTEXT("length " << size) {
            BOOST_TEST((refusalOf(decodeMapResponse(response)) == Refusal{Fault::unsuppVersion, 3}));
        }
    }
}

BOOST_AUTO_TEST_CASE(another_opcode_is_refused, *label("C6887-040")) {
    BOOST_TEST((refusalOf(decodeMapResponse(packet("peer_nat64_response"))) == Refusal{Fault::wrongOpcode, 1}));
    BOOST_TEST((refusalOf(decodePeerRequest(packet("map_create_request"))) == Refusal{Fault::wrongOpcode, 1}));
    BOOST_TEST((refusalOf(decodeAnnounceRequest(packet("map_create_request"))) == Refusal{Fault::wrongOpcode, 1}));
    BOOST_TEST((refusalOf(decodeAnnounceResponse(packet("map_create_response"))) == Refusal{Fault::wrongOpcode, 1}));
}

BOOST_AUTO_TEST_CASE(reserved_bits_of_a_response_are_ignored,
                     *label("C6887-009") * label("C6887-010") * label("C6887-067")) {
    const Octets plain = packet("map_create_response");
    Octets noisy = plain;
    noisy[2] = 0xff;
    std::fill(noisy.begin() + 12, noisy.begin() + 24, std::uint8_t{0xa5});
    std::fill(noisy.begin() + 37, noisy.begin() + 40, std::uint8_t{0xff});
    BOOST_TEST((decodeMapResponse(noisy).value() == decodeMapResponse(plain).value()));
}

BOOST_AUTO_TEST_CASE(reserved_bits_of_a_request_are_ignored, *label("S6887-003") * label("S6887-037")) {
    const Octets plain = packet("map_create_request");
    Octets noisy = plain;
    std::fill(noisy.begin() + 2, noisy.begin() + 4, std::uint8_t{0xff});
    std::fill(noisy.begin() + 37, noisy.begin() + 40, std::uint8_t{0xff});
    BOOST_TEST((decodeMapRequest(noisy).value() == decodeMapRequest(plain).value()));
}

BOOST_AUTO_TEST_CASE(reserved_bits_of_peer_are_ignored, *label("C6887-093") * label("S6887-062")) {
    for (const std::size_t at : {37U, 38U, 39U, 62U, 63U}) {
        BOOST_TEST((decodePeerResponse(changed("peer_nat64_response", at, 0xff)).value() ==
                    decodePeerResponse(packet("peer_nat64_response")).value()));
        BOOST_TEST((decodePeerRequest(changed("peer_nat64_request", at, 0xff)).value() ==
                    decodePeerRequest(packet("peer_nat64_request")).value()));
    }
}

BOOST_AUTO_TEST_CASE(the_lifetime_of_an_announcement_is_ignored, *label("C6887-118")) {
    BOOST_TEST((decodeAnnounceResponse(changed("announce_restart", 7, 99)).value() ==
                decodeAnnounceResponse(packet("announce_restart")).value()));
}

BOOST_AUTO_TEST_SUITE_END()
