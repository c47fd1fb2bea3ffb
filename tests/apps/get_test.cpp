// SPDX-License-Identifier: MIT
// `portolan get`, and `get` in the shell: a gateway's mapping table, read by a draft, from `portolan simulate`.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "process.hpp"
#include "simulator.hpp"
#include "support/octets.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;
using Json = nlohmann::ordered_json;
namespace data = boost::unit_test::data;

namespace {

/// A gateway that answers GET, with this form of NEXT.
struct Drafty : Simulator {
    explicit Drafty(const std::string& next = "2") : Simulator(std::vector<std::string>{"--draft", next}) {}

    void map(const std::string& ports, std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"map", ports, "--identity", identity()};
        words.insert(words.end(), more.begin(), more.end());
        const Finished finished = ask(words);
        BOOST_TEST_REQUIRE(finished.status == 0, finished.out);
    }

    /// What `get` says, object by object; the last one tells how many there were.
    [[nodiscard]] std::vector<Json> get(std::vector<std::string> more = {}) const {
        std::vector<std::string> words{"get", "--draft"};
        words.insert(words.end(), more.begin(), more.end());
        const Finished finished = ask(words);
        BOOST_TEST(finished.status == 0, finished.out << finished.err);
        return objects(finished.out);
    }

    /// What the shell says to these lines.
    [[nodiscard]] Finished obeyed(const std::string& lines, std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"shell", "--gateway", gateway(), "--timeout", "15"});
        return runCommand(more, lines);
    }

    static std::vector<Json> objects(const std::string& out) {
        std::vector<Json> all;
        for (std::size_t at = 0; at < out.size();) {
            const std::size_t end = out.find('\n', at);
            all.push_back(Json::parse(out.substr(at, end - at)));
            at = end + 1;
        }
        return all;
    }
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_get)

BOOST_AUTO_TEST_CASE(each_mapping_is_told_with_its_nonce_and_remaining_life) {
    const Drafty gateway;
    gateway.map("tcp:8080", {"--lifetime", "600", "--nonce", "4f2a9c017be3d8560d91ac44"});
    gateway.map("udp:53");
    const std::vector<Json> told = gateway.get();
    BOOST_TEST_REQUIRE(told.size() == 3U);
    BOOST_TEST(told[0].at("event") == "mapping");
    BOOST_TEST(told[0].at("protocol") == "tcp");
    BOOST_TEST(told[0].at("internal").at("address") == "127.0.0.1");
    BOOST_TEST(told[0].at("internal").at("port") == 8080);
    BOOST_TEST(told[0].at("external").at("address") == "127.0.0.2");
    BOOST_TEST(told[0].at("external").at("port") > 0);
    BOOST_TEST(told[0].at("remaining_s") <= 600);
    BOOST_TEST(told[0].at("remaining_s") > 500);
    BOOST_TEST(told[0].at("nonce") == "4f2a9c017be3d8560d91ac44");
    BOOST_TEST(told[0].at("options").empty());
    BOOST_TEST(told[1].at("protocol") == "udp");
    BOOST_TEST(told[2].dump() == R"({"event":"table","mappings":2})");
}

BOOST_AUTO_TEST_CASE(the_text_is_a_table) {
    const Drafty gateway;
    gateway.map("tcp:8080", {"--nonce", "4f2a9c017be3d8560d91ac44"});
    const Finished finished = runCommand({"get", "--draft", "--gateway", gateway.gateway()});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.out.starts_with("PROTOCOL INTERNAL"), finished.out);
    BOOST_TEST(contains(finished.out, "\ntcp      127.0.0.1:8080"), finished.out);
    BOOST_TEST(contains(finished.out, "4f2a9c017be3d8560d91ac44\n1 mapping\n"), finished.out);
}

BOOST_AUTO_TEST_CASE(an_empty_table_is_no_error) {
    const Drafty gateway;
    BOOST_TEST(gateway.get().front().dump() == R"({"event":"table","mappings":0})");
    BOOST_TEST(runCommand({"get", "--draft", "--gateway", gateway.gateway()}).out == "0 mappings\n");
}

