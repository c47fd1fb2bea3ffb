// SPDX-License-Identifier: MIT
// The program against its own simulated gateway, in another process.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "process.hpp"
#include "simulator.hpp"
#include "support/octets.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;
using Json = nlohmann::ordered_json;
namespace data = boost::unit_test::data;

BOOST_AUTO_TEST_SUITE(apps_simulate)

BOOST_AUTO_TEST_CASE(first_tells_where_it_listens) {
    const Simulator simulator;
    BOOST_TEST(simulator.listening().at("event") == "listening");
    BOOST_TEST(simulator.listening().at("address") == "127.0.0.1");
    BOOST_TEST(simulator.listening().at("port") > 0);
    BOOST_TEST(simulator.listening().at("external") == "127.0.0.2");
}

BOOST_AUTO_TEST_CASE(tells_where_upnp_is_described_and_searched_for) {
    const Simulator simulator;
    const Json& igd = simulator.listening().at("igd");
    BOOST_TEST(igd.at("version") == 2);
    BOOST_TEST(igd.at("description").get<std::string>().starts_with("http://127.0.0.1:"));
    BOOST_TEST(igd.at("ssdp").at("port") > 0);
}

BOOST_AUTO_TEST_CASE(upnp_can_be_of_version_1_or_off) {
    Process first{{"simulate", "--json", "--igd", "1"}};
    BOOST_TEST(first.readJson().at("igd").at("version") == 1);
    Process off{{"simulate", "--json", "--igd", "off"}};
    BOOST_TEST(off.readJson().at("igd").is_null());
    BOOST_TEST(runCommand({"simulate", "--igd", "3"}).status == 2);
}

BOOST_AUTO_TEST_CASE(the_text_tells_where_upnp_is_served) {
    Process process{{"simulate", "--profile", "igd-double-slashes"}};
    BOOST_TEST(process.readLine().starts_with("serving neither PCP nor NAT-PMP on 127.0.0.1:"));
    const std::string line = process.readLine();
    BOOST_TEST(line.starts_with("serving UPnP IGD:1 at http://127.0.0.1:"));
    BOOST_TEST(line.find("//rootDesc.xml") != std::string::npos);
}

BOOST_DATA_TEST_CASE(the_text_tells_what_is_spoken,
                     data::make({"strict", "pcp-only", "nat-pmp-only", "igd-only"}) ^
                         data::make({"PCP and NAT-PMP", "PCP alone", "NAT-PMP alone", "neither PCP nor NAT-PMP"}),
                     profile, spoken) {
    Process process{{"simulate", "--profile", profile}};
    const std::string line = process.readLine();
    BOOST_TEST(line.starts_with(std::string{"serving "} + spoken + " on 127.0.0.1:"), line);
}

BOOST_DATA_TEST_CASE(ends_with_status_0_when_interrupted, data::make({SIGINT, SIGTERM}), number) {
    Simulator simulator;
    simulator.process().signal(number);
    BOOST_TEST(simulator.process().finish().status == 0);
}

BOOST_AUTO_TEST_CASE(ends_by_itself_after_its_timeout) {
    BOOST_TEST(runCommand({"simulate", "--timeout", "0.01"}).status == 0);
}

