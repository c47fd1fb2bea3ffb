// SPDX-License-Identifier: MIT
// Asks a real kernel, in network namespaces that this program makes for itself: one for every case, gone with the next.
// Needs to be root, or to be allowed user namespaces; skips without.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include "live_host.hpp"
#include "support/print.hpp"
#include "support/sanitized.hpp"

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::address;

namespace {

/// A host, and what it is asked.
struct AskedHost : Host {
    // Both throw the error where there is one.
    static Gateway found(Family family) { return defaultGateway(family).value(); }

    static wire::Address source(const Gateway& gateway, SourceOptions options = {}) {
        return sourceAddress(gateway, options).value();
    }

    static Gateway named(std::string_view text) {
        Gateway gateway;
        gateway.address = address(text);
        gateway.family = gateway.address->isV4() ? Family::v4 : Family::v6;
        return gateway;
    }
};

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(SkipWithoutNamespaces);

BOOST_FIXTURE_TEST_SUITE(gateway_live, AskedHost)

BOOST_AUTO_TEST_CASE(finds_the_router_and_the_address_that_faces_it) {
    ip("route add default via 192.168.1.1");
    const Gateway gateway = found(Family::v4);
    BOOST_TEST(*gateway.address == address("192.168.1.1"));
    BOOST_TEST(gateway.interfaceName == "eth0");
    BOOST_TEST(source(gateway) == address("192.168.1.2"));
}

BOOST_AUTO_TEST_CASE(finds_a_link_local_router_and_a_global_source_towards_it) {
    ip("-6 addr add 2001:db8::5/64 dev eth0 nodad");
    ip("-6 addr add fd00::5/64 dev eth0 nodad");
    ip("-6 addr add 2001:db8:1::5/64 dev far0 nodad");
    ip("-6 route add default via fe80::1 dev eth0");
    const Gateway gateway = found(Family::v6);
    BOOST_TEST(*gateway.address == address("fe80::1"));
    BOOST_TEST(gateway.interfaceName == "eth0");
    BOOST_TEST(source(gateway) == address("2001:db8::5"));
}

BOOST_AUTO_TEST_CASE(lists_the_routes_of_both_families_and_every_table) {
    ip("-4 route add default dev eth0 table 52");
    ip("-4 route add default via 192.168.1.9 table 5000");
    ip("-4 route add default via 192.168.1.1 metric 100");
    ip("-6 route add default via fe80::1 dev eth0");
    const auto all = gateways();
    BOOST_TEST_REQUIRE(all.has_value());
    BOOST_TEST_REQUIRE(all.value().size() == 4U);
    BOOST_TEST(*all.value()[0].address == address("192.168.1.1"));
    BOOST_TEST(*all.value()[3].address == address("fe80::1"));
}

BOOST_AUTO_TEST_CASE(finds_none_where_there_is_none) {
    BOOST_TEST(gateways().value().empty());
    BOOST_TEST((defaultGateway(Family::v4).error().code == Errc::noGateway));
    BOOST_TEST((defaultGateway(Family::v6).error().code == Errc::noGateway));
}

BOOST_AUTO_TEST_CASE(names_the_link_that_has_no_next_hop) {
    ip("-4 route add default dev eth0");
    const auto gateway = defaultGateway(Family::v4);
    BOOST_TEST_REQUIRE(gateway.has_error());
    BOOST_TEST((gateway.error().code == Errc::gatewayUnknown));
    BOOST_TEST(gateway.error().detail.starts_with("eth0 "));
}

BOOST_AUTO_TEST_CASE(finds_a_router_that_the_route_names_by_number_alone) {
    std::ofstream{"/proc/sys/net/ipv4/nexthop_compat_mode"} << 0;
    ip("nexthop add id 7 via 192.168.1.7 dev eth0");
    ip("-4 route add default nhid 7");
    BOOST_TEST(*found(Family::v4).address == address("192.168.1.7"));
}

BOOST_AUTO_TEST_CASE(takes_the_preferred_source_of_the_route) {
    ip("addr add 192.168.1.3/24 dev eth0");
    ip("-4 route add default via 192.168.1.1 src 192.168.1.3");
    BOOST_TEST(source(found(Family::v4)) == address("192.168.1.3"));
}

BOOST_AUTO_TEST_CASE(finds_the_source_towards_a_gateway_that_a_user_named) {
    ip("-6 addr add 2001:db8::5/64 dev eth0 nodad");
    BOOST_TEST(source(named("192.168.1.77")) == address("192.168.1.2"));
    BOOST_TEST(source(named("2001:db8::77")) == address("2001:db8::5"));
    BOOST_TEST(source(named("127.0.0.1")) == address("127.0.0.1"));
    BOOST_TEST(source(named("::1")) == address("::1"));
}

BOOST_AUTO_TEST_CASE(tells_two_links_with_the_same_router_address_apart) {
    ip("link add eth1 type veth peer name far1");
    ip("link set eth1 up");
    ip("link set far1 up");
    ip("addr add 192.168.1.130/24 dev eth1");
    ip("-4 route add default via 192.168.1.1 dev eth1");
    BOOST_TEST(source(found(Family::v4)) == address("192.168.1.130"));
}

BOOST_AUTO_TEST_CASE(has_no_source_towards_a_gateway_out_of_reach) {
    BOOST_TEST((sourceAddress(named("10.0.0.1")).error().code == Errc::noSourceAddress));
    BOOST_TEST((sourceAddress(named("2001:db8::1")).error().code == Errc::noSourceAddress));
    BOOST_TEST((sourceAddress(Gateway{}).error().code == Errc::gatewayUnknown));
}

BOOST_AUTO_TEST_CASE(wants_the_interface_of_a_link_local_gateway) {
    const auto source = sourceAddress(named("fe80::1"));
    BOOST_TEST_REQUIRE(source.has_error());
    BOOST_TEST(source.error().detail == "a link-local gateway needs its interface (fe80::1%eth0)");
}

BOOST_AUTO_TEST_CASE(has_no_source_where_there_are_only_unique_local_addresses) {
    ip("-6 addr add fd00::5/64 dev eth0 nodad");
    ip("-6 route add default via fe80::1 dev eth0");
    BOOST_TEST((sourceAddress(found(Family::v6)).error().code == Errc::noSourceAddress));
    BOOST_TEST(source(found(Family::v6), {.allowUniqueLocal = true}) == address("fd00::5"));
}

BOOST_AUTO_TEST_CASE(tells_the_networks_of_an_interface) {
    ip("-6 addr add 2001:db8::5/64 dev eth0 nodad");
    const auto networks = networksOn(interfaceIndex("eth0")).value();
    const auto holds = [&](std::string_view text) {
        return std::ranges::any_of(networks, [&](const Prefix& network) { return contains(network, address(text)); });
    };
    BOOST_TEST(holds("192.168.1.77"));
    BOOST_TEST(holds("2001:db8::77"));
    BOOST_TEST(!holds("192.168.2.1"));
    BOOST_TEST(!holds("127.0.0.1"));
    BOOST_TEST(networksOn(interfaceIndex("eth7")).value().empty());
    BOOST_TEST(interfaceWith(address("2001:db8::5")).value() == interfaceIndex("eth0"));
    BOOST_TEST(interfaceWith(address("2001:db8::6")).value() == 0U);
}

BOOST_AUTO_TEST_CASE(finds_the_interface_of_an_address) {
    BOOST_TEST(interfaceWith(address("192.168.1.2")).value() == interfaceIndex("eth0"));
    BOOST_TEST(interfaceWith(address("::1")).value() == interfaceIndex("lo"));
    BOOST_TEST(interfaceWith(address("192.168.1.3")).value() == 0U);
}

BOOST_AUTO_TEST_CASE(finds_the_routers_among_100000_routes_within_a_quarter_of_a_second) {
    FILE* const batch = ::popen("ip -batch -", "w");
    BOOST_TEST_REQUIRE(batch != nullptr);
    for (int i = 0; i < 100'000; ++i) {
        fmt::print(batch, "route add 11.{}.{}.{}/32 via 192.168.1.9\n", i >> 16, (i >> 8) & 255, i & 255);
    }
    fmt::print(batch, "route add default via 192.168.1.1\n");
    fmt::print(batch, "route add default via 192.168.1.3 table 511\n"); // listed behind all of the table main
    BOOST_TEST_REQUIRE(::pclose(batch) == 0);
    const std::clock_t start = std::clock(); // the processor's time: other programs do not count
    const auto found = gateways();
    const double work = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    BOOST_TEST_MESSAGE("100000 routes read in " << work << " ms");
    BOOST_TEST_REQUIRE(found.has_value());
    BOOST_TEST_REQUIRE(found.value().size() == 2U);
    BOOST_TEST(*found.value()[0].address == address("192.168.1.1"));
    BOOST_TEST(*found.value()[1].address == address("192.168.1.3"));
    BOOST_TEST(work < (sanitized ? 2500 : 250));
}

BOOST_AUTO_TEST_SUITE_END()
