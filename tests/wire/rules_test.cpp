// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
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

namespace {

constexpr Address client = Address::v4(192, 168, 1, 57);

/// A MAP request that breaks no rule.
constexpr MapRequest goodMap{.lifetimeSeconds = 7200,
                             .clientAddress = client,
                             .nonce = {},
                             .protocol = Protocol::tcp,
                             .internalPort = 8080,
                             .suggestedPort = 0,
                             .suggestedAddress = Address::anyV4(),
                             .options = {}};

constexpr PeerRequest goodPeer{.lifetimeSeconds = 600,
                               .clientAddress = client,
                               .nonce = {},
                               .protocol = Protocol::tcp,
                               .internalPort = 8080,
                               .suggestedPort = 0,
                               .suggestedAddress = Address::anyV4(),
                               .remotePort = 443,
                               .remoteAddress = Address::v4(198, 51, 100, 7),
                               .options = {}};

std::optional<Rule> ruleOf(const std::optional<Breach>& breach) {
    return breach ? std::optional{breach->rule} : std::nullopt;
}

/// The rule that the request with these options (in hex) breaks, as text; "none" if it breaks none.
template <class Request>
std::string broken(Request request, std::string_view hex = {}) {
    const Octets bytes = octets(hex);
    const auto options = Options::check(bytes);
    BOOST_TEST_REQUIRE(options.has_value());
    request.options = options.value();
    const auto breach = check(request);
    return breach ? fmt::format("{} at {}", *breach, breach->offset) : "none";
}

std::string broken(const NatPmpMapRequest& request) {
    const auto breach = check(request);
    return breach ? fmt::format("{} at {}", *breach, breach->offset) : "none";
}

MapRequest mapWith(void (*change)(MapRequest&)) {
    MapRequest request = goodMap;
    change(request);
    return request;
}

PeerRequest peerWith(void (*change)(PeerRequest&)) {
    PeerRequest request = goodPeer;
    change(request);
    return request;
}

const MapRequest deletion = mapWith([](MapRequest& request) { request.lifetimeSeconds = 0; });

constexpr std::string_view thirdParty = "01000010 00000000 00000000 0000ffff c0a80109 ";
constexpr std::string_view preferFailure = "02000000 ";
constexpr std::string_view filter = "03000014 00780000 00000000 00000000 0000ffff c6336400 ";

} // namespace

BOOST_AUTO_TEST_SUITE(wire_rules)

BOOST_AUTO_TEST_CASE(a_request_in_order_breaks_none) {
    static_assert(!check(goodMap));
    static_assert(!check(goodPeer));
    static_assert(!check(AnnounceRequest{}));
    static_assert(!check(NatPmpMapRequest{Protocol::udp, 9, 9, 7200}));
    BOOST_TEST(broken(goodMap, std::string{thirdParty} + std::string{filter} + std::string{filter}) == "none");
}

