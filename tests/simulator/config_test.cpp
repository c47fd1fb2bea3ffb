// SPDX-License-Identifier: MIT
// Configurations that no gateway may have.
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

import portolan.simulator;

using namespace portolan::simulator;
using boost::unit_test::label;

namespace {

/// Why no gateway is made of it; empty if one is.
std::string refusal(const Config& config) {
    try {
        const Gateway made{config};
        return {};
    } catch (const std::invalid_argument& refused) {
        return refused.what();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulator_config)

BOOST_AUTO_TEST_CASE(a_pcp_gateway_has_announcements_or_mapping_updates, *label("S6887-078")) {
    Config config;
    config.announce.pcp = false;
    BOOST_TEST(refusal(config).empty());
    config.announce.updates = false;
    BOOST_TEST(refusal(config).find("RFC 6887 §14") != std::string::npos);
    config.announce.pcp = true;
    BOOST_TEST(refusal(config).empty());
}

BOOST_AUTO_TEST_CASE(a_gateway_that_breaks_this_says_so) {
    Config config;
    config.announce.pcp = false;
    config.announce.updates = false;
    config.quirks.losesSilently = true;
    BOOST_TEST(refusal(config).empty());
}

BOOST_AUTO_TEST_CASE(a_gateway_that_maps_both_protocols_at_once_speaks_no_nat_pmp, *label("S6886-011")) {
    Config config;
    config.quirks.mapsBothProtocols = true;
    BOOST_TEST(refusal(config).find("RFC 6886 §3.3") != std::string::npos);
    config.natPmp.enabled = false;
    BOOST_TEST(refusal(config).empty());
}

BOOST_AUTO_TEST_SUITE_END()
