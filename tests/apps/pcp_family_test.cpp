// SPDX-License-Identifier: MIT
// `peer`, `announce` and the options of `map` that PCP's extensions bring, against `portolan simulate`.
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "process.hpp"
#include "support/octets.hpp"
#include "udp_socket.hpp"

using namespace portolan::testing;
using Json = nlohmann::ordered_json;

namespace {

/// `portolan simulate`, and commands that ask it.
class Gateway {
public:
    explicit Gateway(const std::string& profile = "strict")
        : process_({"simulate", "--json", "--profile", profile}), listening_(process_.readJson()) {}

    [[nodiscard]] std::string name() const {
        return listening_.at("address").get<std::string>() + ":" + std::to_string(listening_.at("port").get<int>());
    }

    [[nodiscard]] std::vector<std::string> asked(std::vector<std::string> words) const {
        words.insert(words.end(), {"--gateway", name()});
        return words;
    }

    [[nodiscard]] Finished ask(std::vector<std::string> words) const { return runCommand(asked(std::move(words))); }

    /// What the command says in JSON. Fails the test if it does not end with 0.
    [[nodiscard]] Json answer(std::vector<std::string> words) const {
        words.emplace_back("--json");
        const Finished finished = ask(std::move(words));
        BOOST_TEST_REQUIRE(finished.status == 0, finished.out << finished.err);
        return onlyObject(finished.out);
    }

private:
    Process process_;
    Json listening_;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_pcp_family)

BOOST_AUTO_TEST_CASE(peer_tells_how_a_connection_goes_out) {
    const Gateway gateway;
    const Json told = gateway.answer({"peer", "tcp:49152", "198.51.100.7:5222", "--lifetime", "600"});
    BOOST_TEST(told.at("event") == "mapped");
    BOOST_TEST(told.at("protocol") == "tcp");
    BOOST_TEST(told.at("internal").at("port") == 49152);
    BOOST_TEST(told.at("external").at("address") == "127.0.0.2");
    BOOST_TEST(told.at("external").at("port") > 0);
    BOOST_TEST(told.at("remote").at("address") == "198.51.100.7");
    BOOST_TEST(told.at("remote").at("port") == 5222);
    BOOST_TEST(told.at("lifetime_s") == 600);
    BOOST_TEST(told.at("gateway").at("via") == "pcp");
}

BOOST_AUTO_TEST_CASE(peer_says_it_in_words) {
    const Gateway gateway;
    const Finished finished = gateway.ask({"peer", "udp:49152", "198.51.100.7:53"});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(contains(finished.out, "towards 198.51.100.7:53 goes out as 127.0.0.2:"), finished.out);
}

BOOST_AUTO_TEST_CASE(peer_keeps_renewing_until_it_is_interrupted) {
    const Gateway gateway;
    std::vector<std::string> words = gateway.asked({"peer", "tcp:49152", "198.51.100.7:5222", "--keep", "--json"});
    Process process{words};
    BOOST_TEST(process.readJson().at("event") == "mapped");
    process.signal(SIGINT);
    BOOST_TEST(process.readJson().at("event") == "released");
    BOOST_TEST(process.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(peer_wants_one_port_and_one_remote_port) {
    const UdpSocket nobody;
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"peer", "tcp:all", "198.51.100.7:5222"},
          std::vector<std::string>{"peer", "tcp:49152", "198.51.100.7"}, std::vector<std::string>{"peer", "tcp:49152"},
          std::vector<std::string>{"peer", "tcp:49152", "198.51.100.7:5222", "--protocol", "nat-pmp"}}) {
        std::vector<std::string> asked = words;
        asked.insert(asked.end(), {"--gateway", nobody.name()});
        const Finished finished = runCommand(asked);
        BOOST_TEST(finished.status == 2);
        BOOST_TEST(!finished.err.empty());
    }
}

BOOST_AUTO_TEST_CASE(peer_is_refused_by_a_gateway_of_nat_pmp) {
    const Gateway gateway{"nat-pmp-only"};
    const Finished finished = gateway.ask({"peer", "tcp:49152", "198.51.100.7:5222", "--json"});
    BOOST_TEST(finished.status == 5);
    BOOST_TEST(onlyObject(finished.out).at("code") == "NOT_AVAILABLE");
}