BOOST_AUTO_TEST_CASE(filters_are_the_gateways_to_apply) {
    const Drafty gateway;
    gateway.map("tcp:8080");
    gateway.map("tcp:8081");
    gateway.map("udp:8080");
    BOOST_TEST(gateway.get({"tcp:all"}).size() == 3U);
    BOOST_TEST(gateway.get({"tcp:8080"}).size() == 2U);
    BOOST_TEST(gateway.get({"all:all"}).size() == 4U);
    BOOST_TEST(gateway.get({"--internal", "127.0.0.1"}).size() == 4U);
    BOOST_TEST(gateway.get({"--internal", "127.0.0.9"}).size() == 1U);
    BOOST_TEST(gateway.get({"--external", "127.0.0.3"}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(options_are_told_where_they_are_asked_for) {
    const Drafty gateway;
    gateway.map("tcp:8080", {"--description", "web server"});
    const std::vector<Json> told = gateway.get({"--with", "description", "--with", "130"});
    BOOST_TEST(told[0].at("options").dump() ==
               R"([{"code":128,"name":"DESCRIPTION","length":10,"description":"web server"}])");
    const Finished text = runCommand({"get", "--draft", "--with", "DESCRIPTION", "--gateway", gateway.gateway()});
    BOOST_TEST(contains(text.out, "web server"), text.out);
}

BOOST_AUTO_TEST_CASE(the_earlier_form_has_no_nonces) {
    const Drafty gateway{"1"};
    gateway.map("tcp:8080");
    gateway.map("tcp:8081");
    const std::vector<Json> told = gateway.get({"--next", "1"});
    BOOST_TEST_REQUIRE(told.size() == 3U);
    BOOST_TEST(told[0].at("nonce").is_null());
    BOOST_TEST(told[1].at("internal").at("port") == 8081);
}

BOOST_AUTO_TEST_CASE(a_gateway_of_the_other_form_is_said_to_be_perhaps_that) {
    const Drafty gateway{"1"};
    gateway.map("tcp:8080");
    const Finished finished = runCommand({"get", "--draft", "--gateway", gateway.gateway()});
    BOOST_TEST(finished.status == 5);
    BOOST_TEST(contains(finished.err, "--next 1"), finished.err);
    BOOST_TEST(!contains(finished.err, "--filter"), finished.err);
}

BOOST_AUTO_TEST_CASE(text_of_a_gateway_cannot_change_what_a_terminal_shows) {
    const Drafty gateway;
    gateway.map("tcp:8080", {"--description", "gepj.\u202e.exe"});
    const Finished json = gateway.ask({"get", "--draft", "--with", "description"});
    BOOST_TEST(contains(json.out, "gepj.\\u202e.exe"), json.out);
    const Finished text = runCommand({"get", "--draft", "--with", "description", "--gateway", gateway.gateway()});
    BOOST_TEST(!contains(text.out, "\u202e"), text.out);
}

BOOST_AUTO_TEST_CASE(a_thousand_mappings_are_told_once_each) {
    Drafty gateway;
    constexpr std::size_t count = 1000;
    UdpSocket host; // by NAT-PMP, whose requests are short
    for (std::size_t port = 20'000; port < 20'000 + count; ++port) {
        Octets request = octets("00 01 00 00  00 00 00 00  00 00 0e 10");
        request[1] = port % 2 == 0 ? 1 : 2;
        request[4] = static_cast<std::uint8_t>(port >> 8);
        request[5] = static_cast<std::uint8_t>(port);
        host.send(request, "127.0.0.1", static_cast<std::uint16_t>(gateway.port()));
        (void)host.receive();
        (void)gateway.process().readLine(); // it waits for its readers
    }
    const std::vector<Json> told = gateway.get();
    std::set<std::pair<std::string, int>> seen;
    for (const Json& mapping : told) {
        if (mapping.at("event") == "mapping") {
            seen.emplace(mapping.at("protocol"), mapping.at("internal").at("port"));
        }
    }
    BOOST_TEST(told.size() == count + 1);
    BOOST_TEST(seen.size() == count);
    BOOST_TEST(told.back().at("mappings") == count);
}

BOOST_AUTO_TEST_CASE(it_is_sent_only_when_the_draft_is_asked_for) {
    const UdpSocket nobody;
    const Finished finished = runCommand({"get", "--gateway", nobody.name()});
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(contains(finished.err, "--draft"), finished.err);
    BOOST_TEST(runCommand({"get", "--draft", "--protocol", "nat-pmp", "--gateway", nobody.name()}).status == 2);
    BOOST_TEST(runCommand({"get", "--draft", "--with", "nothing", "--gateway", nobody.name()}).status == 2);
    BOOST_TEST(runCommand({"get", "--draft", "--next", "3", "--gateway", nobody.name()}).status == 2);
}

BOOST_DATA_TEST_CASE(gateways_that_do_not_know_it_are_told_from_silent_ones,
                     data::make({"strict", "nat-pmp-only", "silent"}) ^
                         data::make({"UNSUPP_OPCODE", "VERSION_NOT_SUPPORTED", "NO_ANSWER"}) ^ data::make({5, 5, 4}),
                     profile, code, status) {
    const Simulator simulator{profile};
    const Finished finished = simulator.ask({"get", "--draft", "--timeout", status == 4 ? "0.3" : "20"});
    BOOST_TEST(finished.status == status, finished.out);
    BOOST_TEST(onlyObject(finished.out).at("code") == code);
}

BOOST_AUTO_TEST_CASE(a_closed_port_is_told) {
    UdpSocket gateway;
    gateway.closeToAll();
    const Finished finished = runCommand({"get", "--draft", "--gateway", gateway.name(), "--json"});
    BOOST_TEST(finished.status == 4);
    BOOST_TEST(onlyObject(finished.out).at("kind") == "unreachable");
}

BOOST_AUTO_TEST_CASE(the_shell_shows_each_datagram_and_then_the_table) {
    const Drafty gateway;
    gateway.map("tcp:8080", {"--description", "web"});
    const Finished finished = gateway.obeyed("set drafts on\nget tcp:all with=description\nexpect SUCCESS\n");
    BOOST_TEST(finished.status == 0, finished.out << finished.err);
    BOOST_TEST(contains(finished.out, "> " + gateway.gateway()), finished.out);
    BOOST_TEST(contains(finished.out, "\n1 mapping\n"), finished.out);
    BOOST_TEST(contains(finished.out, "web"), finished.out);
}

BOOST_AUTO_TEST_CASE(the_shell_sends_it_only_when_drafts_are_on) {
    const Drafty gateway;
    const Finished off = gateway.obeyed("get\n");
    BOOST_TEST(off.status == 2);
    BOOST_TEST(contains(off.err, "set drafts on"), off.err);
    BOOST_TEST(gateway.obeyed("get\nexpect NONEXIST_MAP\n", {"--draft"}).status == 0);
    BOOST_TEST(gateway.obeyed("get color=red\n", {"--draft"}).status == 2);
}

BOOST_AUTO_TEST_CASE(in_the_shell_a_refusal_is_an_answer) {
    const Simulator simulator;
    const Finished finished = runCommand({"shell", "--draft", "--gateway", simulator.gateway(), "--timeout", "15"},
                                         "get\nexpect UNSUPP_OPCODE\n");
    BOOST_TEST(finished.status == 0, finished.err);
}

BOOST_AUTO_TEST_SUITE_END()
