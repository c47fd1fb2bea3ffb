// SPDX-License-Identifier: MIT
// The profiles of `portolan simulate`, and what the program makes of each of them.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "process.hpp"
#include "simulator.hpp"

using namespace portolan::testing;
using Json = nlohmann::ordered_json;
namespace data = boost::unit_test::data;

namespace {

/// `portolan map` of a port there.
Json mapped(const Simulator& simulator, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"map", "tcp:8080", "--identity", simulator.identity()};
    words.insert(words.end(), more.begin(), more.end());
    return onlyObject(simulator.ask(words).out);
}

std::string addressOf(const Json& mapping) {
    return mapping.at("external").at("address");
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_simulate_profile)

BOOST_AUTO_TEST_CASE(strict_maps_by_pcp) {
    BOOST_TEST(mapped(Simulator{"strict"}).at("gateway").at("via") == "pcp");
}

BOOST_AUTO_TEST_CASE(pcp_only_does_not_understand_nat_pmp) {
    const Simulator simulator{"pcp-only"};
    BOOST_TEST(mapped(simulator).at("event") == "mapped");
    BOOST_TEST(mapped(simulator, {"--protocol", "nat-pmp"}).at("code") == "VERSION_NOT_SUPPORTED");
}

BOOST_DATA_TEST_CASE(nat_pmp_only_is_understood_however_it_turns_pcp_away,
                     data::make({"nat-pmp-only", "nat-pmp-only-printed", "nat-pmp-only-echo"}), profile) {
    BOOST_TEST(mapped(Simulator{profile}).at("gateway").at("via") == "nat-pmp");
}

BOOST_AUTO_TEST_CASE(short_lifetimes_are_of_60_s_and_another_port_each_time) {
    const Simulator simulator{"short-lifetimes"};
    const Json first = mapped(simulator);
    const Json second = mapped(simulator);
    BOOST_TEST(first.at("lifetime_s") == 60);
    BOOST_TEST(first.at("external").at("port") != second.at("external").at("port"));
}

BOOST_AUTO_TEST_CASE(private_address_has_another_nat_before_it) {
    BOOST_TEST(addressOf(mapped(Simulator{"private-address"})) == "192.168.178.20");
}

BOOST_AUTO_TEST_CASE(cgn_has_the_nat_of_a_provider_before_it) {
    const Simulator simulator{"cgn"};
    BOOST_TEST(simulator.listening().at("external") == "100.64.7.7");
    BOOST_TEST(addressOf(mapped(simulator)) == "100.64.7.7");
}

BOOST_AUTO_TEST_CASE(full_table_has_no_resources) {
    BOOST_TEST(mapped(Simulator{"full-table"}).at("code") == "NO_RESOURCES");
}

BOOST_AUTO_TEST_CASE(refuses_port_zero_wants_a_port_named) {
    const Simulator simulator{"refuses-port-zero"};
    BOOST_TEST(mapped(simulator).at("code") == "NOT_AUTHORIZED");
    BOOST_TEST(onlyObject(simulator.ask({"map", "tcp:8080:40123"}).out).at("external").at("port") == 40123);
}

BOOST_AUTO_TEST_CASE(feature_off_refuses_every_mapping) {
    BOOST_TEST(mapped(Simulator{"feature-off"}).at("code") == "NOT_AUTHORIZED");
}

BOOST_AUTO_TEST_CASE(authentication_refuses_who_has_none) {
    BOOST_TEST(mapped(Simulator{"authentication"}).at("code") == "AUTHENTICATION_REQUIRED");
}

BOOST_AUTO_TEST_CASE(miniupnpd_lets_another_nonce_take_a_mapping_over) {
    const Simulator simulator{"miniupnpd"};
    const Json first = mapped(simulator);
    const Json second = mapped(simulator, {"--nonce", "4f2a9c017be3d8560d91ac44"});
    BOOST_TEST(second.at("event") == "mapped");
    BOOST_TEST(second.at("external") == first.at("external"));
}

BOOST_AUTO_TEST_CASE(slow_is_waited_for) {
    const Simulator simulator{"slow"};
    BOOST_TEST(mapped(simulator).at("event") == "mapped");
    BOOST_TEST(mapped(simulator, {"--timeout", "0.1"}).at("code") == "NO_ANSWER");
}

BOOST_AUTO_TEST_CASE(silent_is_given_up) {
    BOOST_TEST(mapped(Simulator{"silent"}, {"--timeout", "0.1"}).at("code") == "NO_ANSWER");
}

BOOST_AUTO_TEST_CASE(other_address_is_taken_for_nobodys_answer) {
    BOOST_TEST(mapped(Simulator{"other-address"}, {"--timeout", "0.5"}).at("code") == "NO_ANSWER");
}

BOOST_AUTO_TEST_CASE(restarts_on_demand_without_its_mappings) {
    Simulator simulator;
    (void)mapped(simulator);
    BOOST_TEST(simulator.event().at("event") == "mapped");
    simulator.process().signal(SIGUSR1);
    BOOST_TEST(simulator.event().at("event") == "restarted");
    const Json lost = simulator.event();
    BOOST_TEST(lost.at("event") == "unmapped");
    BOOST_TEST(lost.at("reason") == "lost");
    BOOST_TEST(mapped(simulator).at("epoch_s") < 3600);
}

BOOST_AUTO_TEST_CASE(epoch_kept_goes_on_counting_when_it_restarts) {
    Simulator simulator{"epoch-kept"};
    (void)mapped(simulator);
    BOOST_TEST(simulator.event().at("event") == "mapped");
    simulator.process().signal(SIGUSR1);
    BOOST_TEST(simulator.event().at("event") == "restarted");
    BOOST_TEST(simulator.event().at("reason") == "lost");
    BOOST_TEST(mapped(simulator).at("epoch_s") >= 86'400);
}

BOOST_AUTO_TEST_CASE(changes_its_external_address_on_demand_and_back) {
    Simulator simulator;
    BOOST_TEST(addressOf(mapped(simulator)) == "127.0.0.2");
    BOOST_TEST(simulator.event().at("event") == "mapped");
    for (const char* address : {"127.0.0.3", "127.0.0.2"}) {
        simulator.process().signal(SIGUSR2);
        const Json readdressed = simulator.event();
        BOOST_TEST(readdressed.at("event") == "readdressed");
        BOOST_TEST(readdressed.at("external") == address);
        const Json moved = simulator.event();
        BOOST_TEST(moved.at("event") == "moved");
        BOOST_TEST(addressOf(moved) == address);
    }
}

BOOST_DATA_TEST_CASE(a_mapping_update_tells_keep_of_another_address, data::make({"strict", "updates-only"}), profile) {
    Simulator simulator{profile};
    Process keeping{simulator.asked({"keep", "tcp:8080", "--identity", simulator.identity()})};
    BOOST_TEST(keeping.readJson().at("event") == "granted");
    simulator.process().signal(SIGUSR2);
    Json event = keeping.readJson();
    BOOST_TEST(event.at("event") == "moved");
    BOOST_TEST(addressOf(event) == "127.0.0.3");
    BOOST_TEST(event.at("old_external").at("address") == "127.0.0.2");
}

BOOST_AUTO_TEST_SUITE_END()
