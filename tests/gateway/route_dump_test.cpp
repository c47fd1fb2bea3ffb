// SPDX-License-Identifier: MIT
// Dumps that a kernel answered (tests/vectors/netlink/record.py says how the tables were set up), read and ranked.
// Interfaces: 2 eth0, 4 tun0 (a tunnel in use), 5 tun1 (a tunnel that is down).
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;

namespace {

/// What is ranked from a recording, one gateway to a line.
std::string ranked(std::string_view name, Family family) {
    netlink::RouteDump dump{family};
    dump.begin(1);
    bool done = false;
    for (const auto& datagram : testing::recording(name)) {
        const auto fed = dump.feed(datagram);
        BOOST_TEST_REQUIRE(fed.has_value());
        done = fed.value();
    }
    BOOST_TEST(done);
    BOOST_TEST(dump.malformed() == 0U);
    BOOST_TEST(!dump.interrupted());
    return "\n" + testing::describe(rank(dump.routes()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_route_dump)

BOOST_AUTO_TEST_CASE(reads_the_router_of_a_home, *boost::unit_test::label("C6886-008")) {
    BOOST_TEST(ranked("home_routes4", Family::v4) == R"(
v4 192.168.1.1 dev 2 metric 100 table 254 src 192.168.1.2
)");
}

BOOST_AUTO_TEST_CASE(reads_the_link_local_router_of_a_home, *boost::unit_test::label("C6887-020")) {
    BOOST_TEST(ranked("home_routes6", Family::v6) == R"(
v6 fe80::1 dev 2 metric 1024 table 254
)");
}

BOOST_AUTO_TEST_CASE(finds_nothing_where_there_is_no_default_route) {
    BOOST_TEST(ranked("nothing_routes4", Family::v4) == "\n");
    BOOST_TEST(ranked("nothing_routes6", Family::v6) == "\n");
}

BOOST_AUTO_TEST_CASE(takes_the_table_main_before_a_vpns_that_is_listed_first) {
    BOOST_TEST(ranked("tables_routes4", Family::v4) == R"(
v4 192.168.1.1 dev 2 metric 100 table 254
v4 192.168.1.7 dev 2 metric 600 table 254
v4 192.168.1.8 dev 2 metric 0 table 253
v4 none dev 4 metric 0 table 52
v4 192.168.1.9 dev 2 metric 0 table 5000
)");
}

BOOST_AUTO_TEST_CASE(lists_every_next_hop_of_a_multipath_route_but_the_one_whose_link_is_down) {
    BOOST_TEST(ranked("multipath_routes4", Family::v4) == R"(
v4 192.168.1.3 dev 2 metric 5 table 254
v4 fe80::4 dev 2 metric 5 table 254
v4 none dev 4 metric 5 table 254
)");
}

BOOST_AUTO_TEST_CASE(lists_every_next_hop_of_an_ipv6_multipath_route) {
    BOOST_TEST(ranked("multipath_routes6", Family::v6) == R"(
v6 fe80::3 dev 2 metric 1024 table 254
v6 fe80::4 dev 2 metric 1024 table 254
)");
}

BOOST_AUTO_TEST_CASE(reads_an_ipv6_next_hop_of_an_ipv4_route) {
    BOOST_TEST(ranked("via_routes4", Family::v4) == R"(
v4 fe80::1 dev 2 metric 0 table 254
)");
}

BOOST_AUTO_TEST_CASE(keeps_a_link_that_needs_no_next_hop_as_a_gateway_without_an_address) {
    BOOST_TEST(ranked("point_to_point_routes4", Family::v4) == R"(
v4 none dev 4 metric 0 table 254
v4 192.168.1.1 dev 2 metric 100 table 254
)");
    BOOST_TEST(ranked("point_to_point_routes6", Family::v6) == R"(
v6 none dev 4 metric 1024 table 254
)");
}

BOOST_AUTO_TEST_CASE(puts_the_halves_of_a_vpn_behind_the_default_route) {
    BOOST_TEST(ranked("split_routes4", Family::v4) == R"(
v4 192.168.1.1 dev 2 metric 0 table 254
v4 10.8.0.1 dev 4 metric 0 table 254 split
)");
}

BOOST_AUTO_TEST_CASE(joins_every_usual_way_to_split_an_ipv6_default_route) {
    BOOST_TEST(ranked("split_routes6", Family::v6) == R"(
v6 fe80::8 dev 2 metric 1024 table 254 split
v6 fe80::7 dev 2 metric 1024 table 254 split
v6 none dev 4 metric 1024 table 254 split
)");
}

BOOST_AUTO_TEST_CASE(leaves_out_routes_that_lead_nowhere) {
    BOOST_TEST(ranked("refused_routes4", Family::v4) == R"(
v4 192.168.1.1 dev 2 metric 7 table 254
)");
    BOOST_TEST(ranked("refused_routes6", Family::v6) == R"(
v6 fe80::1 dev 2 metric 7 table 254
)");
}

BOOST_AUTO_TEST_CASE(filters_a_dump_of_everything_of_both_families) {
    BOOST_TEST(ranked("refused_everything", Family::v4) == ranked("refused_routes4", Family::v4));
    BOOST_TEST(ranked("refused_everything", Family::v6) == ranked("refused_routes6", Family::v6));
}

BOOST_AUTO_TEST_CASE(reads_the_preference_of_ipv6_routers_and_the_sources_they_are_for) {
    BOOST_TEST(ranked("preference_routes6", Family::v6) == R"(
v6 fe80::12 dev 2 metric 512 table 254
v6 fe80::13 dev 2 metric 512 table 254 from 2001:db8:1::/48
v6 fe80::11 dev 2 metric 900 table 254 low
v6 fe80::10 dev 2 metric 1024 table 254 high
)");
}

BOOST_AUTO_TEST_SUITE_END()
