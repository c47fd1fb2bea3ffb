// SPDX-License-Identifier: MIT
// Commands at gateways of UPnP.
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "process.hpp"
#include "simulator.hpp"

using portolan::testing::Finished;
using portolan::testing::onlyObject;
using portolan::testing::Process;
using portolan::testing::runCommand;
using portolan::testing::Simulator;
using Words = std::vector<std::string>;

namespace {

/// These words, with the gateway named, and where it is searched.
Words at(const Simulator& simulator, Words words) {
    const int port = simulator.listening().at("igd").at("ssdp").at("port").get<int>();
    words.insert(words.end(), {"--gateway", simulator.gateway(), "--ssdp-port", std::to_string(port)});
    return words;
}

Words inJson(Words words) {
    words.emplace_back("--json");
    return words;
}

/// Begins with this, for a command that has an identity.
Words identified(const Simulator& simulator, Words words) {
    words.insert(words.end(), {"--identity", simulator.identity()});
    return at(simulator, std::move(words));
}

} // namespace

BOOST_AUTO_TEST_SUITE(apps_upnp)

BOOST_AUTO_TEST_CASE(a_gateway_of_upnp_alone_is_mapped_and_unmapped_without_naming_the_protocol) {
    Simulator simulator{"igd-only"};
    const Finished mapped = runCommand(inJson(identified(simulator, {"map", "tcp:6000", "--description", "a test"})));
    BOOST_TEST(mapped.status == 0, mapped.out);
    const auto object = onlyObject(mapped.out);
    BOOST_TEST(object.at("gateway").at("via") == "upnp");
    BOOST_TEST(object.at("gateway").at("port").is_null());
    BOOST_TEST(object.at("nonce").is_null());
    BOOST_TEST(object.at("options").at("description") == "Portolan: a test");
    BOOST_TEST(simulator.event().at("via") == "upnp");
    const Finished address = runCommand(inJson(at(simulator, {"address"})));
    BOOST_TEST(onlyObject(address.out).at("address") == "127.0.0.2", address.out);
    const Finished unmapped = runCommand(identified(simulator, {"unmap", "tcp:6000"}));
    BOOST_TEST(unmapped.status == 0, unmapped.err);
    BOOST_TEST(simulator.event().at("event") == "unmapped");
}

BOOST_AUTO_TEST_CASE(a_gateway_of_all_protocols_is_mapped_by_pcp) {
    Simulator simulator;
    const Finished mapped = runCommand(inJson(identified(simulator, {"map", "tcp:6000"})));
    BOOST_TEST(onlyObject(mapped.out).at("gateway").at("via") == "pcp", mapped.out);
    BOOST_TEST(simulator.event().at("via") == "pcp");
}

BOOST_AUTO_TEST_CASE(a_mapping_for_ever_is_called_that) {
    Simulator simulator{"igd-permanent-leases"};
    const Finished mapped = runCommand(identified(simulator, {"map", "tcp:6000", "--protocol", "upnp"}));
    BOOST_TEST(mapped.status == 0, mapped.err);
    BOOST_TEST(mapped.out.find("by UPnP of 127.0.0.1, for as long as the gateway runs") != std::string::npos,
               mapped.out);
    BOOST_TEST(mapped.out.find("unmap tcp:6000") != std::string::npos);
    BOOST_TEST(mapped.out.find("--protocol upnp --ssdp-port ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_mapping_that_was_interrupted_too_late_to_be_taken_back_is_told) {
    Simulator simulator{"slow"};
    Process mapping{identified(simulator, {"map", "tcp:6000", "--protocol", "upnp"})};
    BOOST_TEST(simulator.event().at("event") == "mapped"); // what says so comes a second later
    mapping.signal(SIGINT);
    const Finished finished = mapping.finish();
    BOOST_TEST(finished.status == 1, finished.err);
    BOOST_TEST(finished.err.find("may be left standing until it expires: tcp 6000 at 127.0.0.1") != std::string::npos,
               finished.err);
    BOOST_TEST(finished.err.find("portolan unmap tcp:6000") != std::string::npos, finished.err);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_leads_elsewhere_is_not_followed_and_that_is_told) {
    const Simulator simulator{"igd-foreign-location"};
    const Finished mapped = runCommand(inJson(identified(simulator, {"map", "tcp:6000", "--protocol", "upnp"})));
    BOOST_TEST(mapped.status == 4);
    BOOST_TEST(onlyObject(mapped.out).at("code") == "UPNP_NOT_UNDERSTOOD", mapped.out);
}

BOOST_AUTO_TEST_SUITE_END()