BOOST_AUTO_TEST_CASE(announce_tells_what_the_gateway_speaks) {
    const Gateway gateway;
    const Json told = gateway.answer({"announce"});
    BOOST_TEST(told.at("event") == "probed");
    BOOST_TEST(told.at("speaks") == "pcp");
    BOOST_TEST(told.at("version") == 2);
    BOOST_TEST(told.at("epoch_s").is_number());
    BOOST_TEST(told.at("round_trip_ms").is_number());
    BOOST_TEST(told.at("transmissions") >= 1);
    BOOST_TEST(told.at("code").is_null());
}

BOOST_AUTO_TEST_CASE(announce_tells_of_a_gateway_of_nat_pmp) {
    const Gateway gateway{"nat-pmp-only"};
    const Json told = gateway.answer({"announce"});
    BOOST_TEST(told.at("speaks") == "nat-pmp");
    BOOST_TEST(told.at("version") == 0);
}

BOOST_AUTO_TEST_CASE(announce_says_it_in_words) {
    const Gateway gateway;
    const Finished finished = gateway.ask({"announce"});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(contains(finished.out, gateway.name() + " speaks PCP version 2, epoch "), finished.out);
    BOOST_TEST(contains(finished.out, " ms\n"), finished.out);
}

BOOST_AUTO_TEST_CASE(announce_ends_with_status_4_where_nobody_answers) {
    const Gateway gateway{"silent"};
    BOOST_TEST(gateway.ask({"announce", "--timeout", "0.3"}).status == 4);
}

BOOST_AUTO_TEST_CASE(map_describes_a_mapping, *boost::unit_test::label("C7220-005")) {
    const Gateway gateway;
    const Json told = gateway.answer({"map", "tcp:8080", "--description", "web server"});
    BOOST_TEST(told.at("options").at("description") == "web server");
    BOOST_TEST(told.at("options").at("dropped") == false);
}

BOOST_AUTO_TEST_CASE(map_tells_nothing_of_options_that_were_not_asked_for, *boost::unit_test::label("C7220-008")) {
    const Gateway gateway;
    BOOST_TEST(!gateway.answer({"map", "tcp:8080"}).contains("options"));
}

BOOST_AUTO_TEST_CASE(map_sends_every_option_it_was_given) {
    const UdpSocket gateway;
    const Finished shown = runCommand({"map", "udp:50000", "--gateway", gateway.name(), "--dry-run", "--description",
                                       "abc", "--port-set", "100:parity", "--checkpoint", "--prefix64", "--third-party",
                                       "192.0.2.9", "--third-party-id", "abcde0"});
    BOOST_TEST(shown.status == 0, shown.err);
    const Octets sent = octets(shown.out);
    BOOST_TEST((Octets(sent.begin() + 60, sent.end()) ==
                octets("01 00 00 10  00 00 00 00  00 00 00 00  00 00 ff ff  c0 00 02 09"
                       "0d 00 00 03  ab cd e0 00"
                       "82 00 00 05  00 64 c3 50  01 00 00 00"
                       "80 00 00 03  61 62 63 00"
                       "81 00 00 10  00 0c 00 00  00 00 00 00  00 00 00 00  00 00 00 00"
                       "c0 00 00 00")));
}

BOOST_AUTO_TEST_CASE(map_refuses_options_that_do_not_go_together) {
    const UdpSocket nobody;
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{"--port-set", "0"}, std::vector<std::string>{"--port-set", "10:odd"},
          std::vector<std::string>{"--port-set", "60000"}, std::vector<std::string>{"--third-party-id", "ab"},
          std::vector<std::string>{"--description", "\xff"},
          std::vector<std::string>{"--description", "abc", "--protocol", "nat-pmp"}}) {
        std::vector<std::string> asked{"map", "tcp:8080", "--gateway", nobody.name()};
        asked.insert(asked.end(), options.begin(), options.end());
        const Finished finished = runCommand(asked);
        BOOST_TEST(finished.status == 2, options.front());
    }
}

BOOST_AUTO_TEST_CASE(map_says_that_a_gateway_did_not_take_its_options) {
    const Gateway gateway{"nat-pmp-only"};
    const Json told = gateway.answer({"map", "tcp:8080", "--description", "web server"});
    BOOST_TEST(told.at("options").at("dropped") == true);
    BOOST_TEST(told.at("options").at("description").is_null());
}

BOOST_AUTO_TEST_SUITE_END()
