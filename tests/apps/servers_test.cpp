// SPDX-License-Identifier: MIT
// `portolan map` and `keep` at several servers.
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "simulator.hpp"

using portolan::testing::Finished;
using portolan::testing::Process;
using portolan::testing::runCommand;
using portolan::testing::Simulator;
using Json = nlohmann::ordered_json;

namespace {

/// Two gateways, and a port where nobody is.
struct Two {
    Simulator first;
    Simulator second;
    std::string nobody = "127.0.0.1:1";

    [[nodiscard]] std::vector<std::string> asked(std::vector<std::string> words,
                                                 std::vector<std::string> servers) const {
        for (const std::string& server : servers) {
            words.insert(words.end(), {"--server", server});
        }
        words.insert(words.end(), {"--identity", first.identity()});
        return words;
    }
};

std::vector<Json> objects(const std::string& text) {
    std::vector<Json> all;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        all.push_back(Json::parse(text.substr(at, end - at)));
        at = end + 1;
    }
    return all;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_servers)

BOOST_AUTO_TEST_CASE(map_tells_the_outcome_of_each_server) {
    Two two;
    const Finished finished =
        runCommand(two.asked({"map", "tcp:8080", "--json"}, {two.first.gateway(), two.nobody, two.second.gateway()}));
    BOOST_TEST(finished.status == 0, finished.out);
    const std::vector<Json> told = objects(finished.out);
    BOOST_TEST_REQUIRE(told.size() == 3U);
    BOOST_TEST(told[0].at("event") == "mapped");
    BOOST_TEST(told[0].at("gateway").at("port") == two.first.port());
    BOOST_TEST(told[1].at("event") == "failed");
    BOOST_TEST(told[1].at("kind") == "unreachable");
    BOOST_TEST(told[1].at("gateway").at("port") == 1);
    BOOST_TEST(told[1].at("family").is_null());
    BOOST_TEST(told[2].at("gateway").at("port") == two.second.port());
    BOOST_TEST(told[0].at("nonce") != told[2].at("nonce"));
}

BOOST_AUTO_TEST_CASE(a_person_is_told_how_to_delete_each) {
    Two two;
    const Finished finished =
        runCommand(two.asked({"map", "tcp:8080"}, {two.first.gateway(), two.nobody, two.second.gateway()}));
    BOOST_TEST(finished.status == 0);
    for (const Simulator* gateway : {&two.first, &two.second}) {
        BOOST_TEST(contains(finished.out, "--gateway " + gateway->gateway()), finished.out);
    }
    BOOST_TEST(contains(finished.err, "not at 127.0.0.1:1: "), finished.err);
}

BOOST_AUTO_TEST_CASE(that_none_of_them_grants_it_is_an_error) {
    Two two;
    const Finished finished = runCommand(two.asked({"map", "tcp:8080"}, {two.nobody, "127.0.0.1:2"}));
    BOOST_TEST(finished.status == 4);
    BOOST_TEST(contains(finished.err, "127.0.0.1:1"), finished.err);
    BOOST_TEST(contains(finished.err, "127.0.0.1:2"), finished.err);
}

BOOST_AUTO_TEST_CASE(map_keep_holds_and_releases_them_all) {
    Two two;
    Process process{two.asked({"map", "tcp:8080", "--keep", "--json"}, {two.first.gateway(), two.second.gateway()})};
    BOOST_TEST(process.readJson().at("event") == "mapped");
    BOOST_TEST(process.readJson().at("event") == "mapped");
    BOOST_TEST(two.first.event().at("event") == "mapped");
    BOOST_TEST(two.second.event().at("event") == "mapped");
    process.signal(SIGINT);
    BOOST_TEST(process.readJson().at("event") == "released");
    BOOST_TEST(process.readJson().at("event") == "released");
    BOOST_TEST(process.finish().status == 0);
    BOOST_TEST(two.first.event().at("event") == "unmapped");
    BOOST_TEST(two.second.event().at("event") == "unmapped");
}

BOOST_AUTO_TEST_CASE(more_servers_than_any_network_has_are_refused) {
    std::vector<std::string> words{"map", "tcp:8080", "--dry-run"};
    for (int i = 0; i < 65; ++i) {
        words.insert(words.end(), {"--server", "127.0.0.1:" + std::to_string(1024 + i)});
    }
    const Finished finished = runCommand(words);
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(finished.err.find("at most 64 servers") != std::string::npos, finished.err);
}

BOOST_AUTO_TEST_CASE(keep_holds_each_mapping_at_each_server) {
    Two two;
    Process process{two.asked({"keep", "tcp:8080", "--json"}, {two.first.gateway(), two.second.gateway()})};
    BOOST_TEST(process.readJson().at("event") == "granted");
    BOOST_TEST(process.readJson().at("event") == "granted");
    BOOST_TEST(two.first.event().at("event") == "mapped");
    BOOST_TEST(two.second.event().at("event") == "mapped");
    process.signal(SIGTERM);
    BOOST_TEST(process.readJson().at("event") == "released");
    BOOST_TEST(process.readJson().at("event") == "released");
    BOOST_TEST(process.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(keep_says_at_which_server_it_cannot) {
    Two two;
    Process process{two.asked({"keep", "tcp:8080", "--json"}, {two.nobody, two.second.gateway()})};
    std::vector<Json> told{process.readJson(), process.readJson()};
    if (told[0].at("event") == "granted") {
        std::swap(told[0], told[1]);
    }
    BOOST_TEST(told[0].at("event") == "refused");
    BOOST_TEST(told[0].at("gateway").at("port") == 1);
    BOOST_TEST(told[1].at("event") == "granted");
    process.signal(SIGTERM);
    BOOST_TEST(process.finish().status == 0);
}

BOOST_AUTO_TEST_CASE(a_server_is_asked_at_its_next_address_if_nobody_is_at_the_first) {
    Two two;
    const Finished finished =
        runCommand(two.asked({"map", "tcp:8080", "--json"}, {two.nobody + "," + two.second.gateway()}));
    BOOST_TEST(finished.status == 0, finished.out);
    const Json told = portolan::testing::onlyObject(finished.out);
    BOOST_TEST(told.at("gateway").at("port") == two.second.port());
    const Finished address = runCommand(two.asked({"address"}, {two.nobody + "," + two.second.gateway()}));
    BOOST_TEST(address.status == 0, address.err);
}

BOOST_AUTO_TEST_CASE(a_server_with_a_name_is_asked_at_the_addresses_of_that_name) {
    const Simulator gateway;
    const std::string named = "localhost:" + std::to_string(gateway.port()); // it may be ::1 as well, where nobody is
    const Finished finished =
        runCommand({"map", "tcp:8080", "--json", "--server", named, "--identity", gateway.identity()});
    BOOST_TEST(finished.status == 0, finished.out);
    BOOST_TEST(portolan::testing::onlyObject(finished.out).at("gateway").at("address") == "127.0.0.1");
}

BOOST_AUTO_TEST_SUITE_END()
