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
