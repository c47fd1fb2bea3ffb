// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::address;

namespace {

/// A route through interface 2, to everything if no destination is said.
Route route(std::string_view hop, std::string_view destination = {}, std::uint8_t length = 0) {
    Route to;
    to.gateway.address = address(hop);
    to.gateway.interfaceIndex = 2;
    to.gateway.family = to.gateway.address->isV4() ? Family::v4 : Family::v6;
    to.destination = {destination.empty() ? wire::Address::anyLike(*to.gateway.address) : address(destination), length};
    return to;
}

std::string ranked(const std::vector<Route>& routes) {
    return "\n" + testing::describe(rank(routes));
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_ranking)

BOOST_AUTO_TEST_CASE(keeps_the_order_of_the_list_among_equals) {
    BOOST_TEST(ranked({route("10.0.0.3"), route("10.0.0.1"), route("10.0.0.2")}) == R"(
v4 10.0.0.3 dev 2 metric 0 table 254
v4 10.0.0.1 dev 2 metric 0 table 254
v4 10.0.0.2 dev 2 metric 0 table 254
)");
}

BOOST_AUTO_TEST_CASE(puts_ipv4_before_ipv6) {
    BOOST_TEST(ranked({route("fe80::1"), route("10.0.0.1")}) == R"(
v4 10.0.0.1 dev 2 metric 0 table 254
v6 fe80::1 dev 2 metric 0 table 254
)");
}

BOOST_AUTO_TEST_CASE(heeds_the_routers_preference_at_the_same_metric) {
    std::vector<Route> routes{route("fe80::1"), route("fe80::2"), route("fe80::3")};
    routes[0].gateway.preference = Preference::low;
    routes[2].gateway.preference = Preference::high;
    BOOST_TEST(ranked(routes) == R"(
v6 fe80::3 dev 2 metric 0 table 254 high
v6 fe80::2 dev 2 metric 0 table 254
v6 fe80::1 dev 2 metric 0 table 254 low
)");
}

BOOST_AUTO_TEST_CASE(leaves_out_half_of_a_split_route) {
    BOOST_TEST(ranked({route("10.8.0.1", "128.0.0.0", 1)}) == "\n");
}

BOOST_AUTO_TEST_CASE(leaves_out_halves_through_different_next_hops) {
    BOOST_TEST(ranked({route("10.8.0.1", "0.0.0.0", 1), route("10.8.0.2", "128.0.0.0", 1)}) == "\n");
}

BOOST_AUTO_TEST_CASE(leaves_out_halves_in_different_tables) {
    std::vector<Route> routes{route("10.8.0.1", "0.0.0.0", 1), route("10.8.0.1", "128.0.0.0", 1)};
    routes[1].gateway.table = 52;
    BOOST_TEST(ranked(routes) == "\n");
}

BOOST_AUTO_TEST_CASE(gives_one_gateway_for_both_halves) {
    BOOST_TEST(ranked({route("10.8.0.1", "128.0.0.0", 1), route("10.8.0.1", "0.0.0.0", 1)}) == R"(
v4 10.8.0.1 dev 2 metric 0 table 254 split
)");
}

BOOST_AUTO_TEST_CASE(puts_a_split_route_behind_a_default_route_of_another_table) {
    Route other = route("10.0.0.1");
    other.gateway.table = 200;
    BOOST_TEST(ranked({route("10.8.0.1", "0.0.0.0", 1), route("10.8.0.1", "128.0.0.0", 1), other}) == R"(
v4 10.0.0.1 dev 2 metric 0 table 200
v4 10.8.0.1 dev 2 metric 0 table 254 split
)");
}

BOOST_AUTO_TEST_CASE(leaves_out_other_destinations) {
    BOOST_TEST(ranked({route("10.0.0.1", "64.0.0.0", 1), route("10.0.0.1", "0.0.0.0", 8), route("fe80::1", "2000::", 4),
                       route("fe80::1", "4000::", 3)}) == "\n");
}

BOOST_AUTO_TEST_CASE(chooses_the_first_of_the_family, *boost::unit_test::label("C6887-020")) {
    const auto gateways = rank(std::vector{route("10.0.0.1"), route("fe80::2"), route("fe80::1")});
    const auto chosen = choose(gateways, Family::v6);
    BOOST_TEST_REQUIRE(chosen.has_value());
    BOOST_TEST(testing::describe(chosen.value()) == "v6 fe80::2 dev 2 metric 0 table 254");
}

BOOST_AUTO_TEST_CASE(says_which_family_has_no_default_route) {
    const auto chosen = choose(rank(std::vector{route("10.0.0.1")}), Family::v6);
    BOOST_TEST_REQUIRE(chosen.has_error());
    BOOST_TEST((chosen.error().code == Errc::noGateway));
    BOOST_TEST(chosen.error().detail == "there is no IPv6 default route; name the gateway (--gateway ADDR)");
}

BOOST_AUTO_TEST_CASE(names_the_link_that_has_no_next_hop_and_takes_no_other) {
    Route tunnel = route("0.0.0.0");
    tunnel.gateway.address.reset();
    tunnel.gateway.interfaceName = "wg0";
    const auto chosen = choose(rank(std::vector{tunnel, route("10.0.0.1")}), Family::v4);
    BOOST_TEST_REQUIRE(chosen.has_error());
    BOOST_TEST((chosen.error().code == Errc::gatewayUnknown));
    BOOST_TEST(chosen.error().detail == "wg0 is a link without a next hop; name the gateway (--gateway ADDR)");
}

BOOST_AUTO_TEST_SUITE_END()
