// SPDX-License-Identifier: MIT
// `portolan gateways` and what the commands say of gateways behind another NAT, against `portolan simulate`.
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.hpp"
#include "simulator.hpp"
#include "support/temporary_folder.hpp"

using namespace portolan::testing;
using Json = nlohmann::ordered_json;

namespace {

/// So long is waited for what answers, however busy this host is, and for what does not.
constexpr const char* ample = "20";
constexpr const char* brief = "0.5";

/// `gateways` about this gateway alone.
std::vector<std::string> surveying(const Simulator& simulator, const char* wait) {
    std::vector<std::string> words{"gateways", "--gateway", simulator.gateway(), "--timeout", wait};
    if (const Json& igd = simulator.listening().at("igd"); !igd.is_null()) {
        words.insert(words.end(), {"--ssdp-port", std::to_string(igd.at("ssdp").at("port").get<int>())});
    }
    return words;
}

Json survey(const Simulator& simulator, const char* wait) {
    std::vector<std::string> words = surveying(simulator, wait);
    words.emplace_back("--json");
    const Finished finished = runCommand(words);
    BOOST_TEST_REQUIRE(finished.status == 0, finished.out << finished.err);
    BOOST_TEST(finished.err.empty(), finished.err);
    return onlyObject(finished.out);
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_gateways)

BOOST_AUTO_TEST_CASE(each_protocol_is_told_with_what_auto_would_speak) {
    const Simulator simulator;
    const Json told = survey(simulator, ample);
    BOOST_TEST(told.at("event") == "gateway");
    BOOST_TEST(told.at("address") == "127.0.0.1");
    BOOST_TEST(told.at("used") == true);
    BOOST_TEST(told.at("source") == "127.0.0.1");
    BOOST_TEST(told.at("pcp").at("speaks") == true);
    BOOST_TEST(told.at("pcp").at("version") == 2);
    BOOST_TEST(told.at("pcp").at("epoch_s").is_number());
    BOOST_TEST(told.at("pcp").at("round_trip_ms").is_number());
    BOOST_TEST(told.at("nat_pmp").at("speaks") == true);
    BOOST_TEST(told.at("nat_pmp").at("external_address") == "127.0.0.2");
    BOOST_TEST(told.at("igd").at("speaks") == true);
    BOOST_TEST(told.at("igd").at("version") == 2);
    BOOST_TEST(told.at("igd").at("service") == "WANIPConnection:2");
    BOOST_TEST(!told.at("igd").at("model_name").get<std::string>().empty());
    BOOST_TEST(told.at("igd").at("round_trip_ms").is_number());
    BOOST_TEST(told.at("auto") == "pcp");
    BOOST_TEST(told.at("external_address") == "127.0.0.2");
    BOOST_TEST(told.at("warning").is_null());
}

BOOST_AUTO_TEST_CASE(the_text_is_a_line_for_each) {
    const Simulator simulator;
    const Finished finished = runCommand(surveying(simulator, ample));
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.out.starts_with("* ipv4 127.0.0.1\n    PCP      version 2, epoch "), finished.out);
    BOOST_TEST(contains(finished.out, "\n    NAT-PMP  version 0, epoch "), finished.out);
    BOOST_TEST(contains(finished.out, "\n    UPnP     IGD:2 with WANIPConnection:2, external address 127.0.0.2, "),
               finished.out);
    BOOST_TEST(contains(finished.out, " ms, simulator"), finished.out);
    BOOST_TEST(contains(finished.out, "\n    auto     PCP (it goes before all others)\n"), finished.out);
}

BOOST_AUTO_TEST_CASE(where_only_upnp_is_spoken_it_is_told_why_it_is_chosen) {
    const Simulator simulator{"igd-only"};
    const Json told = survey(simulator, "3");
    BOOST_TEST(told.at("pcp").at("speaks") == false);
    BOOST_TEST(told.at("pcp").at("error").at("code") == "NO_ANSWER");
    BOOST_TEST(told.at("auto") == "upnp");
    BOOST_TEST(told.at("auto_reason") == "PCP: no answer; NAT-PMP: no answer");
}

BOOST_AUTO_TEST_CASE(where_nothing_is_spoken_auto_is_nothing) {
    const Simulator simulator{"silent"};
    const Json told = survey(simulator, brief);
    BOOST_TEST(told.at("auto").is_null());
    BOOST_TEST(told.at("igd").at("speaks") == false);
    const Finished text = runCommand(surveying(simulator, brief));
    BOOST_TEST(contains(text.out, "auto     nothing (PCP: no answer; NAT-PMP: no answer; UPnP: no answer)"), text.out);
}

