// SPDX-License-Identifier: MIT
#include <array>
#include <bit>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "support/octets.hpp"
#include "support/print.hpp"

import portolan.wire;

// What is written: fixed values, zeros in reserved bits, and refusals for want of room.

using namespace portolan::wire;
using boost::unit_test::label;
using portolan::testing::Octets;
using portolan::testing::spacedHex;

namespace {

/// The message as octets, written over ff so that nothing stays zero by chance.
template <class Message>
Octets written(const Message& message) {
    Octets room(maxMessageSize, 0xff);
    const auto size = encode(message, room);
    BOOST_TEST_REQUIRE(size.has_value());
    room.resize(size.value());
    return room;
}

std::string part(const Octets& bytes, std::size_t from, std::size_t count) {
    return spacedHex(std::span{bytes}.subspan(from, count));
}

/// The refusals of a message of `size` octets in rooms that are too small, and whether an exact room does.
template <class Message>
void checkRoom(const Message& message, std::size_t size) {
    Octets room(size);
    BOOST_TEST(encode(message, room).has_value());
    for (std::size_t less = 0; less < size; ++less) {
        const auto refused = encode(message, std::span{room}.first(less));
        BOOST_TEST_REQUIRE(!refused.has_value());
        BOOST_TEST((refused.error() == Refusal{Fault::noRoom, static_cast<std::uint16_t>(less)}));
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_encode)

BOOST_AUTO_TEST_CASE(a_request_begins_with_version_opcode_and_zeros, *label("C6887-007") * label("C6887-008")) {
    BOOST_TEST(part(written(AnnounceRequest{}), 0, 4) == "02 00 00 00");
    BOOST_TEST(part(written(MapRequest{}), 0, 4) == "02 01 00 00");
    BOOST_TEST(part(written(PeerRequest{}), 0, 4) == "02 02 00 00");
    BOOST_TEST(part(written(RawRequest{.header = {.opcode = std::bit_cast<Opcode>(std::uint8_t{60})}}), 0, 4) ==
               "02 3c 00 00");
}

BOOST_AUTO_TEST_CASE(a_response_has_the_r_bit_and_zeros,
                     *label("S6887-004") * label("S6887-005") * label("S6887-006") * label("S6887-007")) {
    BOOST_TEST(part(written(AnnounceResponse{}), 0, 4) == "02 80 00 00");
    BOOST_TEST(part(written(MapResponse{}), 0, 4) == "02 81 00 00");
    BOOST_TEST(part(written(PeerResponse{}), 0, 4) == "02 82 00 00");
    BOOST_TEST(part(written(MapResponse{}), 12, 12) == "00 00 00 00 00 00 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(numbers_have_the_most_significant_octet_first, *label("C6887-006")) {
    const Octets bytes = written(MapRequest{.lifetimeSeconds = 7200, .internalPort = 8080, .suggestedPort = 443});
    BOOST_TEST(part(bytes, 4, 4) == "00 00 1c 20");
    BOOST_TEST(part(bytes, 40, 4) == "1f 90 01 bb");
}

BOOST_AUTO_TEST_CASE(the_client_address_stands_at_octet_8, *label("C6887-022")) {
    const Octets bytes = written(MapRequest{.clientAddress = Address::v4(192, 168, 1, 57)});
    BOOST_TEST(part(bytes, 8, 16) == "00 00 00 00 00 00 00 00 00 00 ff ff c0 a8 01 39");
}

BOOST_AUTO_TEST_CASE(no_preference_is_all_zeros_of_the_family,
                     *label("C6887-003") * label("C6887-069") * label("C6887-070")) {
    BOOST_TEST(part(written(MapRequest{}), 42, 18) == "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    BOOST_TEST(part(written(MapRequest{.suggestedAddress = Address::anyV4()}), 42, 18) ==
               "00 00 00 00 00 00 00 00 00 00 00 00 ff ff 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(reserved_bits_of_a_mapping_are_zero,
                     *label("C6887-067") * label("C6887-093") * label("S6887-062")) {
    BOOST_TEST(part(written(MapRequest{}), 37, 3) == "00 00 00");
    BOOST_TEST(part(written(PeerRequest{}), 37, 3) == "00 00 00");
    BOOST_TEST(part(written(PeerRequest{}), 62, 2) == "00 00");
    BOOST_TEST(part(written(PeerResponse{}), 62, 2) == "00 00");
}

BOOST_AUTO_TEST_CASE(peer_without_a_preference_is_all_zeros_of_the_family, *label("C6887-095") * label("C6887-096")) {
    BOOST_TEST(part(written(PeerRequest{.suggestedAddress = Address::anyV4()}), 42, 18) ==
               "00 00 00 00 00 00 00 00 00 00 00 00 ff ff 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(an_announcement_has_24_octets_and_no_lifetime, *label("C6887-118") * label("C6887-119")) {
    const Octets request = written(AnnounceRequest{});
    BOOST_TEST(request.size() == 24U);
    BOOST_TEST(part(request, 4, 4) == "00 00 00 00");
    BOOST_TEST(part(written(AnnounceResponse{.epochSeconds = 258}), 4, 8) == "00 00 00 00 00 00 01 02");
}

BOOST_AUTO_TEST_CASE(a_nat_pmp_address_request_is_two_zeros, *label("C6886-019")) {
    BOOST_TEST(spacedHex(written(NatPmpAddressRequest{})) == "00 00");
}

BOOST_AUTO_TEST_CASE(a_nat_pmp_request_has_zeros_in_its_reserved_octets, *label("C6886-024")) {
    BOOST_TEST(spacedHex(written(NatPmpMapRequest{Protocol::udp, 8080, 9090, 7200})) ==
               "00 01 00 00 1f 90 23 82 00 00 1c 20");
}

BOOST_AUTO_TEST_CASE(a_nat_pmp_deletion_of_all_is_zeros, *label("C6886-033")) {
    BOOST_TEST(spacedHex(written(NatPmpMapRequest{Protocol::tcp, 0, 0, 0})) == "00 02 00 00 00 00 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(a_version_rejection_names_the_version_it_has) {
    BOOST_TEST(spacedHex(written(VersionRejection{2, Opcode::map, 1800, 7})) ==
               "02 81 00 01 00 00 07 08 00 00 00 07 00 00 00 00 00 00 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(a_raw_body_is_padded_to_a_multiple_of_4) {
    const Octets body{1, 2, 3, 4, 5};
    BOOST_TEST(part(written(RawResponse{.header = {.opcode = std::bit_cast<Opcode>(std::uint8_t{60})}, .body = body}),
                    24, 8) == "01 02 03 04 05 00 00 00");
}

BOOST_AUTO_TEST_CASE(octet_3_of_a_request_is_for_authentication_only, *label("C6887-007")) {
    BOOST_TEST(
        part(written(RawRequest{
                 .header = {.opcode = Opcode::authentication}, .body = {}, .resultCode = ResultCode::initiation}),
             0, 4) == "02 03 00 0e");
    BOOST_TEST(part(written(RawRequest{.header = {.opcode = std::bit_cast<Opcode>(std::uint8_t{4})},
                                       .body = {},
                                       .resultCode = ResultCode::initiation}),
                    0, 4) == "02 04 00 00");
}

BOOST_AUTO_TEST_CASE(a_message_above_1100_octets_is_refused, *label("C6887-005")) {
    std::array<std::uint8_t, 2000> room{};
    const Octets zeros(1040); // 260 options of code 0 without data
    MapRequest message{.options = Options::readable(zeros)};
    BOOST_TEST(encode(message, room).value() == 1100U);
    const Octets more(1044);
    message.options = Options::readable(more);
    BOOST_TEST((encode(message, room).error() == Refusal{Fault::tooLong, 1100}));
}

BOOST_AUTO_TEST_CASE(a_raw_body_above_1100_octets_is_refused_with_its_padding) {
    std::array<std::uint8_t, 2000> room{};
    const Octets body(1077);
    BOOST_TEST((encode(RawRequest{.body = body}, room).error() == Refusal{Fault::tooLong, 1100}));
    BOOST_TEST(encode(RawRequest{.body = Bytes{body}.first(1073)}, room).value() == 1100U);
}

BOOST_AUTO_TEST_CASE(every_message_needs_its_room) {
    const Octets filter(24);
    const Options options = Options::readable(filter);
    checkRoom(AnnounceRequest{.options = options}, 48);
    checkRoom(AnnounceResponse{.options = options}, 48);
    checkRoom(MapRequest{.options = options}, 84);
    checkRoom(MapResponse{.options = options}, 84);
    checkRoom(PeerRequest{.options = options}, 104);
    checkRoom(PeerResponse{.options = options}, 104);
    checkRoom(RawRequest{.body = filter}, 48);
    checkRoom(RawResponse{.body = filter}, 48);
    checkRoom(VersionRejection{}, 24);
    checkRoom(NatPmpAddressRequest{}, 2);
    checkRoom(NatPmpAddressResponse{}, 12);
    checkRoom(NatPmpMapRequest{}, 12);
    checkRoom(NatPmpMapResponse{}, 16);
    checkRoom(NatPmpRefusal{}, 8);
}

BOOST_AUTO_TEST_CASE(every_message_can_be_encoded_while_compiling) {
    static_assert([] {
        std::array<std::uint8_t, 80> room{};
        return encode(MapRequest{}, room).has_value() && encode(PeerResponse{}, room).has_value() &&
               encode(AnnounceRequest{}, room).has_value() && encode(RawRequest{}, room).has_value() &&
               encode(VersionRejection{}, room).has_value() && encode(NatPmpMapResponse{}, room).has_value() &&
               encode(Datagram{NatPmpAddressRequest{}}, room).has_value();
    }());
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
