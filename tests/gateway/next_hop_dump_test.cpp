// SPDX-License-Identifier: MIT
// Routes that name their next hops by number, as Linux lists them where net.ipv4.nexthop_compat_mode is 0.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::Writer;

namespace {

constexpr std::uint16_t identity = 1;
constexpr std::uint16_t group = 2;
constexpr std::uint16_t outInterface = 5;
constexpr std::uint16_t object = 30; // of a route

using Octets = std::vector<std::uint8_t>;

void feedAll(netlink::Dump& dump, std::string_view name) {
    dump.begin(1);
    for (const auto& datagram : testing::recording(name)) {
        BOOST_TEST_REQUIRE(dump.feed(datagram).has_value());
    }
    BOOST_TEST(dump.malformed() == 0U);
}

std::string resolved(std::string_view name, Family family) {
    netlink::RouteDump routes{family};
    netlink::NextHopDump nextHops;
    feedAll(routes, name);
    feedAll(nextHops, "nexthop_objects_nexthops");
    return "\n" + testing::describe(rank(nextHops.resolve(routes.routes())));
}

/// A message with the header of an IPv4 next hop.
Writer nextHop() {
    Writer writer;
    writer.message(104).number32(2).number32(0);
    return writer;
}

/// A default route through object `number` alone.
Route through(std::uint32_t number) {
    netlink::RouteDump dump{Family::v4};
    dump.begin(1);
    BOOST_TEST_REQUIRE(dump.feed(Writer{}.route(Family::v4).attribute(object, number).octets()).has_value());
    return dump.routes().at(0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_next_hop_dump)

BOOST_AUTO_TEST_CASE(puts_next_hops_and_groups_in_the_place_of_their_numbers) {
    BOOST_TEST(resolved("nexthop_objects_routes4", Family::v4) == R"(
v4 192.168.1.7 dev 2 metric 1 table 254
v4 192.168.1.7 dev 2 metric 2 table 254
v4 none dev 4 metric 2 table 254
)");
}

BOOST_AUTO_TEST_CASE(puts_an_ipv6_next_hop_in_the_place_of_its_number) {
    BOOST_TEST(resolved("nexthop_objects_routes6", Family::v6) == R"(
v6 fe80::7 dev 2 metric 1024 table 254
)");
}

BOOST_AUTO_TEST_CASE(leaves_routes_that_name_no_object_as_they_are) {
    netlink::RouteDump routes{Family::v4};
    feedAll(routes, "home_routes4");
    BOOST_TEST((netlink::NextHopDump{}.resolve(routes.routes()) == routes.routes()));
}

BOOST_AUTO_TEST_CASE(drops_a_route_through_an_object_that_is_not_there) {
    BOOST_TEST(netlink::NextHopDump{}.resolve(std::vector{through(7)}).empty());
}

BOOST_AUTO_TEST_CASE(does_not_follow_a_group_into_itself) {
    netlink::NextHopDump dump;
    dump.begin(1);
    auto writer = nextHop();
    BOOST_TEST_REQUIRE(
        dump.feed(writer.attribute(identity, 7).attribute(group, Octets{7, 0, 0, 0, 0, 0, 0, 0}).octets()).has_value());
    BOOST_TEST(dump.resolve(std::vector{through(7)}).empty());
}

BOOST_AUTO_TEST_CASE(drops_a_next_hop_without_a_number) {
    netlink::NextHopDump dump;
    dump.begin(1);
    BOOST_TEST_REQUIRE(dump.feed(nextHop().attribute(outInterface, 2).octets()).has_value());
    BOOST_TEST(dump.malformed() == 1U);
}

BOOST_AUTO_TEST_CASE(drops_a_group_that_is_no_list_of_members) {
    netlink::NextHopDump dump;
    dump.begin(1);
    auto writer = nextHop();
    BOOST_TEST_REQUIRE(dump.feed(writer.attribute(identity, 7).attribute(group, Octets(12, 0)).octets()).has_value());
    BOOST_TEST(dump.malformed() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
