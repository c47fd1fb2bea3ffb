// SPDX-License-Identifier: MIT
// What the program makes of gateways that misbehave: the test itself is the gateway.
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.hpp"
#include "support/octets.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;
namespace data = boost::unit_test::data;

namespace {

/// How long a gateway is asked that answers, however busy this host is, and one that does not.
constexpr const char* ample = "20";
constexpr const char* brief = "0.5";

/// Each command that asks a gateway.
std::vector<std::string> asking(const std::string& command, const UdpSocket& gateway, const char* timeout) {
    std::vector<std::string> words{command, "--gateway", gateway.name(), "--timeout", timeout, "--json"};
    if (command != "address") {
        words.emplace_back("tcp:8080");
    }
    return words;
}

/// A refusal of the PCP MAP request `request`, to be held for 1800 s.
Octets refusalOf(Octets request, std::uint8_t resultCode) {
    const Octets header = octets("02 81 00 00  00 00 07 08  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00");
    std::copy(header.begin(), header.end(), request.begin());
    request[3] = resultCode;
    return request;
}

/// The PCP MAP request `request`, granted for so many seconds.
Octets grantOf(Octets request, std::uint8_t lifetime) {
    const Octets header = octets("02 81 00 00  00 00 00 00  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00");
    std::copy(header.begin(), header.end(), request.begin());
    request[7] = lifetime;
    const Octets external = octets("9c bb  00 00 00 00 00 00 00 00 00 00 ff ff cb 00 71 2d"); // 203.0.113.45:40123
    std::copy(external.begin(), external.end(), request.end() - 18);
    return request;
}

/// The next request for a lifetime of 0, whatever is asked before it.
Octets receiveDeletion(UdpSocket& gateway) {
    while (true) {
        Octets request = gateway.receive();
        if (std::all_of(request.begin() + 4, request.begin() + 8, [](std::uint8_t octet) { return octet == 0; })) {
            return request;
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_gateway)

BOOST_DATA_TEST_CASE(silence_is_status_4, data::make({"map", "unmap", "address"}), command) {
    const UdpSocket gateway;
    const Finished finished = runCommand(asking(command, gateway, brief));
    BOOST_TEST(finished.status == 4);
    const auto object = onlyObject(finished.out);
    BOOST_TEST(object.at("kind") == "timeout");
    BOOST_TEST(object.at("code") == "NO_ANSWER");
    BOOST_TEST(object.at("message").get<std::string>().find(gateway.name()) != std::string::npos);
}

BOOST_DATA_TEST_CASE(a_closed_port_is_status_4, data::make({"map", "unmap", "address"}), command) {
    UdpSocket gateway;
    gateway.closeToAll();
    const Finished finished = runCommand(asking(command, gateway, ample));
    BOOST_TEST(finished.status == 4);
    BOOST_TEST(onlyObject(finished.out).at("kind") == "unreachable");
}

BOOST_DATA_TEST_CASE(garbage_is_status_4, data::make({"map", "unmap", "address"}), command) {
    UdpSocket gateway;
    Process process{asking(command, gateway, brief)};
    (void)gateway.receive();
    gateway.answer(octets("48 54 54 50 2f 31 2e 31 20 34 30 30"));
    const Finished finished = process.finish();
    BOOST_TEST(finished.status == 4);
    BOOST_TEST(onlyObject(finished.out).at("message").get<std::string>().find("neither PCP nor NAT-PMP") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(answers_that_grant_nothing_are_told_from_silence) {
    UdpSocket gateway;
    Process process{asking("map", gateway, brief)};
    gateway.answer(grantOf(gateway.receive(), 0)); // for no time at all
    const Finished finished = process.finish();
    BOOST_TEST(finished.status == 4);
    const auto message = onlyObject(finished.out).at("message").get<std::string>();
    BOOST_TEST(message.find("1 answer came back, but none that grants this") != std::string::npos, message);
}

BOOST_DATA_TEST_CASE(a_refusal_is_status_5, data::make({"map", "unmap"}), command) {
    UdpSocket gateway;
    Process process{asking(command, gateway, ample)};
    gateway.answer(refusalOf(gateway.receive(), 2));
    const Finished finished = process.finish();
    BOOST_TEST(finished.status == 5);
    const auto object = onlyObject(finished.out);
    BOOST_TEST(object.at("kind") == "refused");
    BOOST_TEST(object.at("code") == "NOT_AUTHORIZED");
}

BOOST_AUTO_TEST_CASE(a_refusal_tells_when_to_ask_again) {
    UdpSocket gateway;
    Process process{asking("map", gateway, ample)};
    gateway.answer(refusalOf(gateway.receive(), 2));
    BOOST_TEST(onlyObject(process.finish().out).at("retry_after_s") == 1800);
}

BOOST_AUTO_TEST_CASE(in_text_an_error_is_one_line_on_standard_error) {
    const UdpSocket gateway;
    const Finished finished = runCommand({"map", "tcp:8080", "--gateway", gateway.name(), "--timeout", "0.1"});
    BOOST_TEST(finished.out.empty());
    BOOST_TEST(finished.err.starts_with("portolan: the gateway did not answer: asked " + gateway.name()));
    BOOST_TEST(finished.err.find('\n') == finished.err.size() - 1);
}

BOOST_AUTO_TEST_CASE(an_interrupted_map_ends_at_once) {
    UdpSocket gateway;
    Process process{{"map", "tcp:8080", "--gateway", gateway.name(), "--timeout", "3600", "--json"}};
    (void)gateway.receive();
    process.signal(SIGINT);
    const Finished finished = process.finish();
    BOOST_TEST(finished.status == 1);
    BOOST_TEST(onlyObject(finished.out).at("kind") == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_mapping_is_released_when_the_terminal_ends) {
    UdpSocket gateway;
    Process process{{"map", "tcp:8080", "--keep", "--gateway", gateway.name(), "--timeout", ample, "--json"}};
    gateway.answer(grantOf(gateway.receive(), 120));
    BOOST_TEST(process.readJson().at("event") == "mapped");
    process.signal(SIGHUP);
    gateway.answer(grantOf(receiveDeletion(gateway), 0));
    BOOST_TEST(process.readJson().at("event") == "released");
    BOOST_TEST(process.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(an_interrupted_unmap_is_tried_no_more) {
    UdpSocket gateway;
    Process process{{"unmap", "tcp:8080", "--gateway", gateway.name(), "--timeout", "3600", "--json"}};
    (void)gateway.receive();
    process.signal(SIGINT);
    BOOST_TEST(process.readJson().at("kind") == "cancelled");
    while (gateway.hasDatagram()) {
        (void)gateway.receive();
    }
    BOOST_TEST(process.finish().status == 1);
    BOOST_TEST(!gateway.hasDatagram());
}

BOOST_DATA_TEST_CASE(a_mapping_that_keep_has_lost_is_not_called_released, data::make({false, true}), json) {
    UdpSocket gateway;
    std::vector<std::string> words{"map", "tcp:8080", "--keep", "--gateway", gateway.name(), "--timeout", ample};
    if (json) {
        words.emplace_back("--json");
    }
    Process process{words};
    gateway.answer(grantOf(gateway.receive(), 1)); // for a second, so that it is lost before it can be renewed
    (void)gateway.receive();                       // asked for anew
    process.signal(SIGINT);
    gateway.answer(grantOf(receiveDeletion(gateway), 0));
    const Finished finished = process.finish();
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.out.find("released") == std::string::npos, finished.out);
    BOOST_TEST((json ? finished.out : finished.err).find("lost") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(speaks_nat_pmp_where_it_is_told_to) {
    UdpSocket gateway;
    Process process{{"map", "tcp:8080", "--gateway", gateway.name(), "--timeout", "0.5", "--protocol", "nat-pmp"}};
    BOOST_TEST(gateway.receive().at(0) == 0);
    (void)process.finish();
}

BOOST_AUTO_TEST_CASE(sends_what_dry_run_shows) {
    UdpSocket gateway;
    std::vector<std::string> words{
        "map",      "udp:53:5353",     "--gateway", gateway.name(), "--nonce", "4f2a9c017be3d8560d91ac44",
        "--filter", "198.51.100.0/24", "--timeout", "0.1"};
    Process process{words};
    const std::string sent = spacedHex(gateway.receive());
    (void)process.finish();
    words.emplace_back("--dry-run");
    BOOST_TEST(runCommand(words).out == sent + "\n");
}

BOOST_AUTO_TEST_SUITE_END()
