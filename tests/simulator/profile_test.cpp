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

// Gateways that do otherwise: each knob shows what it says, and the strict gateway does not.
BOOST_AUTO_TEST_SUITE(simulator_profile)

BOOST_AUTO_TEST_CASE(the_strict_gateway_speaks_both_protocols_by_the_book) {
    Scene strict{atWan(Config::strict())};
    const auto mapped = strict.ask(hostA, Map{.suggests = 40000});
    BOOST_TEST(mapped.code() == ResultCode::success);
    BOOST_TEST(mapped.port() == 40000);
    BOOST_TEST(strict.ask(hostA, Map{.nonce = nonceB}).code() == ResultCode::notAuthorized);
    BOOST_TEST(strict.ask(hostA, natPmpAddress()).address().externalAddress == wan);
}

BOOST_AUTO_TEST_CASE(a_nat_pmp_gateway_turns_pcp_away_as_the_errata_have_it) {
    Scene only{atWan(Config::natPmpOnly())};
    BOOST_TEST(only.ask(hostA, Map{}).hex(0, 4) == "00 80 00 01");
    BOOST_TEST(only.ask(hostA, natPmpMap(Protocol::tcp, 8080)).natPmp().resultCode == wire::NatPmpResult::success);
}

BOOST_AUTO_TEST_CASE(a_nat_pmp_gateway_turns_pcp_away_as_the_rfc_was_printed) {
    Scene only{atWan(Config::natPmpOnly(VersionReply::printed))};
    BOOST_TEST(only.ask(hostA, Map{}).hex(0, 4) == "00 00 00 01");
}

BOOST_AUTO_TEST_CASE(a_nat_pmp_gateway_turns_pcp_away_with_its_opcode) {
    Scene only{atWan(Config::natPmpOnly(VersionReply::echoedOpcode))};
    BOOST_TEST(only.ask(hostA, Map{}).hex(0, 4) == "00 81 00 01");
}

BOOST_AUTO_TEST_CASE(a_pcp_gateway_turns_nat_pmp_away) {
    Scene only{atWan(Config::pcpOnly())};
    BOOST_TEST(only.ask(hostA, natPmpAddress()).hex(0, 4) == "02 80 00 01");
    BOOST_TEST(only.ask(hostA, Map{}).code() == ResultCode::success);
}

BOOST_AUTO_TEST_CASE(the_external_address_may_be_private) {
    Scene inner{Config::privateAddress()};
    BOOST_TEST(inner.ask(hostA, Map{}).map().assignedAddress == Address::v4(192, 168, 178, 20));
}

BOOST_AUTO_TEST_CASE(the_external_address_may_be_of_a_providers_nat) {
    Scene inner{Config::carrierGradeNat()};
    BOOST_TEST(inner.ask(hostA, natPmpAddress()).address().externalAddress == Address::v4(100, 64, 7, 7));
}

BOOST_AUTO_TEST_CASE(the_table_may_be_full) {
    Scene full{atWan(Config::fullTable())};
    const auto reply = full.ask(hostA, Map{});
    BOOST_TEST(reply.code() == ResultCode::noResources);
    BOOST_TEST(reply.lifetime() == 30);
    BOOST_TEST(full.ask(hostA, natPmpMap(Protocol::tcp, 8080)).natPmp().resultCode ==
               wire::NatPmpResult::outOfResources);
}

BOOST_AUTO_TEST_CASE(a_reboot_on_demand_loses_the_mappings_and_begins_a_new_epoch) {
    Scene strict{atWan(Config::strict())};
    strict.ask(hostA, Map{});
    strict.pass(100s);
    strict.gateway.resetState(strict.now);
    BOOST_TEST(strict.gateway.mappings().empty());
    strict.collect();
    BOOST_TEST(strict.ask(hostA, announce()).epoch() == 0);
}

