// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

import portolan.cli;

using namespace portolan::cli;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

KeepPlan planOf(std::string_view toml) {
    auto plan = parseKeepPlan(toml, {});
    BOOST_TEST_REQUIRE(plan.has_value());
    return plan.assume_value();
}

std::string errorOf(std::string_view toml) {
    const auto plan = parseKeepPlan(toml, {});
    BOOST_TEST_REQUIRE(!plan.has_value(), toml);
    return plan.error().message;
}

const std::vector<std::string> mistakes{"\nnonsense",
                                        "lifetime = \"long\"",
                                        "lifetime = 0",
                                        "lifetime = 4294967296",
                                        "exec = 5",
                                        "exec_timeout = -1",
                                        "\n\nmaping = 3",
                                        "mapping = \"tcp:80\"",
                                        "[mapping]\nports = \"tcp:80\"",
                                        "[[mapping]]",
                                        "[[mapping]]\nports = 80",
                                        "[[mapping]]\nports = \"tcp\"",
                                        "[[mapping]]\nports = \"tcp:80\"\nport = 80"};

const std::vector<std::string> complaints{"line 2",
                                          "line 1: lifetime is to be a whole number of seconds",
                                          "line 1: lifetime is a number of seconds from 1",
                                          "line 1: lifetime is a number of seconds from 1 to 4294967295",
                                          "line 1: exec is to be a string",
                                          "line 1: exec_timeout",
                                          "line 3: there is no key \"maping\" here",
                                          "line 1: mappings are written as [[mapping]]",
                                          "mappings are written as [[mapping]]",
                                          "a [[mapping]] needs ports",
                                          "line 2: ports is to be a string such as \"tcp:6881\"",
                                          "line 2: ",
                                          "line 3: there is no key \"port\" here"};

} // namespace

BOOST_AUTO_TEST_SUITE(apps_keep_plan)

BOOST_AUTO_TEST_CASE(reads_a_mapping_with_all_it_may_say) {
    const KeepPlan plan = planOf(R"(
        [[mapping]]
        ports = "tcp:6881:51413"
        lifetime = 600
        prefer_failure = true
        exec = "announce {port}"
        port_file = "/run/port"
    )");
    BOOST_TEST_REQUIRE(plan.mappings.size() == 1U);
    const KeepMapping& mapping = plan.mappings.front();
    BOOST_TEST(mapping.ports.internalPort == 6881);
    BOOST_TEST(mapping.ports.externalPort == 51413);
    BOOST_TEST((mapping.lifetime == 600s));
    BOOST_TEST(mapping.preferFailure);
    BOOST_TEST(mapping.reaction.exec == "announce {port}");
    BOOST_TEST(mapping.reaction.portFile == "/run/port");
}

BOOST_AUTO_TEST_CASE(what_stands_above_holds_for_every_mapping_that_does_not_say_otherwise) {
    const KeepPlan plan = planOf(R"(
        lifetime = 600
        exec = "both"
        exec_timeout = 5
        [[mapping]]
        ports = "tcp:1"
        [[mapping]]
        ports = "tcp:2"
        exec = "mine"
    )");
    BOOST_TEST_REQUIRE(plan.mappings.size() == 2U);
    BOOST_TEST((plan.execTimeout == 5s));
    BOOST_TEST((plan.mappings[0].lifetime == 600s));
    BOOST_TEST(plan.mappings[0].reaction.exec == "both");
    BOOST_TEST(plan.mappings[1].reaction.exec == "mine");
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_a_plan_without_mappings) {
    BOOST_TEST(planOf("").mappings.empty());
}

BOOST_DATA_TEST_CASE(a_mistake_is_told_with_its_line, data::make(mistakes) ^ data::make(complaints), toml, complaint) {
    const std::string error = errorOf(toml);
    BOOST_TEST(error.find(complaint) != std::string::npos, error);
    BOOST_TEST(error.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_of_ever_deeper_tables_is_refused) {
    std::string toml = "lifetime = 60\n";
    for (int depth = 0; depth < 50'000; ++depth) {
        toml += "a.";
    }
    BOOST_TEST(errorOf(toml + "a = 1").find("line 2: too many dots") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_command_with_a_nul_in_it_is_refused) {
    BOOST_TEST(errorOf("exec = \"a\\u0000b\"").find("NUL") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_plan_without_mappings_cannot_be_kept) {
    BOOST_TEST(conflict(KeepPlan{}).has_value());
}

BOOST_AUTO_TEST_CASE(a_port_is_kept_once) {
    KeepPlan plan = planOf("[[mapping]]\nports = \"tcp:80\"\n[[mapping]]\nports = \"tcp:80:8080\"");
    BOOST_TEST(conflict(plan).has_value());
    plan.mappings[1].ports.protocol = portolan::Protocol::udp;
    BOOST_TEST(!conflict(plan).has_value());
}

BOOST_AUTO_TEST_CASE(prefer_failure_needs_an_external_port) {
    BOOST_TEST(conflict(planOf("[[mapping]]\nports = \"tcp:80\"\nprefer_failure = true")).has_value());
    BOOST_TEST(!conflict(planOf("[[mapping]]\nports = \"tcp:80:80\"\nprefer_failure = true")).has_value());
}

BOOST_AUTO_TEST_CASE(two_mappings_cannot_share_a_port_file) {
    const KeepPlan plan = planOf("port_file = \"/run/port\"\n[[mapping]]\nports = \"tcp:80\"\n[[mapping]]\n"
                                 "ports = \"udp:80\"");
    BOOST_TEST_REQUIRE(conflict(plan).has_value());
    BOOST_TEST(conflict(plan)->message.find("/run/port") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
