// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "support/octets.hpp"
#include "support/print.hpp"

import portolan.wire;

// The worked packets of tests/vectors: what each says, field by field, and that it is written to the same octets.

using namespace portolan::wire;
using boost::unit_test::label;
using portolan::testing::octets;
using portolan::testing::Octets;
using portolan::testing::packet;
using portolan::testing::spacedHex;

namespace {

constexpr Address client = Address::v4(192, 168, 1, 57);
constexpr Address external = Address::v4(203, 0, 113, 45);
constexpr Nonce nonce{{0x4f, 0x2a, 0x9c, 0x01, 0x7b, 0xe3, 0xd8, 0x56, 0x0d, 0x91, 0xac, 0x44}};
constexpr Nonce portSetNonce{{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb}};
constexpr Nonce peerNonce{{0xc0, 0xff, 0xee, 0x00, 0xc0, 0xff, 0xee, 0x01, 0xc0, 0xff, 0xee, 0x02}};
constexpr Address peerClient{{0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x57}};
constexpr Address remotePeer{{0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 0xc6, 0x33, 0x64, 0x07}};

/// The worked MAP request, which the others that concern the same mapping differ from in a field or two.
constexpr MapRequest creation{.lifetimeSeconds = 7200,
                              .clientAddress = client,
                              .nonce = nonce,
                              .protocol = Protocol::tcp,
                              .internalPort = 8080,
                              .suggestedPort = 0,
                              .suggestedAddress = Address::anyV4(),
                              .options = {}};

/// A worked packet and the message in it, whose views point into the packet.
template <class Message>
struct Worked {
    Octets bytes;
    Message message;
};

template <class Message>
Worked<Message> worked(std::string_view name) {
    Octets bytes = packet(name);
    const auto read = decode(bytes);
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST_REQUIRE(std::holds_alternative<Message>(read.value()));
    return {std::move(bytes), std::get<Message>(read.value())};
}

/// The options of a message as they came, to be compared as a list.
std::vector<RawOption> list(const Options& options) {
    return {options.begin(), options.end()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(wire_vectors)

BOOST_AUTO_TEST_CASE(every_packet_is_encoded_to_the_same_octets) {
    for (const std::string_view name :
         {"map_create_request",        "map_create_response",       "map_renew_request",
          "map_delete_request",        "map_no_resources_response", "map_port_set_request",
          "map_port_set_response",     "peer_nat64_request",        "peer_nat64_response",
          "announce_restart",          "announce_prefix64",         "nat_pmp_only_opcode_128",
          "nat_pmp_only_opcode_0",     "nat_pmp_only_opcode_129",   "nat_pmp_address_request",
          "nat_pmp_address_response",  "nat_pmp_map_request",       "nat_pmp_map_response",
          "nat_pmp_delete_request",    "nat_pmp_delete_response",   "unsupp_version_response",
          "authentication_initiation", "announce_tagged_request"}) {
        BOOST_TEST_CONTEXT(name) {
            const Octets bytes = packet(name);
            const auto read = decode(bytes);
            BOOST_TEST_REQUIRE(read.has_value());
            std::array<std::uint8_t, maxMessageSize> room{};
            const auto size = encode(read.value(), room);
            BOOST_TEST_REQUIRE(size.has_value());
            BOOST_TEST(spacedHex(std::span{room}.first(size.value())) == spacedHex(bytes));
        }
    }
}

BOOST_AUTO_TEST_CASE(reads_a_map_request, *label("C6887-004") * label("C6887-006") * label("C6887-070")) {
    const auto [bytes, message] = worked<MapRequest>("map_create_request");
    BOOST_TEST(message == creation);
}

BOOST_AUTO_TEST_CASE(reads_a_map_response) {
    const auto [bytes, message] = worked<MapResponse>("map_create_response");
    BOOST_TEST(message == (MapResponse{.resultCode = ResultCode::success,
                                       .lifetimeSeconds = 3600,
                                       .epochSeconds = 123456,
                                       .nonce = nonce,
                                       .protocol = Protocol::tcp,
                                       .internalPort = 8080,
                                       .assignedPort = 40123,
                                       .assignedAddress = external,
                                       .options = {}}));
}

BOOST_AUTO_TEST_CASE(reads_a_renewal_with_the_assigned_tuple_as_suggestion, *label("C6887-079")) {
    const auto [bytes, message] = worked<MapRequest>("map_renew_request");
    MapRequest renewal = creation;
    renewal.suggestedPort = 40123;
    renewal.suggestedAddress = external;
    BOOST_TEST(message == renewal);
}

BOOST_AUTO_TEST_CASE(reads_a_deletion, *label("C6887-135")) {
    const auto [bytes, message] = worked<MapRequest>("map_delete_request");
    MapRequest deletion = creation;
    deletion.lifetimeSeconds = 0;
    BOOST_TEST(message == deletion);
}

BOOST_AUTO_TEST_CASE(reads_an_error_response_with_the_suggestion_copied) {
    const auto [bytes, message] = worked<MapResponse>("map_no_resources_response");
    BOOST_TEST(message == (MapResponse{.resultCode = ResultCode::noResources,
                                       .lifetimeSeconds = 30,
                                       .epochSeconds = 123456,
                                       .nonce = nonce,
                                       .protocol = Protocol::tcp,
                                       .internalPort = 8080,
                                       .assignedPort = 0,
                                       .assignedAddress = Address::anyV4(),
                                       .options = {}}));
}

BOOST_AUTO_TEST_CASE(reads_padded_options_in_their_order, *label("C6887-012") * label("C7753-016")) {
    const auto [bytes, message] = worked<MapRequest>("map_port_set_request");
    BOOST_TEST((interpret(list(message.options)[0]).value() == Option{PortSet{100, 50000, true}}));
    BOOST_TEST((interpret(list(message.options)[1]).value() == Option{Description::of("cam\u00e9ra")}));
    const Octets portSet = octets("0064 c350 01");
    const Octets description = octets("63 61 6d c3 a9 72 61");
    const std::vector<RawOption> expected{{OptionCode::portSet, portSet}, {OptionCode::description, description}};
    BOOST_TEST(list(message.options) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(says_where_each_option_stands) {
    const auto [bytes, message] = worked<MapRequest>("map_port_set_request");
    const auto options = list(message.options);
    BOOST_TEST_REQUIRE(options.size() == 2U);
    BOOST_TEST(options[0].offset == 60);
    BOOST_TEST(options[1].offset == 72);
}

BOOST_AUTO_TEST_CASE(reads_a_port_set_response) {
    const auto [bytes, message] = worked<MapResponse>("map_port_set_response");
    const auto options = list(message.options);
    BOOST_TEST(message == (MapResponse{.resultCode = ResultCode::success,
                                       .lifetimeSeconds = 3600,
                                       .epochSeconds = 123460,
                                       .nonce = portSetNonce,
                                       .protocol = Protocol::udp,
                                       .internalPort = 50000,
                                       .assignedPort = 37056,
                                       .assignedAddress = external,
                                       .options = message.options}));
    BOOST_TEST_REQUIRE(!options.empty());
    BOOST_TEST(spacedHex(options.front().data) == "00 20 c3 50 01");
}

BOOST_AUTO_TEST_CASE(reads_a_peer_request_with_the_peer_as_the_client_sees_it, *label("C6887-099")) {
    const auto [bytes, message] = worked<PeerRequest>("peer_nat64_request");
    BOOST_TEST(message == (PeerRequest{.lifetimeSeconds = 3600,
                                       .clientAddress = peerClient,
                                       .nonce = peerNonce,
                                       .protocol = Protocol::tcp,
                                       .internalPort = 49152,
                                       .suggestedPort = 0,
                                       .suggestedAddress = Address::anyV4(),
                                       .remotePort = 5222,
                                       .remoteAddress = remotePeer,
                                       .options = {}}));
}

BOOST_AUTO_TEST_CASE(reads_a_peer_response_of_another_family, *label("C6887-105")) {
    const auto [bytes, message] = worked<PeerResponse>("peer_nat64_response");
    BOOST_TEST(message == (PeerResponse{.resultCode = ResultCode::success,
                                        .lifetimeSeconds = 7440,
                                        .epochSeconds = 88,
                                        .nonce = peerNonce,
                                        .protocol = Protocol::tcp,
                                        .internalPort = 49152,
                                        .assignedPort = 61001,
                                        .assignedAddress = external,
                                        .remotePort = 5222,
                                        .remoteAddress = remotePeer,
                                        .options = {}}));
}

BOOST_AUTO_TEST_CASE(reads_a_restart_announcement) {
    const auto [bytes, message] = worked<AnnounceResponse>("announce_restart");
    BOOST_TEST(message == (AnnounceResponse{.resultCode = ResultCode::success, .epochSeconds = 3, .options = {}}));
}

BOOST_AUTO_TEST_CASE(keeps_the_options_of_an_announcement, *label("C6887-118")) {
    const auto [bytes, message] = worked<AnnounceResponse>("announce_prefix64");
    const auto options = list(message.options);
    BOOST_TEST_REQUIRE(options.size() == 2U);
    BOOST_TEST(options[0].code == OptionCode::prefix64);
    BOOST_TEST(spacedHex(options[0].data) == "00 07 20 01 0d b8 01 22 03 00 00 00 00 00 00 01 00 18 c0 00 02 00");
    BOOST_TEST(options[1].code == OptionCode::prefix64);
    BOOST_TEST(spacedHex(options[1].data) == "00 06 20 01 0d b8 01 22 00 00 00 00 00 00 00 01 00 18 c6 33 64 00");
}

BOOST_AUTO_TEST_CASE(takes_any_opcode_octet_in_a_refusal_of_nat_pmp, *label("C6886-005")) {
    BOOST_TEST(worked<NatPmpRefusal>("nat_pmp_only_opcode_128").message ==
               (NatPmpRefusal{128, NatPmpResult::unsupportedVersion, 1000}));
    BOOST_TEST(worked<NatPmpRefusal>("nat_pmp_only_opcode_0").message ==
               (NatPmpRefusal{0, NatPmpResult::unsupportedVersion, 1000}));
    BOOST_TEST(worked<NatPmpRefusal>("nat_pmp_only_opcode_129").message ==
               (NatPmpRefusal{129, NatPmpResult::unsupportedVersion, 1000}));
}

BOOST_AUTO_TEST_CASE(reads_a_nat_pmp_address_exchange) {
    BOOST_TEST(worked<NatPmpAddressRequest>("nat_pmp_address_request").message == NatPmpAddressRequest{});
    BOOST_TEST(worked<NatPmpAddressResponse>("nat_pmp_address_response").message ==
               (NatPmpAddressResponse{NatPmpResult::success, 1000, external}));
}

BOOST_AUTO_TEST_CASE(reads_a_nat_pmp_mapping_exchange) {
    BOOST_TEST(worked<NatPmpMapRequest>("nat_pmp_map_request").message ==
               (NatPmpMapRequest{Protocol::tcp, 8080, 0, 7200}));
    BOOST_TEST(worked<NatPmpMapResponse>("nat_pmp_map_response").message ==
               (NatPmpMapResponse{Protocol::tcp, NatPmpResult::success, 1003, 8080, 40123, 7200}));
}

BOOST_AUTO_TEST_CASE(reads_a_nat_pmp_deletion, *label("C6886-031")) {
    BOOST_TEST(worked<NatPmpMapRequest>("nat_pmp_delete_request").message ==
               (NatPmpMapRequest{Protocol::tcp, 8080, 0, 0}));
    BOOST_TEST(worked<NatPmpMapResponse>("nat_pmp_delete_response").message ==
               (NatPmpMapResponse{Protocol::tcp, NatPmpResult::success, 1010, 8080, 0, 0}));
}

BOOST_AUTO_TEST_CASE(reads_the_lifetime_of_a_pcp_servers_version_refusal, *label("C6886-006")) {
    BOOST_TEST(worked<VersionRejection>("unsupp_version_response").message ==
               (VersionRejection{2, Opcode::announce, 1800, 123456}));
}

BOOST_AUTO_TEST_CASE(reads_the_result_code_of_an_authentication_request) {
    const auto [bytes, message] = worked<RawRequest>("authentication_initiation");
    BOOST_TEST(message.header == (RequestHeader{Opcode::authentication, 0, client}));
    BOOST_TEST(message.resultCode == ResultCode::initiation);
    BOOST_TEST(spacedHex(message.body) == "00 00 00 00 00 00 00 00 04 00 00 04 de ad be ef");
}

BOOST_AUTO_TEST_CASE(keeps_the_authentication_tag_of_a_request) {
    const auto [bytes, message] = worked<AnnounceRequest>("announce_tagged_request");
    const auto options = list(message.options);
    BOOST_TEST(message.clientAddress == client);
    BOOST_TEST_REQUIRE(options.size() == 1U);
    BOOST_TEST(options[0].code == OptionCode::authenticationTag);
    BOOST_TEST(options[0].data.size() == 28U);
}

BOOST_AUTO_TEST_SUITE_END()