BOOST_AUTO_TEST_CASE(a_port_in_use_is_told) {
    const UdpSocket taken;
    const Finished finished = runCommand({"simulate", "--listen", taken.name()});
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(finished.err.find(taken.name()) != std::string::npos);
    BOOST_TEST(finished.err.find("choose another port") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(port_0_is_any_that_is_free) {
    Process process{{"simulate", "--json", "--listen", "127.0.0.1:0"}};
    BOOST_TEST(process.readJson().at("port") > 0);
}

BOOST_AUTO_TEST_CASE(without_a_connection_there_is_no_external_address) {
    const Simulator simulator{"no-connection"};
    BOOST_TEST(simulator.listening().at("external").is_null());
    BOOST_TEST(simulator.listening().at("forwards") == false);
}

BOOST_AUTO_TEST_CASE(without_a_connection_the_text_names_no_external_address) {
    Process process{{"simulate", "--profile", "no-connection"}};
    BOOST_TEST(process.readLine().ends_with(", no external address"));
}

BOOST_AUTO_TEST_CASE(an_ipv6_gateway_has_an_ipv6_external_address) {
    Process process{{"simulate", "--json", "--listen", "[::1]:0"}};
    const Json listening = process.readJson();
    BOOST_TEST(listening.at("external") == "::1");
    const Finished finished = runCommand(
        {"map", "tcp:8080", "--json", "--gateway", "[::1]:" + std::to_string(listening.at("port").get<int>())});
    BOOST_TEST(finished.status == 0, finished.out);
}

BOOST_AUTO_TEST_CASE(an_external_address_of_others_is_reported_without_forwarding) {
    Process process{{"simulate", "--json", "--external", "203.0.113.45"}};
    const Json listening = process.readJson();
    BOOST_TEST(listening.at("external") == "203.0.113.45");
    BOOST_TEST(listening.at("forwards") == false);
}

BOOST_AUTO_TEST_CASE(signals_do_not_break_off_what_it_says) {
    Simulator simulator;
    constexpr int count = 420; // more lines than a pipe has room for
    std::vector<std::string> words{"keep", "--identity", simulator.identity()};
    for (int port = 20'000; port < 20'000 + count; ++port) {
        words.push_back("udp:" + std::to_string(port));
    }
    Process keeping{simulator.asked(words)};
    while (simulator.process().unread() < 61'000) {
        (void)keeping.readJson();
    }
    // By and by it waits for its reader; a signal that comes too early spoils nothing.
    for (int signals = 0; signals < 5; ++signals) {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        simulator.process().signal(SIGUSR2);
    }
    int mapped = 0;
    while (mapped < count) {
        mapped += simulator.event().at("event") == "mapped" ? 1 : 0;
    }
    simulator.process().signal(SIGTERM);
    BOOST_TEST(simulator.process().finish().status == 0);
}

BOOST_AUTO_TEST_CASE(map_tells_everything_about_the_mapping) {
    Simulator simulator;
    const Finished finished = simulator.ask({"map", "tcp:8080", "--lifetime", "600"});
    BOOST_TEST(finished.status == 0);
    const Json mapped = onlyObject(finished.out);
    std::vector<std::string> keys;
    for (const auto& [key, value] : mapped.items()) {
        keys.push_back(key);
    }
    BOOST_TEST(keys == (std::vector<std::string>{"event", "protocol", "internal", "external", "lifetime_s", "gateway",
                                                 "epoch_s", "nonce", "reach", "warning"}),
               boost::test_tools::per_element());
    BOOST_TEST(mapped.at("event") == "mapped");
    BOOST_TEST(mapped.at("internal").dump() == R"({"address":"127.0.0.1","port":8080})");
    BOOST_TEST(mapped.at("external").at("address") == "127.0.0.2");
    BOOST_TEST(mapped.at("lifetime_s") == 600);
    BOOST_TEST(mapped.at("gateway").at("via") == "pcp");
    BOOST_TEST(mapped.at("gateway").at("port") == simulator.listening().at("port"));
    BOOST_TEST(mapped.at("nonce").get<std::string>().size() == 24);
    const Json event = simulator.event();
    BOOST_TEST(event.at("event") == "mapped");
    BOOST_TEST(event.at("external") == mapped.at("external"));
}

BOOST_AUTO_TEST_CASE(map_leaves_the_mapping_standing_and_says_so) {
    const Simulator simulator;
    const Finished finished = runCommand({"map", "tcp:8080", "--gateway", simulator.gateway()});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.out.find("left standing") != std::string::npos);
    BOOST_TEST(finished.out.find("portolan unmap tcp:8080 --nonce ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unmap_deletes_by_the_nonce_that_map_told) {
    Simulator simulator;
    const Json mapped = onlyObject(simulator.ask({"map", "tcp:8080"}).out);
    BOOST_TEST(simulator.event().at("event") == "mapped");
    const Finished finished = simulator.ask({"unmap", "tcp:8080", "--nonce", mapped.at("nonce")});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(onlyObject(finished.out).at("event") == "unmapped");
    const Json event = simulator.event();
    BOOST_TEST(event.at("event") == "unmapped");
    BOOST_TEST(event.at("reason") == "deleted");
}

BOOST_AUTO_TEST_CASE(unmap_needs_no_nonce_where_the_identity_is_the_same) {
    const Simulator simulator;
    BOOST_TEST(simulator.ask({"map", "tcp:8080"}).status == 0);
    BOOST_TEST(simulator.ask({"unmap", "tcp:8080"}).status == 0);
}

BOOST_AUTO_TEST_CASE(unmap_under_another_identity_is_refused_with_advice) {
    const Simulator simulator;
    const std::string other =
        (std::filesystem::temp_directory_path() / ("portolan-other-" + std::to_string(getpid()))).string();
    BOOST_TEST(simulator.ask({"map", "tcp:8080"}).status == 0);
    const Finished finished = simulator.ask({"unmap", "tcp:8080", "--identity", other});
    std::filesystem::remove(other);
    BOOST_TEST(finished.status == 5);
    BOOST_TEST(onlyObject(finished.out).at("message").get<std::string>().find("--nonce") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nat_pmp_maps_and_unmaps_without_a_nonce) {
    Simulator simulator{"nat-pmp-only"};
    const Json mapped = onlyObject(simulator.ask({"map", "udp:8080"}).out);
    BOOST_TEST(mapped.at("gateway").at("via") == "nat-pmp");
    BOOST_TEST(mapped.at("nonce").is_null());
    BOOST_TEST(simulator.event().at("event") == "mapped");
    BOOST_TEST(simulator.ask({"unmap", "udp:8080"}).status == 0);
    BOOST_TEST(simulator.event().at("event") == "unmapped");
}

BOOST_DATA_TEST_CASE(address_tells_the_external_address, data::make({"pcp-only", "nat-pmp-only"}), profile) {
    const Simulator simulator{profile};
    const Finished finished = simulator.ask({"address"});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(onlyObject(finished.out).at("event") == "address");
    BOOST_TEST(onlyObject(finished.out).at("address") == "127.0.0.2");
}

BOOST_DATA_TEST_CASE(verbose_tells_whom_it_asks_and_what_came_back, data::make({"map", "unmap", "address"}), command) {
    const Simulator simulator{"nat-pmp-only"};
    std::vector<std::string> words{command, "--verbose"};
    if (words.front() != "address") {
        words.emplace_back("tcp:8080");
    }
    const Finished finished = simulator.ask(words);
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.err.find("asking " + simulator.gateway() + " from 127.0.0.1 ") != std::string::npos);
    BOOST_TEST(finished.err.find("came back after ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(verbose_tells_of_a_refusal_too) {
    const Simulator simulator{"feature-off"};
    const Finished finished = simulator.ask({"map", "tcp:8080", "--verbose"});
    BOOST_TEST(finished.status == 5);
    BOOST_TEST(finished.err.find("came back after ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(keep_releases_the_mapping_when_interrupted) {
    Simulator simulator;
    Process keeping{simulator.asked({"map", "tcp:8080", "--keep"})};
    BOOST_TEST(keeping.readJson().at("event") == "mapped");
    BOOST_TEST(simulator.event().at("event") == "mapped");
    keeping.signal(SIGINT);
    const Finished finished = keeping.finish();
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(onlyObject(finished.out).at("event") == "released");
    BOOST_TEST(simulator.event().at("event") == "unmapped");
}

BOOST_AUTO_TEST_CASE(a_signal_restarts_the_gateway) {
    Simulator simulator;
    BOOST_TEST(simulator.ask({"map", "tcp:8080"}).status == 0);
    BOOST_TEST(simulator.event().at("event") == "mapped");
    simulator.process().signal(SIGUSR1);
    BOOST_TEST(simulator.event().at("event") == "restarted");
    BOOST_TEST(simulator.event().at("reason") == "lost");
}

BOOST_AUTO_TEST_CASE(a_datagram_to_the_external_port_comes_in) {
    Simulator simulator;
    UdpSocket served;
    UdpSocket peer;
    const Json mapped = onlyObject(simulator.ask({"map", "udp:" + std::to_string(served.port())}).out);
    BOOST_TEST(simulator.event().at("event") == "mapped");
    peer.send(octets("2a"), "127.0.0.2", mapped.at("external").at("port").get<std::uint16_t>());
    BOOST_TEST(served.receive() == octets("2a"), boost::test_tools::per_element());
    const Json forwarded = simulator.event();
    BOOST_TEST(forwarded.at("event") == "forwarded");
    BOOST_TEST(forwarded.at("what") == "opened");
    BOOST_TEST(forwarded.at("external") == mapped.at("external"));
}

BOOST_AUTO_TEST_CASE(a_feature_that_is_off_is_status_5) {
    const Simulator simulator{"feature-off"};
    const Finished finished = simulator.ask({"map", "tcp:8080"});
    BOOST_TEST(finished.status == 5);
    BOOST_TEST(onlyObject(finished.out).at("code") == "NOT_AUTHORIZED");
}

BOOST_AUTO_TEST_CASE(options_that_nat_pmp_cannot_express_are_status_5) {
    const Simulator simulator{"nat-pmp-only"};
    const Finished finished = simulator.ask({"map", "tcp:8080", "--filter", "198.51.100.0/24"});
    BOOST_TEST(finished.status == 5);
    BOOST_TEST(onlyObject(finished.out).at("code") == "NOT_AVAILABLE");
}

BOOST_DATA_TEST_CASE(a_gateway_of_no_use_is_status_4, data::make({"silent", "garbage"}), profile) {
    const Simulator simulator{profile};
    BOOST_TEST(simulator.ask({"map", "tcp:8080", "--timeout", "0.5"}).status == 4);
}

BOOST_AUTO_TEST_SUITE_END()