BOOST_AUTO_TEST_CASE(the_worked_requests_break_none) {
    for (const std::string_view name :
         {"map_create_request", "map_renew_request", "map_delete_request", "map_port_set_request", "peer_nat64_request",
          "announce_tagged_request", "authentication_initiation", "nat_pmp_map_request", "nat_pmp_delete_request"}) {
        BOOST_TEST_CONTEXT(name) {
            const Octets bytes = packet(name);
            const auto read = decode(bytes);
            BOOST_TEST_REQUIRE(read.has_value());
            const auto breach = std::visit(
                [](const auto& message) -> std::optional<Breach> {
                    if constexpr (requires { check(message); }) {
                        return check(message);
                    } else {
                        return Breach{Rule::fitsMessage, "not a request", 0};
                    }
                },
                read.value());
            BOOST_TEST(!breach.has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(more_than_1100_octets_are_too_many, *label("C6887-005")) {
    Octets filters;
    for (int i = 0; i < 43; ++i) {
        const Octets one = octets(filter);
        filters.insert(filters.end(), one.begin(), one.end());
    }
    MapRequest request = goodMap;
    request.options = Options::readable(filters);
    BOOST_TEST(!check(request).has_value()); // 1092 octets
    const Octets one = octets(filter);
    filters.insert(filters.end(), one.begin(), one.end());
    request.options = Options::readable(filters);
    BOOST_TEST((ruleOf(check(request)) == Rule::fitsMessage));
}

BOOST_AUTO_TEST_CASE(all_protocols_have_no_internal_port, *label("C6887-068")) {
    BOOST_TEST(broken(mapWith([](MapRequest& request) { request.protocol = Protocol::all; })) ==
               "internal_port: all protocols can only be mapped with all ports, internal port 0 at 40");
    BOOST_TEST(broken(mapWith([](MapRequest& request) {
                   request.protocol = Protocol::all;
                   request.internalPort = 0;
               })) == "none");
}

BOOST_AUTO_TEST_CASE(nor_has_their_deletion, *label("C6887-134")) {
    BOOST_TEST(broken(mapWith([](MapRequest& request) {
                   request.protocol = Protocol::all;
                   request.lifetimeSeconds = 0;
               })) == "internal_port: all protocols can only be mapped with all ports, internal port 0 at 40");
}

BOOST_AUTO_TEST_CASE(a_deletion_suggests_nothing, *label("C6887-135")) {
    BOOST_TEST(broken(deletion) == "none");
    BOOST_TEST(broken(mapWith([](MapRequest& request) {
                   request.lifetimeSeconds = 0;
                   request.suggestedPort = 1;
               })) == "suggested_external_port: a deletion suggests no external port or address at 42");
    BOOST_TEST(broken(mapWith([](MapRequest& request) {
                   request.lifetimeSeconds = 0;
                   request.suggestedAddress = client;
               })) == "suggested_external_ip_address: a deletion suggests no external port or address at 44");
}

BOOST_AUTO_TEST_CASE(peer_needs_a_protocol, *label("C6887-092")) {
    BOOST_TEST(broken(peerWith([](PeerRequest& request) { request.protocol = Protocol::all; })) ==
               "protocol: PEER needs a protocol at 36");
}

BOOST_AUTO_TEST_CASE(peer_needs_an_internal_port, *label("C6887-094")) {
    BOOST_TEST(broken(peerWith([](PeerRequest& request) { request.internalPort = 0; })) ==
               "internal_port: PEER needs an internal port at 40");
}

BOOST_AUTO_TEST_CASE(peer_needs_a_remote_port, *label("C6887-097")) {
    BOOST_TEST(broken(peerWith([](PeerRequest& request) { request.remotePort = 0; })) ==
               "remote_peer_port: PEER needs a remote port at 60");
}

BOOST_AUTO_TEST_CASE(peer_does_not_delete, *label("C6887-100")) {
    BOOST_TEST(broken(peerWith([](PeerRequest& request) { request.lifetimeSeconds = 0; })) ==
               "requested_lifetime: PEER cannot delete, its lifetime is not 0 at 4");
}

BOOST_AUTO_TEST_CASE(filter_is_for_map_only, *label("C6887-016") * label("C6887-107")) {
    BOOST_TEST(broken(goodPeer, filter) == "FILTER: the option is not defined for this opcode at 80");
    BOOST_TEST(broken(AnnounceRequest{}, filter) == "FILTER: the option is not defined for this opcode at 24");
}

BOOST_AUTO_TEST_CASE(prefer_failure_is_for_map_only, *label("C6887-098") * label("C6887-107")) {
    BOOST_TEST(broken(goodPeer, preferFailure) == "PREFER_FAILURE: the option is not defined for this opcode at 80");
    BOOST_TEST(broken(AnnounceRequest{}, preferFailure) ==
               "PREFER_FAILURE: the option is not defined for this opcode at 24");
}

BOOST_AUTO_TEST_CASE(third_party_is_not_for_announce, *label("C6887-107")) {
    BOOST_TEST(broken(AnnounceRequest{}, thirdParty) == "THIRD_PARTY: the option is not defined for this opcode at 24");
    BOOST_TEST(broken(goodPeer, thirdParty) == "none");
}

BOOST_AUTO_TEST_CASE(an_option_for_one_use_is_not_repeated, *label("C6887-016")) {
    BOOST_TEST(broken(goodMap, std::string{thirdParty} + std::string{thirdParty}) ==
               "THIRD_PARTY: the option may appear only once at 80");
}

BOOST_AUTO_TEST_CASE(third_party_is_another_host, *label("C6887-109")) {
    BOOST_TEST(broken(goodMap, "01000010 00000000 00000000 0000ffff c0a80139") ==
               "THIRD_PARTY: a third party is another host than the client at 60");
}

BOOST_AUTO_TEST_CASE(prefer_failure_needs_a_port_and_a_lifetime, *label("C6887-113")) {
    BOOST_TEST(broken(goodMap, preferFailure) ==
               "PREFER_FAILURE: PREFER_FAILURE needs a suggested external port at 60");
    BOOST_TEST(broken(deletion, preferFailure) == "PREFER_FAILURE: a deletion has no PREFER_FAILURE at 60");
    BOOST_TEST(broken(mapWith([](MapRequest& request) { request.suggestedPort = 80; }), preferFailure) == "none");
}

BOOST_AUTO_TEST_CASE(a_deletion_has_no_filter, *label("C6887-116")) {
    BOOST_TEST(broken(deletion, filter) == "FILTER: a deletion has no FILTER at 60");
}

BOOST_AUTO_TEST_CASE(a_filter_has_the_prefix_length_of_its_family, *label("C6887-115")) {
    constexpr std::string_view outOfRange =
        "FILTER: a filter's prefix length is 97..128 for IPv4, 1..128 for IPv6, or 0 at 60";
    BOOST_TEST(broken(goodMap, "03000014 00600000 00000000 00000000 0000ffff c6336400") == outOfRange); // 96
    BOOST_TEST(broken(goodMap, "03000014 00610000 00000000 00000000 0000ffff c6336400") == "none");     // 97
    BOOST_TEST(broken(goodMap, "03000014 00810000 20010db8 00000000 00000000 00000000") == outOfRange); // 129
    BOOST_TEST(broken(goodMap, "03000014 00010000 20010db8 00000000 00000000 00000000") == "none");     // 1
}

BOOST_AUTO_TEST_CASE(a_filter_that_removes_all_is_empty, *label("C6887-117")) {
    BOOST_TEST(broken(goodMap, "03000014 00000000 00000000 00000000 00000000 00000000") == "none");
    BOOST_TEST(broken(goodMap, "03000014 00000050 00000000 00000000 00000000 00000000") ==
               "FILTER: a filter that removes all others has neither port nor address at 60");
}

BOOST_AUTO_TEST_CASE(an_option_has_the_length_of_its_definition) {
    BOOST_TEST(broken(goodMap, "03000010 00780000 00000000 00000000 0000ffff") ==
               "FILTER: the option's data has the wrong length at 60");
}

BOOST_AUTO_TEST_CASE(a_description_is_text, *label("C7220-001") * label("C7220-002")) {
    constexpr std::string_view notText = "DESCRIPTION: a description is UTF-8 text without a terminating NUL at 60";
    BOOST_TEST(broken(goodMap, "80000003 616263 00") == "none");
    BOOST_TEST(broken(goodMap, "80000000") == "none");
    BOOST_TEST(broken(goodMap, "80000002 fffe 0000") == notText);
    BOOST_TEST(broken(goodMap, "80000004 61626300") == notText);
}

BOOST_AUTO_TEST_CASE(a_description_stands_once_on_a_mapping, *label("C7220-004")) {
    BOOST_TEST(broken(goodMap, "80000000 80000000") == "DESCRIPTION: the option may appear only once at 64");
    BOOST_TEST(broken(AnnounceRequest{}, "80000000") == "DESCRIPTION: the option is not defined for this opcode at 24");
}

BOOST_AUTO_TEST_CASE(a_description_has_at_most_1016_octets, *label("C7220-004")) {
    std::array<std::uint8_t, maxMessageSize> room{};
    const Octets text(1017, 'a');
    OptionWriter writer{room};
    BOOST_TEST_REQUIRE(writer.add(RawOption{OptionCode::description, text}).has_value());
    MapRequest request = goodMap;
    request.options = writer.options();
    BOOST_TEST((ruleOf(check(request)) == Rule::optionLength));
}

BOOST_AUTO_TEST_CASE(prefix64_asks_with_the_empty_96_bit_prefix,
                     *label("C7225-002") * label("C7225-003") * label("C7225-004")) {
    BOOST_TEST(broken(goodMap, "81000010 000c0000 00000000 00000000 00000000") == "none");
    BOOST_TEST(broken(goodMap, "8100000e 000c0000 00000000 00000000 00000000") == "none");
    BOOST_TEST(broken(goodMap, "81000010 000c0000 00000000 00000000 00000001") ==
               "PREFIX64: PREFIX64 asks with ::/96 and no IPv4 prefixes at 60");
    BOOST_TEST(broken(goodMap, "81000010 00080000 00000000 00000000 00000000") ==
               "PREFIX64: PREFIX64 asks with ::/96 and no IPv4 prefixes at 60");
    BOOST_TEST(broken(goodPeer, "81000010 000c0000 00000000 00000000 00000000") ==
               "PREFIX64: the option is not defined for this opcode at 80");
}

BOOST_AUTO_TEST_CASE(prefix64_asks_once, *label("C7225-004")) {
    constexpr std::string_view one = "81000010 000c0000 00000000 00000000 00000000";
    BOOST_TEST(broken(AnnounceRequest{}, one) == "none");
    BOOST_TEST(broken(AnnounceRequest{}, std::string{one} + std::string{one}) ==
               "PREFIX64: the option may appear only once at 44");
}

BOOST_AUTO_TEST_CASE(a_port_set_begins_at_the_internal_port,
                     *label("C7753-002") * label("C7753-003") * label("C7753-004")) {
    BOOST_TEST(broken(goodMap, "82000005 0064 1f90 01 000000") == "none");
    BOOST_TEST(broken(goodMap, "82000005 0000 1f90 01 000000") == "PORT_SET: a port set is not empty at 60");
    BOOST_TEST(broken(goodMap, "82000005 0064 1f91 01 000000") ==
               "PORT_SET: a port set begins at the internal port of the request at 60");
    BOOST_TEST(broken(goodMap, "82000005 0064 1f90 02 000000") ==
               "PORT_SET: the reserved bits of a port set are 0 at 60");
}

BOOST_AUTO_TEST_CASE(a_single_port_needs_no_port_set, *label("C7753-009")) {
    BOOST_TEST(broken(goodMap, "82000005 0001 1f90 00 000000") == "PORT_SET: a single port needs no port set at 60");
    BOOST_TEST(broken(deletion, "82000005 0001 1f90 00 000000") == "PORT_SET: a single port needs no port set at 60");
}

BOOST_AUTO_TEST_CASE(a_port_set_is_of_ports_that_there_are) {
    BOOST_TEST(broken(goodMap, "82000005 e070 1f90 00 000000") == "none"); // 8080 to 65535
    BOOST_TEST(broken(goodMap, "82000005 e071 1f90 00 000000") == "PORT_SET: a port set ends at port 65535 at 60");
    BOOST_TEST(broken(goodMap, "82000005 ffff 1f90 00 000000") == "none"); // as many as there are
    BOOST_TEST(broken(mapWith([](MapRequest& request) { request.internalPort = 0; }), "82000005 0064 0000 00 000000") ==
               "PORT_SET: a port set needs an internal port to begin at at 60");
}

BOOST_AUTO_TEST_CASE(a_port_set_stands_alone, *label("C7753-001") * label("C7753-006") * label("C7753-010")) {
    BOOST_TEST(broken(goodMap, "82000005 0064 1f90 01 000000 82000005 0064 1f90 01 000000") ==
               "PORT_SET: the option may appear only once at 72");
    BOOST_TEST(broken(mapWith([](MapRequest& request) { request.suggestedPort = 80; }),
                      "82000005 0064 1f90 01 000000 02000000") ==
               "PREFER_FAILURE: a port set cannot be asked for with PREFER_FAILURE at 72");
}

BOOST_AUTO_TEST_CASE(third_party_id_needs_third_party, *label("C7843-001")) {
    BOOST_TEST(broken(goodMap, "0d000003 abcde0 00") ==
               "THIRD_PARTY_ID: THIRD_PARTY_ID needs THIRD_PARTY beside it at 60");
    BOOST_TEST(broken(goodMap, "80000000 0d000003 abcde0 00") ==
               "THIRD_PARTY_ID: THIRD_PARTY_ID needs THIRD_PARTY beside it at 64");
    BOOST_TEST(broken(goodMap, "0d000003 abcde0 00" + std::string{thirdParty}) == "none");
}

BOOST_AUTO_TEST_CASE(a_third_party_id_stands_once_on_a_mapping_and_has_at_most_1016_octets, *label("C7843-002")) {
    BOOST_TEST(broken(goodMap, std::string{thirdParty} + "0d000000 0d000000") ==
               "THIRD_PARTY_ID: the option may appear only once at 84");
    BOOST_TEST(broken(AnnounceRequest{}, "0d000000") ==
               "THIRD_PARTY_ID: the option is not defined for this opcode at 24");
    std::array<std::uint8_t, maxMessageSize> room{};
    const Octets id(1017, 1);
    OptionWriter writer{room};
    BOOST_TEST_REQUIRE(writer.add(ThirdPartyId{id}).has_value());
    MapRequest request = goodMap;
    request.options = writer.options();
    BOOST_TEST((ruleOf(check(request)) == Rule::optionLength));
}

BOOST_AUTO_TEST_CASE(checkpoint_required_stands_once_on_a_mapping, *label("C7767-001")) {
    BOOST_TEST(broken(goodPeer, "c0000000") == "none");
    BOOST_TEST(broken(goodMap, "c0000000 c0000000") == "CHECKPOINT_REQUIRED: the option may appear only once at 64");
    BOOST_TEST(broken(AnnounceRequest{}, "c0000000") ==
               "CHECKPOINT_REQUIRED: the option is not defined for this opcode at 24");
}

BOOST_AUTO_TEST_CASE(options_of_responses_are_not_sent) {
    const Octets body = octets("00000000 00000000 0a000004 00000e10");
    const RawRequest request{.header = {.opcode = Opcode::authentication}, .body = body};
    BOOST_TEST((check(request) == Breach{Rule::optionBelongsInRequest, "SESSION_LIFETIME", 32}));
}

BOOST_AUTO_TEST_CASE(options_without_a_definition_are_free) {
    BOOST_TEST(broken(goodMap, "5a000000 5a000000 fe000001 ff000000") == "none");
}

BOOST_AUTO_TEST_CASE(nat_pmp_maps_tcp_and_udp) {
    BOOST_TEST(broken(NatPmpMapRequest{Protocol::sctp, 80, 80, 60}) == "opcode: NAT-PMP maps TCP and UDP only at 1");
}

BOOST_AUTO_TEST_CASE(a_nat_pmp_deletion_suggests_no_port, *label("C6886-031")) {
    BOOST_TEST(broken(NatPmpMapRequest{Protocol::tcp, 80, 80, 0}) ==
               "suggested_external_port: a deletion suggests no external port or address at 6");
}

BOOST_AUTO_TEST_CASE(every_rule_has_a_sentence) {
    for (unsigned i = 0; i <= static_cast<unsigned>(Rule::natPmpMapsTcpOrUdp); ++i) {
        BOOST_TEST(describe(static_cast<Rule>(i)) != "unknown rule");
    }
}

BOOST_AUTO_TEST_SUITE_END()
