// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

import portolan.simulator.script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;

namespace {

/// Sound requests of every kind.
std::vector<Request> soundRequests() {
    return {Map{},
            Map{.suggests = 40000}.with("03 00 0014 00 78 0000 00000000 00000000 0000ffff c6336400"),
            Map{.lifetime = 0},
            Map{.suggests = 40001}.with("02 00 0000"),
            Peer{},
            announce(),
            natPmpMap(Protocol::udp, 8080),
            natPmpAddress()};
}

/// A gateway that understands whatever there is to be understood.
Config understandingAll() {
    Config config = atWan();
    config.pcp.wildcards = true;
    config.pcp.thirdParty = true;
    config.pcp.thirdPartyHosts = {insideA};
    return config;
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulator_damage)

BOOST_AUTO_TEST_CASE(survives_any_single_changed_octet) {
    Scene scene{understandingAll()};
    for (const Request& sound : soundRequests()) {
        for (std::size_t at = 0; at < sound.bytes.size(); ++at) {
            for (const unsigned change : {1U, 2U, 4U, 8U, 16U, 32U, 64U, 128U, 255U}) {
                Request damaged = sound;
                damaged.bytes[at] ^= static_cast<std::uint8_t>(change);
                BOOST_REQUIRE_NO_THROW(scene.ask(hostA, damaged));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(survives_any_length) {
    Scene scene{understandingAll()};
    for (const Request& sound : soundRequests()) {
        for (std::size_t size = 0; size < 1200; size += size < 120 ? 1 : 9) {
            BOOST_REQUIRE_NO_THROW(scene.ask(hostA, sound.cutTo(size)));
        }
    }
}

BOOST_AUTO_TEST_CASE(survives_a_few_changes_and_another_length) {
    constexpr std::uint32_t seed = 6887;
    std::mt19937 random{seed};
    Scene scene{understandingAll()};
    const std::vector<Request> sound = soundRequests();
    for (int round = 0; round < 4000; ++round) {
        Request damaged = sound[random() % sound.size()];
        for (std::uint32_t changes = random() % 4; changes > 0; --changes) {
            damaged.bytes[random() % damaged.bytes.size()] = static_cast<std::uint8_t>(random());
        }
        damaged.bytes.resize(random() % 3 == 0 ? random() % 1200 : damaged.bytes.size());
        BOOST_TEST_CONTEXT("seed " << seed << ", round " << round) {
            BOOST_REQUIRE_NO_THROW(scene.ask(hostA, damaged));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
