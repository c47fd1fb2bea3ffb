// SPDX-License-Identifier: MIT
// Routes as Windows' IP Helper lists them.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <vector>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using namespace portolan::gateway::ip_helper;
using testing::address;

namespace {

/// 11 is a cable, 12 is wireless, 13 is a VPN, 14 is not plugged in.
const std::vector<InterfaceRow> interfaces{{.interfaceIndex = 11, .metric = 25},
                                           {.interfaceIndex = 12, .metric = 50},
                                           {.interfaceIndex = 13, .metric = 5},
                                           {.interfaceIndex = 14, .metric = 1, .connected = false},
                                           {.interfaceIndex = 11, .family = Family::v6, .metric = 25}};

std::string ranked(const std::vector<ForwardRow>& rows, Family family = Family::v4) {
    return testing::describe(rank(routesOf(family, rows, interfaces)));
}

ForwardRow viaRouter(std::uint32_t interfaceIndex, const char* router, std::uint32_t metric = 0) {
    return {.interfaceIndex = interfaceIndex,
            .destination = {address("0.0.0.0"), 0},
            .nextHop = address(router),
            .metric = metric};
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_ip_helper)

BOOST_AUTO_TEST_CASE(goes_by_the_sum_of_both_metrics) {
    BOOST_TEST(ranked({viaRouter(12, "10.0.0.1", 0), viaRouter(11, "192.168.1.1", 20)}) ==
               "v4 192.168.1.1 dev 11 metric 45 table 254\n"
               "v4 10.0.0.1 dev 12 metric 50 table 254\n");
}

BOOST_AUTO_TEST_CASE(a_metric_beyond_all_is_the_greatest) {
    BOOST_TEST(ranked({viaRouter(11, "10.0.0.1", 0xffffffff)}) == "v4 10.0.0.1 dev 11 metric 4294967295 table 254\n");
}

BOOST_AUTO_TEST_CASE(a_link_that_needs_no_next_hop_is_a_gateway_without_an_address) {
    BOOST_TEST(ranked({viaRouter(13, "0.0.0.0")}) == "v4 none dev 13 metric 5 table 254\n");
}

BOOST_AUTO_TEST_CASE(reads_the_link_local_router_of_a_home) {
    const ForwardRow row{
        .interfaceIndex = 11, .destination = {address("::"), 0}, .nextHop = address("fe80::1"), .metric = 256};
    BOOST_TEST(ranked({row}, Family::v6) == "v6 fe80::1 dev 11 metric 281 table 254\n");
    BOOST_TEST(ranked({row}, Family::v4).empty());
}

BOOST_AUTO_TEST_CASE(joins_the_halves_that_a_vpn_sets_up) {
    ForwardRow low = viaRouter(13, "10.8.0.1");
    low.destination.length = 1;
    ForwardRow high = low;
    high.destination.address = address("128.0.0.0");
    BOOST_TEST(ranked({low, high}) == "v4 10.8.0.1 dev 13 metric 5 table 254 split\n");
    BOOST_TEST(ranked({low}).empty());
}

BOOST_AUTO_TEST_CASE(leaves_out_what_leads_nowhere) {
    ForwardRow expired = viaRouter(11, "10.0.0.1");
    expired.validLifetime = 0;
    ForwardRow self = viaRouter(11, "10.0.0.2");
    self.loopback = true;
    BOOST_TEST(ranked({expired, self, viaRouter(14, "10.0.0.3"), viaRouter(99, "10.0.0.4")}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
