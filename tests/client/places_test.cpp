// SPDX-License-Identifier: MIT
// To which places a client's options come.
module;

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

module portolan;

import portolan.gateway;
import portolan.net;
import portolan.transport;
import :places;

using namespace portolan;
using boost::unit_test::label;

namespace {

gateway::Gateway route(const char* address, std::string_view interfaceName, std::uint32_t index) {
    gateway::Gateway gateway;
    gateway.interfaceName = interfaceName;
    gateway.interfaceIndex = index;
    if (address != nullptr) {
        const auto parsed = net::ip::make_address(address);
        gateway.address = transport::toWire(parsed);
        gateway.family = parsed.is_v4() ? gateway::Family::v4 : gateway::Family::v6;
    }
    return gateway;
}

net::ip::udp::endpoint endpoint(const char* address) {
    return {net::ip::make_address(address), 5351};
}

/// "eth0/v4 eth0/v4@192.0.2.2": the places.
std::string text(const std::vector<ClientOptions>& places) {
    std::string all;
    for (const ClientOptions& place : places) {
        all += (all.empty() ? "" : " ") + place.interfaceName;
        constexpr std::array names{"any", "v4", "v6", "both"};
        all += std::string{"/"} + names.at(static_cast<std::size_t>(place.families));
        if (place.gateway) {
            all += "@" + place.gateway->address().to_string();
        }
        for (const PcpServer& server : place.servers) {
            for (const auto& address : server.addresses) {
                all += "+" + address.address().to_string();
            }
        }
    }
    return all;
}

const std::vector<gateway::Gateway> uplinks{route("192.0.2.1", "eth0", 2), route("198.51.100.1", "wlan0", 3),
                                            route("192.0.2.2", "eth0", 2), route(nullptr, "wg0", 4),
                                            route("fe80::1", "eth0", 2)};

ClientOptions options(Families families = Families::any, Gateways gateways = Gateways::preferred) {
    ClientOptions options;
    options.families = families;
    options.gateways = gateways;
    return options;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_places)

BOOST_AUTO_TEST_CASE(without_any_wish_it_is_one_place) {
    BOOST_TEST(text(placesOf(options(), uplinks, {})) == "/any");
    BOOST_TEST(text(placesOf(options(Families::v6), uplinks, {})) == "/v6");
}

BOOST_AUTO_TEST_CASE(a_named_gateway_is_the_only_place) {
    ClientOptions named = options(Families::both, Gateways::all);
    named.gateway = endpoint("192.0.2.9");
    BOOST_TEST(text(placesOf(named, uplinks, {})) == "/both@192.0.2.9");
}

BOOST_AUTO_TEST_CASE(both_families_are_two_places) {
    BOOST_TEST(text(placesOf(options(Families::both), uplinks, {})) == "/v4 /v6");
}

BOOST_AUTO_TEST_CASE(all_gateways_are_a_place_for_each_interface_and_family) {
    BOOST_TEST(text(placesOf(options(Families::both, Gateways::all), uplinks, {})) ==
               "eth0/v4 wlan0/v4 eth0/v4@192.0.2.2 wg0/v4 eth0/v6");
    BOOST_TEST(text(placesOf(options(Families::v6, Gateways::all), uplinks, {})) == "eth0/v6");
}

BOOST_AUTO_TEST_CASE(of_any_family_ipv6_is_for_hosts_without_ipv4) {
    const std::vector<gateway::Gateway> v6{route("fe80::1", "eth0", 2), route("fe80::2", "wlan0", 3)};
    BOOST_TEST(text(placesOf(options(Families::any, Gateways::all), uplinks, {})) ==
               "eth0/v4 wlan0/v4 eth0/v4@192.0.2.2 wg0/v4");
    BOOST_TEST(text(placesOf(options(Families::any, Gateways::all), v6, {})) == "eth0/v6 wlan0/v6");
    BOOST_TEST(placesOf(options(Families::any, Gateways::all), {}, {}).empty());
}

BOOST_AUTO_TEST_CASE(a_route_that_is_listed_twice_is_one_place) {
    const std::vector<gateway::Gateway> twice{uplinks[0], uplinks[0]};
    BOOST_TEST(text(placesOf(options(Families::any, Gateways::all), twice, {})) == "eth0/v4");
}

BOOST_AUTO_TEST_CASE(a_named_interface_leaves_out_the_others) {
    ClientOptions named = options(Families::both, Gateways::all);
    named.interfaceName = "wlan0";
    BOOST_TEST(text(placesOf(named, uplinks, {})) == "wlan0/v4");
}

BOOST_AUTO_TEST_CASE(servers_that_are_named_replace_all_gateways, *label("C7723-002")) {
    ClientOptions named = options(Families::any, Gateways::all);
    named.anycast = true;
    named.servers = {PcpServer{{endpoint("192.0.2.7"), endpoint("2001:db8::7")}}, PcpServer{{endpoint("192.0.2.8")}}};
    BOOST_TEST(text(placesOf(named, uplinks, {})) == "/any+192.0.2.7+2001:db8::7 /any+192.0.2.8");
}

BOOST_AUTO_TEST_CASE(a_server_that_is_named_twice_is_one_place) {
    ClientOptions named = options();
    named.servers = {PcpServer{{endpoint("192.0.2.7")}}, PcpServer{{endpoint("192.0.2.7")}}};
    BOOST_TEST(text(placesOf(named, {}, {})) == "/any+192.0.2.7");
}

BOOST_AUTO_TEST_CASE(both_families_of_a_server_that_has_them_are_two_places) {
    ClientOptions named = options(Families::both);
    named.servers = {PcpServer{{endpoint("192.0.2.7"), endpoint("2001:db8::7")}}, PcpServer{{endpoint("192.0.2.8")}}};
    BOOST_TEST(text(placesOf(named, {}, {})) == "/v4+192.0.2.7+2001:db8::7 /v6+192.0.2.7+2001:db8::7 /any+192.0.2.8");
}

BOOST_AUTO_TEST_CASE(servers_that_were_learned_are_asked_by_their_interface, *label("C7291-010")) {
    const std::vector<PcpServer> learned{PcpServer{{endpoint("192.0.2.7")}, "eth0"},
                                         PcpServer{{endpoint("192.0.2.7")}, "wlan0"}};
    BOOST_TEST(text(placesOf(options(), uplinks, learned)) == "eth0/any+192.0.2.7 wlan0/any+192.0.2.7");
}

BOOST_AUTO_TEST_CASE(what_is_named_goes_before_what_was_learned) {
    const std::vector<PcpServer> learned{PcpServer{{endpoint("192.0.2.7")}, "eth0"}};
    ClientOptions named = options();
    named.servers = {PcpServer{{endpoint("192.0.2.8")}}};
    BOOST_TEST(text(placesOf(named, uplinks, learned)) == "/any+192.0.2.8");
}

BOOST_AUTO_TEST_SUITE_END()
