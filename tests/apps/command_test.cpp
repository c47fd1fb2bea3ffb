// SPDX-License-Identifier: MIT
// What every command does, whatever else it does.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "process.hpp"

using portolan::testing::Finished;
using portolan::testing::onlyObject;
using portolan::testing::runCommand;

BOOST_AUTO_TEST_SUITE(apps_command)

BOOST_AUTO_TEST_CASE(help_goes_to_standard_output_and_is_no_error) {
    const Finished finished = runCommand({"map", "--help"});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.out.find("Example:") != std::string::npos);
    BOOST_TEST(finished.err.empty());
}

BOOST_AUTO_TEST_CASE(version_is_one_line) {
    const Finished finished = runCommand({"--version"});
    BOOST_TEST(finished.status == 0);
    BOOST_TEST(finished.out.starts_with("portolan "));
    BOOST_TEST(finished.out.find('\n') == finished.out.size() - 1);
}

BOOST_AUTO_TEST_CASE(without_a_command_it_says_so) {
    const Finished finished = runCommand({});
    BOOST_TEST(finished.status == 2);
    BOOST_TEST(finished.err.find("portolan --help") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(gateways_lists_routes_or_says_that_there_are_none) {
    const Finished finished = runCommand({"gateways", "--routes"});
    BOOST_TEST((finished.status == 0 || finished.status == 3));
    BOOST_TEST((finished.status == 0) == !finished.out.empty());
    BOOST_TEST((finished.status == 3) == finished.err.starts_with("portolan: no gateway found"));
}

BOOST_AUTO_TEST_CASE(gateways_in_json_names_at_most_one_that_is_used) {
    portolan::testing::Process process{{"gateways", "--routes", "--json"}};
    int lines = 0;
    int used = 0;
    for (std::string line = process.readLine(); !line.empty(); line = process.readLine()) {
        const auto object = nlohmann::ordered_json::parse(line);
        ++lines;
        if (object.at("event") == "gateway") {
            used += object.at("used") ? 1 : 0;
            BOOST_TEST(object.at("reason").is_null() == !object.at("address").is_null());
        } else {
            BOOST_TEST(object.at("kind") == "no-gateway");
        }
    }
    BOOST_TEST(lines > 0);
    BOOST_TEST(used <= 1);
    const int status = process.finish().status;
    BOOST_TEST((status == 0 || status == 3));
}

BOOST_AUTO_TEST_SUITE_END()