BOOST_AUTO_TEST_CASE(what_is_asked_can_be_captured) {
    const Simulator simulator;
    const TemporaryFolder folder;
    const std::string file = (folder.path / "survey.pcap").string();
    std::vector<std::string> words = surveying(simulator, ample);
    words.insert(words.end(), {"--pcap", file});
    BOOST_TEST(runCommand(words).status == 0);
    const Finished explained = runCommand({"decode", "--pcap", file, "--port", std::to_string(simulator.port())});
    BOOST_TEST(contains(explained.out, "ANNOUNCE request: client"), explained.out);
    BOOST_TEST(contains(explained.out, "NAT-PMP address request"), explained.out);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(apps_beyond)

BOOST_AUTO_TEST_CASE(map_warns_of_another_nat_beyond_the_gateway) {
    const Simulator simulator{"private-address"};
    std::vector<std::string> words{"map",        "tcp:8080",          "--gateway", simulator.gateway(),
                                   "--identity", simulator.identity()};
    const Finished text = runCommand(words);
    BOOST_TEST(text.status == 0);
    BOOST_TEST(text.err.starts_with("portolan: the external address 192.168.178.20 is a private one: another NAT"),
               text.err);
    BOOST_TEST(contains(text.err, "map the port at the outer router, too"), text.err);
    words.emplace_back("--json");
    const Finished json = runCommand(words);
    const Json told = onlyObject(json.out);
    BOOST_TEST(told.at("reach") == "private");
    BOOST_TEST(contains(told.at("warning").get<std::string>(), "another NAT lies beyond this gateway"));
    BOOST_TEST(json.err.empty());
}

BOOST_AUTO_TEST_CASE(map_warns_of_a_providers_nat) {
    const Simulator simulator{"cgn"};
    const Json told = onlyObject(simulator.ask({"map", "tcp:8080", "--identity", simulator.identity()}).out);
    BOOST_TEST(told.at("reach") == "shared");
    BOOST_TEST(contains(told.at("warning").get<std::string>(), "ask the provider for a public IPv4 address"));
}

BOOST_AUTO_TEST_CASE(a_refusal_that_gives_the_gateways_address_away_is_explained_by_it) {
    Simulator simulator{std::vector<std::string>{"--profile", "miniupnpd", "--external", "100.64.8.7"}};
    const Finished finished = simulator.ask({"map", "tcp:8080", "--identity", simulator.identity()});
    BOOST_TEST(finished.status == 5);
    const Json told = onlyObject(finished.out);
    BOOST_TEST(told.at("code") == "NO_RESOURCES");
    BOOST_TEST(told.at("gateway_external") == "100.64.8.7");
    BOOST_TEST(told.at("gateway_reach") == "shared");
    BOOST_TEST(contains(told.at("message").get<std::string>(), "ask the provider for a public IPv4 address"));
}

BOOST_AUTO_TEST_CASE(address_warns) {
    const Simulator simulator{"cgn"};
    const Finished text = runCommand({"address", "--gateway", simulator.gateway()});
    BOOST_TEST(text.out == "100.64.7.7\n");
    BOOST_TEST(contains(text.err, "the external address 100.64.7.7 is one of the provider's own NAT"), text.err);
    BOOST_TEST(onlyObject(simulator.ask({"address"}).out).at("reach") == "shared");
}

BOOST_AUTO_TEST_CASE(gateways_warns) {
    const Simulator simulator{"private-address"};
    BOOST_TEST(survey(simulator, ample).at("reach") == "private");
    const Finished text = runCommand(surveying(simulator, ample));
    BOOST_TEST(contains(text.err, "the external address 192.168.178.20 is a private one"), text.err);
}

BOOST_AUTO_TEST_CASE(keep_warns_once) {
    const Simulator simulator{"private-address"};
    Process keeping{
        {"keep", "tcp:8080", "udp:8080", "--gateway", simulator.gateway(), "--identity", simulator.identity()}};
    (void)keeping.readLine();
    (void)keeping.readLine();
    keeping.signal(SIGTERM);
    const Finished finished = keeping.finish();
    BOOST_TEST(finished.status == 0);
    const auto at = finished.err.find("the external address 192.168.178.20 is a private one");
    BOOST_TEST_REQUIRE(at != std::string::npos, finished.err);
    BOOST_TEST(finished.err.find("the external address", at + 1) == std::string::npos, finished.err);
}

BOOST_AUTO_TEST_CASE(nothing_is_said_of_an_address_of_the_internet) {
    const Simulator simulator{std::vector<std::string>{"--external", "203.0.113.45"}};
    const Finished finished = simulator.ask({"map", "tcp:8080", "--identity", simulator.identity()});
    BOOST_TEST(onlyObject(finished.out).at("reach") == "global");
    BOOST_TEST(onlyObject(finished.out).at("warning").is_null());
}

BOOST_AUTO_TEST_SUITE_END()
