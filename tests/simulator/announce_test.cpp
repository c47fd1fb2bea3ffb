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

namespace {

constexpr Endpoint group{Address::v4(224, 0, 0, 1), 5350};
constexpr Endpoint groupV6{{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, 5350};
const std::vector<TimePoint> doublingOffsets{0ms,    250ms,   750ms,   1750ms,  3750ms,
                                             7750ms, 15750ms, 31750ms, 63750ms, 127750ms};

Config starting() {
    Config config = atWan();
    config.announce.onStart = true;
    return config;
}

/// Those of version 2, or of version 0.
std::vector<Sent> ofVersion(int version, const std::vector<Sent>& all) {
    std::vector<Sent> matching;
    for (const Sent& each : all) {
        if (each.what.bytes.front() == version) {
            matching.push_back(each);
        }
    }
    return matching;
}

std::vector<TimePoint> offsets(const std::vector<Sent>& all, TimePoint start) {
    std::vector<TimePoint> times;
    for (const Sent& each : all) {
        times.push_back(each.when - start);
    }
    return times;
}

/// Puts a gateway that lost its state, and then waited until nothing more came.
struct AfterReset : Scene {
    AfterReset() {
        ask(hostA, Map{});
        pass(100s);
        start = now;
        gateway.resetState(now);
        collect();
        pass(300s);
    }

    TimePoint start;
};

/// Puts a gateway with a mapping, whose external address then changed.
struct AfterAddressChange : Scene {
    explicit AfterAddressChange(const Request& request = Map{.suggests = 40000}, Config config = atWan())
        : Scene(std::move(config)) {
        ask(hostA, request);
        pass(100s);
        start = now;
        gateway.setExternalAddress(now, otherWan);
        collect();
    }

    TimePoint start;
};

} // namespace

BOOST_AUTO_TEST_SUITE(simulator_announce)

BOOST_FIXTURE_TEST_CASE(loss_of_state_begins_a_new_epoch, AfterReset, *label("S6887-030") * label("S6886-042")) {
    BOOST_TEST(ask(hostA, announce()).epoch() == 300);
    BOOST_TEST(ask(hostA, natPmpAddress()).address().epochSeconds == 300);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_FIXTURE_TEST_CASE(static_mappings_survive_the_loss, Scene) {
    gateway.addStatic(now, Protocol::tcp, {insideA, 8080}, {wan, 9090});
    gateway.resetState(now);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_FIXTURE_TEST_CASE(a_new_external_address_begins_a_new_epoch, AfterAddressChange, *label("S6887-031")) {
    BOOST_TEST(ask(hostA, announce()).epoch() == 0);
}

BOOST_FIXTURE_TEST_CASE(answers_an_announce_request, Scene, *label("S6887-080")) {
    pass(77s);
    const auto reply = ask(hostA, announce());
    BOOST_TEST(reply.hex() == "02 80 00 00 00 00 00 00 00 00 00 4d 00 00 00 00 00 00 00 00 00 00 00 00");
}

BOOST_FIXTURE_TEST_CASE(an_announce_request_touches_no_mapping, Scene) {
    ask(hostA, Map{});
    ask(hostA, announce());
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_FIXTURE_TEST_CASE(loss_of_state_is_announced_to_both_groups, AfterReset,
                        *label("S6887-079") * label("S6887-081") * label("S6887-082")) {
    const auto all = sent;
    BOOST_TEST(ofVersion(2, sentTo(group)).size() == 10);
    sent = all;
    const auto six = sentTo(groupV6);
    BOOST_TEST(six.size() == 10);
    BOOST_TEST(six.front().what.hex(0, 4) == "02 80 00 00");
}

BOOST_FIXTURE_TEST_CASE(announcements_leave_from_the_request_port, Scene, *label("S6887-081")) {
    gateway.resetState(now);
    const auto transmit = gateway.pollTransmit();
    BOOST_TEST(transmit.has_value());
    BOOST_TEST(!transmit->from.has_value());
}

BOOST_FIXTURE_TEST_CASE(ten_copies_with_doubling_gaps_and_fresh_epochs, AfterReset,
                        *label("S6887-083") * label("S6886-043")) {
    const auto copies = sentTo(group);
    BOOST_TEST((offsets(ofVersion(2, copies), start) == doublingOffsets));
    BOOST_TEST((offsets(ofVersion(0, copies), start) == doublingOffsets));
    for (const Sent& each : ofVersion(2, copies)) {
        BOOST_TEST(
            (std::chrono::seconds{each.what.epoch()} == std::chrono::floor<std::chrono::seconds>(each.when - start)));
    }
}

BOOST_AUTO_TEST_CASE(nat_pmp_announces_its_address_at_start,
                     *label("S6886-005") * label("S6886-006") * label("S6886-007") * label("S6886-008")) {
    Scene scene{starting()};
    const TimePoint start = scene.now;
    scene.pass(300s);
    const auto copies = ofVersion(0, scene.sentTo(group));
    BOOST_TEST((offsets(copies, start) == doublingOffsets));
    for (const Sent& each : copies) {
        BOOST_TEST(each.what.bytes.size() == 12);
        BOOST_TEST(each.what.address().externalAddress == wan);
        BOOST_TEST((std::chrono::seconds{each.what.address().epochSeconds} ==
                    std::chrono::floor<std::chrono::seconds>(each.when - start)));
    }
}

BOOST_FIXTURE_TEST_CASE(nat_pmp_announces_a_new_address, AfterAddressChange, *label("S6886-005")) {
    const auto copies = ofVersion(0, sentTo(group));
    BOOST_TEST_REQUIRE(copies.size() == 1);
    BOOST_TEST(copies.front().what.address().externalAddress == otherWan);
}

BOOST_AUTO_TEST_CASE(with_translation_off_nothing_is_said, *label("S6886-044")) {
    Config config = starting();
    config.natEnabled = false;
    Scene off{config};
    BOOST_TEST(off.ask(hostA, natPmpAddress()).none());
    BOOST_TEST(off.ask(hostA, Map{}).none());
    off.pass(300s);
    BOOST_TEST(off.sent.empty());
}

BOOST_AUTO_TEST_CASE(switching_translation_off_ends_announcements, *label("S6886-044")) {
    Scene scene{starting()};
    scene.sent.clear();
    scene.gateway.setNatEnabled(false);
    scene.pass(300s);
    BOOST_TEST(scene.sent.empty());
}

BOOST_AUTO_TEST_CASE(known_clients_are_told_by_unicast, *label("S6887-082")) {
    Config config = atWan();
    config.announce.destinations.clear();
    config.announce.knownClients = true;
    Scene scene{config};
    scene.ask(hostA, Map{});
    scene.gateway.resetState(scene.now);
    scene.pass(1s);
    BOOST_TEST(ofVersion(2, scene.sentTo(hostA)).size() == 3);
}

BOOST_FIXTURE_TEST_CASE(mappings_move_with_the_address, AfterAddressChange, *label("S6887-079")) {
    BOOST_TEST((onlyMapping()->external == Endpoint{otherWan, 40000}));
}

BOOST_FIXTURE_TEST_CASE(the_client_gets_three_updates, AfterAddressChange, *label("S6887-088") * label("S6887-089")) {
    pass(10s);
    const auto updates = sentTo(hostA);
    BOOST_TEST((offsets(updates, start) == std::vector<TimePoint>{0ms, 250ms, 750ms}));
    for (const Sent& each : updates) {
        BOOST_TEST(each.what.map().assignedAddress == otherWan);
        BOOST_TEST(each.what.map().nonce == nonceA);
        BOOST_TEST(each.what.epoch() == 0);
    }
    BOOST_TEST(updates.front().what.lifetime() == 3500);
}

BOOST_FIXTURE_TEST_CASE(a_refresh_ends_the_updates, AfterAddressChange, *label("S6887-090")) {
    pass(100ms);
    ask(hostA, Map{});
    sent.clear();
    pass(10s);
    BOOST_TEST(sentTo(hostA).empty());
}

BOOST_AUTO_TEST_CASE(an_update_repeats_third_party, *label("S6887-084")) {
    Config config = atWan();
    config.pcp.thirdParty = true;
    config.pcp.thirdPartyHosts = {insideA};
    const std::string option = "01 00 0010 00000000 00000000 0000ffff c0a8013a";
    AfterAddressChange scene{Map{}.with(option), config};
    BOOST_TEST(scene.sentTo(hostA).at(0).what.hex(60) == spacedHex(octets(option)));
}

BOOST_AUTO_TEST_CASE(a_mapping_that_would_rather_fail_is_given_up, *label("S6887-085")) {
    AfterAddressChange scene{Map{.suggests = 40000}.with("02 00 0000")};
    const auto updates = scene.sentTo(hostA);
    BOOST_TEST_REQUIRE(updates.size() == 1);
    BOOST_TEST(updates.front().what.code() == ResultCode::cannotProvideExternal);
    BOOST_TEST(scene.gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(filters_move_along, *label("S6887-086")) {
    const std::string filter = "03 00 0014 00 80 0000 00000000 00000000 0000ffff c6336407";
    AfterAddressChange scene{Map{}.with(filter)};
    BOOST_TEST(scene.sentTo(hostA).at(0).what.hex(60) == spacedHex(octets(filter)));
    BOOST_TEST(scene.onlyMapping()->filters.size() == 1);
}

BOOST_AUTO_TEST_CASE(an_update_has_no_optional_options, *label("S6887-087")) {
    AfterAddressChange scene{Map{}.with("80 00 0004 63616d65")};
    BOOST_TEST(scene.sentTo(hostA).at(0).what.bytes.size() == 60);
}

BOOST_AUTO_TEST_CASE(a_peer_is_updated_in_its_own_form) {
    AfterAddressChange scene{Peer{}};
    const auto updates = scene.sentTo(hostA);
    BOOST_TEST_REQUIRE(updates.size() == 1);
    BOOST_TEST(updates.front().what.peer().assignedAddress == otherWan);
    BOOST_TEST(updates.front().what.peer().remoteAddress == remote.address);
}

BOOST_FIXTURE_TEST_CASE(nat_pmp_mappings_get_no_updates, Scene) {
    ask(hostA, natPmpMap(Protocol::tcp, 8080));
    gateway.setExternalAddress(now, otherWan);
    collect();
    BOOST_TEST(sentTo(hostA).empty());
}

BOOST_FIXTURE_TEST_CASE(without_a_connection_mappings_wait, Scene) {
    ask(hostA, Map{.suggests = 40000});
    gateway.setExternalAddresses(now, {});
    BOOST_TEST(ask(hostA, Map{.port = 81}).code() == ResultCode::networkFailure);
    gateway.setExternalAddress(now, otherWan);
    collect();
    BOOST_TEST((onlyMapping()->external == Endpoint{otherWan, 40000}));
    BOOST_TEST(sentTo(hostA).size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
