// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

import portolan.simulator.script;

// DESCRIPTION, PREFIX64, THIRD_PARTY_ID and CHECKPOINT_REQUIRED (RFC 7220, 7225, 7843, 7767).

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;
using boost::unit_test::label;

namespace {

constexpr Endpoint multicast{Address::v4(224, 0, 0, 1), 5350};

const std::string prefix64 = "81 00 0010 000c 00000000 00000000 00000000 0000";
const std::string checkpoint = "c0 00 0000";
const std::string thirdPartyForB = "01 00 0010 00000000 00000000 0000ffff c0a8013a ";
const std::string idOne = "0d 00 0004 00000001 ";
const std::string idTwo = "0d 00 0004 00000002 ";

/// 64:ff9b::/96.
constexpr Nat64Prefix wellKnown{.prefix = {{0, 0x64, 0xff, 0x9b}}};

const std::string wellKnownOption = "81 00 00 10 00 0c 00 64 ff 9b 00 00 00 00 00 00 00 00 00 00";

Config translating(std::vector<Nat64Prefix> prefixes) {
    Config config = atWan();
    config.pcp.nat64.prefixes = std::move(prefixes);
    return config;
}

Config provider() {
    Config config = atWan();
    config.pcp.thirdParty = true;
    config.pcp.thirdPartyHosts = {insideA};
    config.pcp.thirdPartyId.enabled = true;
    config.pcp.thirdPartyId.length = 4;
    config.pcp.thirdPartyId.known = {{0, 0, 0, 1}, {0, 0, 0, 2}};
    return config;
}

/// A DESCRIPTION of so many octets, as hex.
std::string descriptionOf(std::size_t size) {
    std::string hex = "80 00 " + std::string{size < 256 ? "00" : "01"};
    hex += spacedHex(std::vector<std::uint8_t>{static_cast<std::uint8_t>(size)});
    for (std::size_t i = 0; i < (size + 3) / 4 * 4; ++i) {
        hex += i < size ? "61" : "00";
    }
    return hex;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_pcp_extension, Scene)

BOOST_AUTO_TEST_CASE(a_description_nobody_sent_is_not_in_the_answer, *label("S7220-001")) {
    ask(hostA, Map{}.with("80 00 0004 63616d65"));
    const auto reply = ask(hostA, Map{}); // the mapping has one, the request has none
    BOOST_TEST(onlyMapping()->description == "came");
    BOOST_TEST(reply.bytes.size() == 60);
}

BOOST_AUTO_TEST_CASE(stores_128_octets_of_a_description, *label("S7220-002")) {
    const auto reply = ask(hostA, Map{}.with(descriptionOf(128)));
    BOOST_TEST(reply.hex(60, 64) == "80 00 00 80");
    BOOST_TEST(reply.bytes.size() == 60 + 4 + 128);
}

BOOST_AUTO_TEST_CASE(echoes_what_is_stored_of_a_longer_one, *label("S7220-003")) {
    const auto reply = ask(hostA, Map{}.with(descriptionOf(200)));
    BOOST_TEST(reply.hex(60, 64) == "80 00 00 80");
    BOOST_TEST(onlyMapping()->description.size() == 128);
}

BOOST_AUTO_TEST_CASE(the_longest_description_is_configurable, *label("S7220-005")) {
    Config config = atWan();
    config.pcp.maxDescription = 16;
    Scene brief{config};
    BOOST_TEST(brief.ask(hostA, Map{}.with(descriptionOf(20))).hex(60, 64) == "80 00 00 10");
}

BOOST_AUTO_TEST_CASE(an_empty_description_erases, *label("C7220-006")) {
    ask(hostA, Map{}.with("80 00 0004 63616d65"));
    const auto reply = ask(hostA, Map{}.with("80 00 0000"));
    BOOST_TEST(onlyMapping()->description.empty());
    BOOST_TEST(reply.hex(60) == "80 00 00 00");
}

BOOST_AUTO_TEST_CASE(a_description_under_its_old_number_comes_back_under_it) {
    const auto reply = ask(hostA, Map{}.with("40 00 0004 63616d65"));
    BOOST_TEST(onlyMapping()->description == "came");
    BOOST_TEST(reply.hex(60) == "40 00 00 04 63 61 6d 65");
    Config config = atWan();
    config.pcp.drafts.oldDescription = false;
    Scene strict{config};
    BOOST_TEST(strict.ask(hostA, Map{}.with("40 00 0004 63616d65")).code() == ResultCode::unsuppOption);
}

BOOST_AUTO_TEST_CASE(a_second_description_is_malformed) {
    BOOST_TEST(ask(hostA, Map{}.with("80 00 0000 80 00 0000")).code() == ResultCode::malformedOption);
}

BOOST_AUTO_TEST_CASE(tells_the_prefix_and_the_suffix_of_its_nat64, *label("S7225-002")) {
    Scene scene{translating({{.prefix = {{0x20, 1, 0x0d, 0xb8, 0, 0, 0, 7}, 4}}})};
    const auto reply = scene.ask(hostA, Map{}.with(prefix64));
    BOOST_TEST(reply.hex(60) == "81 00 00 10 00 04 20 01 0d b8 00 00 00 07 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(tells_it_to_an_announce_request_too, *label("S7225-002")) {
    Scene scene{translating({wellKnown})};
    BOOST_TEST(scene.ask(hostA, announce().with(prefix64)).hex(24) == wellKnownOption);
    BOOST_TEST(scene.ask(hostA, announce()).bytes.size() == 24);
}

BOOST_AUTO_TEST_CASE(counts_the_ranges_of_a_prefix, *label("S7225-001")) {
    Scene scene{translating({{.prefix = wellKnown.prefix, .ipv4 = {{{192, 0, 2, 0}, 24}, {{198, 51, 100, 0}, 25}}}})};
    const auto reply = scene.ask(hostA, Map{}.with(prefix64));
    BOOST_TEST(reply.hex(60, 66) == "81 00 00 1c 00 0c");
    BOOST_TEST(reply.hex(78) == "00 02 00 18 c0 00 02 00 00 19 c6 33 64 00");
}

BOOST_AUTO_TEST_CASE(prefixes_with_ranges_come_first) {
    Scene scene{translating({wellKnown, {.prefix = {{0x20, 1, 0x0d, 0xb8}, 4}, .ipv4 = {{{192, 0, 2, 0}, 24}}}})};
    const auto reply = scene.ask(hostA, Map{}.with(prefix64));
    BOOST_TEST(reply.hex(64, 66) == "00 04");
    BOOST_TEST(reply.hex(88) == wellKnownOption);
}

BOOST_AUTO_TEST_CASE(without_a_nat64_there_is_no_prefix, *label("S7225-003")) {
    const auto reply = ask(hostA, Map{}.with(prefix64));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.bytes.size() == 60);
}

BOOST_AUTO_TEST_CASE(tells_the_prefix_unasked_if_so_configured) {
    Config config = translating({wellKnown});
    Scene modest{config};
    BOOST_TEST(modest.ask(hostA, Map{}).bytes.size() == 60);
    config.pcp.nat64.unasked = true;
    Scene scene{config};
    BOOST_TEST(scene.ask(hostA, Map{}).hex(60) == wellKnownOption);
}

BOOST_AUTO_TEST_CASE(as_many_prefixes_as_fit_are_told) {
    Scene scene{translating(std::vector<Nat64Prefix>(100, wellKnown))};
    const auto reply = scene.ask(hostA, Map{}.with(prefix64));
    BOOST_TEST(reply.bytes.size() == 60 + 52 * 20);
}

BOOST_AUTO_TEST_CASE(the_lists_of_clients_are_not_announced, *label("S7225-004")) {
    Config config = translating({wellKnown});
    config.pcp.nat64.ofClients[insideB] = {{.prefix = {{0x20, 1, 0x0d, 0xb8}, 4}}};
    Scene scene{config};
    BOOST_TEST(scene.ask(hostB, Map{.client = insideB}.with(prefix64)).hex(64, 70) == "00 04 20 01 0d b8");
    BOOST_TEST(scene.ask(hostA, Map{}.with(prefix64)).hex(60) == wellKnownOption);
    scene.gateway.resetState(scene.now);
    scene.collect();
    const auto sent = scene.sentTo(multicast);
    BOOST_TEST_REQUIRE(!sent.empty());
    BOOST_TEST(sent.front().what.bytes.size() == 24);
}

BOOST_AUTO_TEST_CASE(a_new_prefix_is_announced, *label("S7225-005")) {
    ask(hostA, Map{});
    gateway.setNat64Prefixes(now, {wellKnown});
    collect();
    const auto sent = sentTo(multicast);
    BOOST_TEST_REQUIRE(!sent.empty());
    BOOST_TEST(sent.front().what.hex(24) == wellKnownOption);
    BOOST_TEST(gateway.mappings().size() == 1); // nothing else changed
}

BOOST_AUTO_TEST_CASE(a_second_prefix64_is_malformed) {
    BOOST_TEST(ask(hostA, Map{}.with(prefix64 + prefix64)).code() == ResultCode::malformedOption);
}

BOOST_AUTO_TEST_CASE(third_party_id_is_unknown_by_default, *label("S7843-001")) {
    Config config = provider();
    config.pcp.thirdPartyId = {};
    Scene scene{config};
    BOOST_TEST(scene.ask(hostA, Map{}.with(thirdPartyForB + idOne)).code() == ResultCode::unsuppOption);
}

BOOST_AUTO_TEST_CASE(an_id_that_nobody_has_is_unknown, *label("S7843-002")) {
    Scene scene{provider()};
    const auto reply = scene.ask(hostA, Map{}.with(thirdPartyForB + "0d 00 0004 00000003"));
    BOOST_TEST(reply.code() == ResultCode::thirdPartyIdUnknown);
    BOOST_TEST(reply.lifetime() == 1800);
    BOOST_TEST(scene.gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(an_id_of_another_length_is_unsupported, *label("S7843-003")) {
    Scene scene{provider()};
    const auto reply = scene.ask(hostA, Map{}.with(thirdPartyForB + "0d 00 0005 00000001 00000000"));
    BOOST_TEST(reply.code() == ResultCode::unsuppThirdPartyIdLength);
}

BOOST_AUTO_TEST_CASE(an_id_without_a_third_party_misses_it, *label("S7843-004")) {
    Scene scene{provider()};
    BOOST_TEST(scene.ask(hostA, Map{}.with(idOne)).code() == ResultCode::thirdPartyMissingOption);
    BOOST_TEST(scene.ask(hostA, Peer{}.with(idOne)).code() == ResultCode::thirdPartyMissingOption);
}

BOOST_AUTO_TEST_CASE(hosts_that_share_an_address_have_mappings_of_their_own, *label("S7843-005")) {
    Scene scene{provider()};
    const auto one = scene.ask(hostA, Map{}.with(thirdPartyForB + idOne));
    const auto two = scene.ask(hostA, Map{}.with(idTwo + thirdPartyForB));
    BOOST_TEST(one.code() == ResultCode::success);
    BOOST_TEST(two.code() == ResultCode::success);
    BOOST_TEST(one.port() != two.port());
    BOOST_TEST(scene.gateway.mappings().size() == 2);
    BOOST_TEST(one.hex(80) == "0d 00 00 04 00 00 00 01");
    // each is renewed and deleted by itself
    BOOST_TEST(scene.ask(hostA, Map{}.with(thirdPartyForB + idTwo)).port() == two.port());
    scene.ask(hostA, Map{.lifetime = 0}.with(thirdPartyForB + idTwo));
    BOOST_TEST(scene.onlyMapping()->external.port == one.port());
}

BOOST_AUTO_TEST_CASE(peers_of_hosts_that_share_an_address_differ, *label("S7843-005")) {
    Scene scene{provider()};
    scene.ask(hostA, Peer{}.with(thirdPartyForB + idOne));
    scene.ask(hostA, Peer{}.with(thirdPartyForB + idTwo));
    BOOST_TEST(scene.gateway.mappings().size() == 2);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_nobody_asked_for_is_not_in_the_answer, *label("S7767-001")) {
    BOOST_TEST(ask(hostA, Map{}).bytes.size() == 60);
    BOOST_TEST(ask(hostA, Map{}.with(checkpoint)).hex(60) == "c0 00 00 00");
    BOOST_TEST(ask(hostA, Peer{}.with(checkpoint)).hex(80) == "c0 00 00 00");
}

BOOST_AUTO_TEST_CASE(a_host_has_so_many_checkpoints, *label("S7767-002")) {
    Config config = atWan();
    config.pcp.maxCheckpoints = 1;
    Scene scene{config};
    scene.ask(hostA, Map{}.with(checkpoint));
    const auto second = scene.ask(hostA, Map{.port = 81}.with(checkpoint));
    BOOST_TEST(second.code() == ResultCode::success);
    BOOST_TEST(second.bytes.size() == 60);
    BOOST_TEST(scene.ask(hostA, Map{}.with(checkpoint)).bytes.size() == 64); // the first keeps its own
    BOOST_TEST(scene.ask(hostB, Map{.client = insideB}.with(checkpoint)).bytes.size() == 64);
}

BOOST_AUTO_TEST_CASE(the_standby_knows_before_the_client_does, *label("S7767-003")) {
    gateway.handleDatagram(now, hostA, Map{}.with(checkpoint).bytes);
    BOOST_TEST_REQUIRE(gateway.standby().size() == 1); // no answer has left yet
    BOOST_TEST((gateway.standby().front().internal == Endpoint{insideA, 8080}));
    BOOST_TEST(gateway.pollTransmit().has_value());
}

BOOST_AUTO_TEST_CASE(a_renewal_without_it_ends_the_protection) {
    ask(hostA, Map{}.with(checkpoint));
    BOOST_TEST(ask(hostA, Map{}).bytes.size() == 60);
    BOOST_TEST(gateway.standby().empty());
    ask(hostA, Map{}.with(checkpoint));
    ask(hostA, Map{.lifetime = 0});
    BOOST_TEST(gateway.standby().empty());
}

BOOST_AUTO_TEST_CASE(what_was_checkpointed_outlives_the_gateway) {
    const auto port = ask(hostA, Map{}.with(checkpoint)).port();
    ask(hostA, Map{.port = 81});
    gateway.failOver(now);
    collect();
    BOOST_TEST_REQUIRE(onlyMapping().has_value());
    BOOST_TEST(onlyMapping()->external.port == port);
    gateway.resetState(now);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(options_that_are_switched_off_are_ignored) {
    Config config = atWan();
    config.pcp.maxDescription = 0;
    config.pcp.maxCheckpoints = 0;
    config.pcp.maxPortSet = 0;
    Scene old{config};
    const auto reply = old.ask(hostA, Map{}.with("80 00 0004 63616d65 c0 00 0000 82 00 0005 000a 1f90 00 000000"));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.bytes.size() == 60);
}

BOOST_AUTO_TEST_SUITE_END()