BOOST_AUTO_TEST_CASE(the_epoch_of_a_day_may_survive_a_reboot) {
    Scene kept{atWan(Config::keepsEpoch())};
    kept.ask(hostA, Map{});
    kept.pass(100s);
    kept.gateway.resetState(kept.now);
    BOOST_TEST(kept.gateway.mappings().empty());
    kept.collect();
    BOOST_TEST(kept.ask(hostA, announce()).epoch() == 86'500);
}

BOOST_AUTO_TEST_CASE(another_external_address_on_demand_moves_the_mappings) {
    Scene strict{atWan(Config::strict())};
    const auto before = strict.ask(hostA, Map{}).map();
    strict.gateway.setExternalAddress(strict.now, otherWan);
    strict.collect();
    const auto after = strict.ask(hostA, Map{}).map();
    BOOST_TEST(before.assignedAddress == wan);
    BOOST_TEST(after.assignedAddress == otherWan);
    BOOST_TEST(after.assignedPort == before.assignedPort);
}

BOOST_AUTO_TEST_CASE(changes_may_be_told_by_mapping_updates_alone) {
    Scene updating{atWan(Config::updatesOnly())};
    updating.ask(hostA, Map{});
    updating.gateway.resetState(updating.now);
    updating.collect();
    BOOST_TEST(updating.sent.empty());
    updating.ask(hostA, Map{});
    updating.gateway.setExternalAddress(updating.now, otherWan);
    updating.collect();
    BOOST_TEST_REQUIRE(updating.sent.size() == 1);
    BOOST_TEST(updating.sent.front().what.map().assignedAddress == otherWan);
}

BOOST_AUTO_TEST_CASE(without_authentication_nothing_may_be_granted, *label("S6887-109")) {
    Scene guarded{atWan(Config::authenticationRequired())};
    BOOST_TEST(guarded.ask(hostA, Map{}).code() == ResultCode::authenticationRequired);
    BOOST_TEST(guarded.ask(hostA, Peer{}).code() == ResultCode::authenticationRequired);
    const auto forB = Map{}.with("01 00 0010 00000000 00000000 0000ffff c0a8013a");
    BOOST_TEST(guarded.ask(hostA, forB).code() == ResultCode::authenticationRequired);
    BOOST_TEST(guarded.gateway.mappings().empty());
    BOOST_TEST(guarded.ask(hostA, announce()).code() == ResultCode::success);
}

BOOST_AUTO_TEST_CASE(both_protocols_may_be_mapped_together) {
    Config config = atWan(Config::pcpOnly());
    config.quirks.mapsBothProtocols = true;
    Scene paired{config};
    const auto port = paired.ask(hostA, Map{}).port();
    BOOST_TEST(
        (paired.gateway.handleInbound(paired.now, Protocol::udp, {wan, port}, remote) == Endpoint{insideA, 8080}));
    paired.pass(1800s);
    paired.ask(hostA, Map{});
    paired.pass(3599s);
    BOOST_TEST(paired.gateway.mappings().size() == 2);
    paired.ask(hostA, Map{.lifetime = 0});
    BOOST_TEST(paired.gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(the_silent_gateway_never_answers) {
    Scene silent{atWan(Config::silent())};
    BOOST_TEST(silent.ask(hostA, Map{}).none());
    BOOST_TEST(silent.ask(hostA, natPmpAddress()).none());
    BOOST_TEST(silent.gateway.counters().pcpRequests.at(1) == 1);
}

BOOST_AUTO_TEST_CASE(garbage_cannot_be_decoded) {
    Scene garbage{atWan(Config::garbage())};
    for (int round = 0; round < 100; ++round) {
        const auto reply = garbage.ask(hostA, Map{});
        BOOST_TEST(!reply.none());
        BOOST_TEST(!wire::decode(reply.bytes).has_value());
    }
}

BOOST_AUTO_TEST_CASE(the_feature_may_be_off) {
    Scene off{atWan(Config::featureOff())};
    const auto reply = off.ask(hostA, Map{});
    BOOST_TEST(reply.code() == ResultCode::notAuthorized);
    BOOST_TEST(reply.lifetime() == 1800);
    BOOST_TEST(off.ask(hostA, natPmpMap(Protocol::tcp, 8080)).natPmp().resultCode == wire::NatPmpResult::notAuthorized);
}

BOOST_AUTO_TEST_CASE(port_zero_may_be_refused) {
    Scene picky{atWan(Config::refusesPortZero())};
    BOOST_TEST(picky.ask(hostA, Map{}).code() == ResultCode::notAuthorized);
    BOOST_TEST(picky.ask(hostA, Map{.suggests = 40000}).code() == ResultCode::success);
}

BOOST_AUTO_TEST_CASE(short_lifetimes_come_with_another_port_each_time) {
    Scene provider{atWan(Config::shortLifetimes())};
    const auto first = provider.ask(hostA, Map{});
    const auto second = provider.ask(hostA, Map{});
    BOOST_TEST(first.lifetime() == 60);
    BOOST_TEST(second.port() != first.port());
    BOOST_TEST(provider.onlyMapping()->external.port == second.port());
}

BOOST_AUTO_TEST_CASE(answers_may_be_late) {
    Scene slow{atWan(Config::slow(700ms))};
    BOOST_TEST(slow.ask(hostA, Map{}).none());
    slow.pass(699ms);
    BOOST_TEST(slow.sent.empty());
    slow.pass(1ms);
    BOOST_TEST(slow.sentTo(hostA).size() == 1);
}

BOOST_AUTO_TEST_CASE(answers_may_come_from_elsewhere) {
    const Endpoint elsewhere{Address::v4(192, 168, 1, 2), 5351};
    Scene shared{atWan(Config::answersFromElsewhere(elsewhere))};
    shared.gateway.handleDatagram(shared.now, hostA, Request(Map{}).bytes);
    BOOST_TEST((shared.gateway.pollTransmit()->from == elsewhere));
}

BOOST_AUTO_TEST_CASE(answers_may_come_twice) {
    Config config = atWan();
    config.quirks.answerCopies = 2;
    Scene twice{config};
    twice.ask(hostA, Map{});
    BOOST_TEST(twice.sentTo(hostA).size() == 1);
}

BOOST_AUTO_TEST_CASE(miniupnpd_lets_another_nonce_take_over) {
    Scene miniupnpd{atWan(Config::miniupnpd())};
    miniupnpd.ask(hostA, Map{});
    BOOST_TEST(miniupnpd.ask(hostA, Map{.nonce = nonceB}).code() == ResultCode::success);
    BOOST_TEST(miniupnpd.ask(hostA, Map{.lifetime = 0}).code() == ResultCode::notAuthorized);
}

BOOST_AUTO_TEST_CASE(miniupnpd_grants_another_port_to_those_who_would_rather_fail) {
    Scene miniupnpd{atWan(Config::miniupnpd())};
    miniupnpd.ask(hostB, Map{.suggests = 6100, .client = insideB});
    const auto reply = miniupnpd.ask(hostA, Map{.suggests = 6100}.with("02 00 0000"));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.port() != 6100);
}

BOOST_AUTO_TEST_CASE(miniupnpd_filters_nothing) {
    Scene miniupnpd{atWan(Config::miniupnpd())};
    const auto reply =
        miniupnpd.ask(hostA, Map{.suggests = 6100}.with("03 00 0014 00 80 0000 00000000 00000000 0000ffff 01020304"));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(miniupnpd.gateway.handleInbound(miniupnpd.now, Protocol::tcp, {wan, 6100}, remote).has_value());
}

BOOST_AUTO_TEST_CASE(miniupnpd_fails_to_delete_nothing) {
    Scene miniupnpd{atWan(Config::miniupnpd())};
    const auto reply = miniupnpd.ask(hostA, Map{.lifetime = 0});
    BOOST_TEST(reply.code() == ResultCode::noResources);
    BOOST_TEST(reply.lifetime() == 30);
    BOOST_TEST(miniupnpd.ask(hostA, natPmpMap(Protocol::tcp, 1, 0, 0)).natPmp().resultCode ==
               wire::NatPmpResult::success);
}

BOOST_AUTO_TEST_CASE(miniupnpd_gives_a_private_address_away_in_the_error) {
    Config config = atWan(Config::miniupnpd());
    config.externalAddresses = {Address::v4(10, 9, 8, 7)};
    Scene inner{config};
    const auto reply = inner.ask(hostA, Map{});
    BOOST_TEST(reply.code() == ResultCode::noResources);
    BOOST_TEST(reply.lifetime() == 30);
    BOOST_TEST(reply.map().assignedAddress == Address::v4(10, 9, 8, 7));
    BOOST_TEST(inner.ask(hostA, natPmpAddress()).address().resultCode == wire::NatPmpResult::networkFailure);
    BOOST_TEST(inner.ask(hostA, natPmpMap(Protocol::tcp, 1)).natPmp().resultCode == wire::NatPmpResult::networkFailure);
}

BOOST_AUTO_TEST_CASE(miniupnpd_answers_a_short_request_as_nat_pmp) {
    Scene miniupnpd{atWan(Config::miniupnpd())};
    BOOST_TEST(miniupnpd.ask(hostA, announce().cutTo(20)).hex(0, 4) == "00 80 00 03");
    BOOST_TEST(miniupnpd.ask(hostA, Request(Map{}).cutTo(62)).hex(0, 4) == "00 80 00 03");
}

BOOST_AUTO_TEST_CASE(miniupnpd_echoes_optional_options_it_does_not_know) {
    Scene miniupnpd{atWan(Config::miniupnpd())};
    BOOST_TEST(miniupnpd.ask(hostA, Map{}.with("c8 00 0000")).hex(60) == "c8 00 00 00");
}

BOOST_AUTO_TEST_CASE(miniupnpd_gives_the_companion_port_away) {
    Scene miniupnpd{atWan(Config::miniupnpd())};
    miniupnpd.ask(hostA, natPmpMap(Protocol::udp, 8080, 8080));
    BOOST_TEST(miniupnpd.ask(hostB, natPmpMap(Protocol::tcp, 8080, 8080)).natPmp().assignedPort == 8080);
}

BOOST_AUTO_TEST_CASE(miniupnpd_says_zero_for_long_errors) {
    Scene miniupnpd{atWan(Config::miniupnpd())};
    BOOST_TEST(miniupnpd.ask(hostA, Map{}.with("3c 00 0000")).lifetime() == 0);
}

BOOST_AUTO_TEST_CASE(the_epoch_may_survive_a_loss) {
    Config config = atWan();
    config.quirks.epochKept = true;
    Scene kept{config};
    kept.pass(100s);
    kept.gateway.resetState(kept.now);
    kept.collect();
    BOOST_TEST(kept.ask(hostA, announce()).epoch() == 100);
}

BOOST_AUTO_TEST_CASE(another_address_than_the_real_one_may_be_reported) {
    Config config = atWan();
    config.quirks.reportedAddress = Address::v4(100, 64, 1, 1);
    Scene nested{config};
    BOOST_TEST(nested.ask(hostA, Map{}).map().assignedAddress == Address::v4(100, 64, 1, 1));
    BOOST_TEST(nested.ask(hostA, natPmpAddress()).address().externalAddress == Address::v4(100, 64, 1, 1));
}

BOOST_AUTO_TEST_CASE(ports_may_lose_their_upper_octet) {
    Config config = atWan();
    config.quirks.truncatesPorts = true;
    Scene truncating{config};
    BOOST_TEST(truncating.ask(hostA, Map{.suggests = 0x9c40}).port() == 0x40);
}

BOOST_AUTO_TEST_SUITE_END()
