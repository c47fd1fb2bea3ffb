// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.hpp"
#include "support/octets.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;

namespace {

/// The request of the worked packets, with more arguments.
Finished dryRun(const std::vector<std::string>& more) {
    std::vector<std::string> words{
        "map", "tcp:8080", "--dry-run", "--source", "192.168.1.57", "--nonce", "4f2a9c017be3d8560d91ac44"};
    words.insert(words.end(), more.begin(), more.end());
    return runCommand(words);
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_dry_run)

BOOST_AUTO_TEST_CASE(prints_the_worked_map_request) {
    const Finished finished = dryRun({});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.out == spacedHex(packet("map_create_request")) + "\n");
}

BOOST_AUTO_TEST_CASE(prints_the_worked_nat_pmp_request) {
    const Finished finished =
        runCommand({"map", "tcp:8080", "--dry-run", "--source", "192.168.1.57", "--protocol", "nat-pmp"});
    BOOST_TEST(finished.out == spacedHex(packet("nat_pmp_map_request")) + "\n");
}

BOOST_AUTO_TEST_CASE(prints_the_options_in_the_datagram) {
    const Finished finished =
        runCommand({"map", "tcp:8080:443", "--dry-run", "--source", "192.168.1.57", "--prefer-failure", "--filter",
                    "198.51.100.0/24:80", "--third-party", "192.168.1.8", "--json"});
    const auto request = onlyObject(finished.out);
    const auto decoded = onlyObject(runCommand({"decode", "--json", request.at("hex")}).out);
    BOOST_TEST(decoded.at("suggested_external_port") == 443);
    std::vector<std::string> names;
    for (const auto& option : decoded.at("options")) {
        names.push_back(option.at("name"));
    }
    BOOST_TEST(names == (std::vector<std::string>{"THIRD_PARTY", "PREFER_FAILURE", "FILTER"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(json_tells_whom_it_would_be_sent_to) {
    const auto object = onlyObject(dryRun({"--gateway", "192.168.1.1", "--json"}).out);
    BOOST_TEST(object.at("event") == "datagram");
    BOOST_TEST(object.at("to").dump() == R"({"address":"192.168.1.1","port":5351})");
    BOOST_TEST(object.at("from") == "192.168.1.57");
    BOOST_TEST(object.at("octets") == 60);
}

BOOST_AUTO_TEST_CASE(asks_for_an_ipv6_mapping_from_an_ipv6_address) {
    const Finished finished = runCommand({"map", "tcp:8080", "--dry-run", "--source", "2001:db8::7", "--json"});
    const auto decoded = onlyObject(runCommand({"decode", "--json", onlyObject(finished.out).at("hex")}).out);
    BOOST_TEST(decoded.at("pcp_client_ip_address") == "2001:db8::7");
    BOOST_TEST(decoded.at("suggested_external_ip_address") == "::");
}

BOOST_AUTO_TEST_CASE(makes_another_nonce_each_time) {
    const auto nonceOf = [] {
        const std::string hex = runCommand({"map", "tcp:1", "--dry-run", "--source", "192.0.2.1"}).out;
        return onlyObject(runCommand({"decode", "--json", hex}).out).at("mapping_nonce").get<std::string>();
    };
    BOOST_TEST(nonceOf() != nonceOf());
}

BOOST_AUTO_TEST_CASE(verbose_explains_the_datagram_on_standard_error) {
    const Finished finished = dryRun({"--verbose"});
    BOOST_TEST(finished.err.find("mapping_nonce") != std::string::npos);
    BOOST_TEST(finished.out == spacedHex(packet("map_create_request")) + "\n");
}

BOOST_AUTO_TEST_CASE(sends_nothing) {
    UdpSocket gateway;
    const Finished finished = runCommand({"map", "tcp:8080", "--dry-run", "--gateway", gateway.name()});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(!gateway.hasDatagram());
}

BOOST_AUTO_TEST_SUITE_END()
