// SPDX-License-Identifier: MIT
// What is said of the way from one state of a host's networks to the next.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::address;

namespace {

Gateway via(std::string_view router, std::uint32_t interfaceIndex, std::uint32_t metric = 0) {
    Gateway gateway;
    gateway.address = address(router);
    gateway.family = gateway.address->isV4() ? Family::v4 : Family::v6;
    gateway.interfaceIndex = interfaceIndex;
    gateway.metric = metric;
    return gateway;
}

/// A host with eth0 (2) and wlan0 (3), and a router at each; the cable goes first.
Snapshot home() {
    Snapshot snapshot;
    snapshot.interfaces = {{1, "lo", true}, {2, "eth0", true}, {3, "wlan0", true}};
    snapshot.addresses = {{.address = address("192.168.1.2"), .prefixLength = 24, .interfaceIndex = 2},
                          {.address = address("10.0.0.2"), .prefixLength = 24, .interfaceIndex = 3},
                          {.address = address("2001:db8::5"), .prefixLength = 64, .interfaceIndex = 2}};
    snapshot.gateways = {via("192.168.1.1", 2, 100), via("10.0.0.1", 3, 600), via("fe80::1", 2)};
    snapshot.sourceV4 = address("192.168.1.2");
    snapshot.sourceV6 = address("2001:db8::5");
    return snapshot;
}

std::string text(const std::optional<wire::Address>& address) {
    return address ? fmt::format("{}", *address) : "none";
}

std::string text(const std::optional<Gateway>& gateway) {
    return gateway ? text(gateway->address) : "none";
}

/// "gateway replaced 192.168.1.1 -> 10.0.0.1", one change to a line.
std::string told(const Snapshot& before, const Snapshot& after) {
    std::string all = "\n";
    for (const Change& change : compare(before, after)) {
        all += name(change.kind);
        if (change.gatewayBefore || change.gatewayAfter) {
            all += fmt::format(" {} -> {}", text(change.gatewayBefore), text(change.gatewayAfter));
        } else if (change.addressBefore || change.addressAfter) {
            all += fmt::format(" {} -> {}", text(change.addressBefore), text(change.addressAfter));
        } else {
            all += fmt::format(" {}", change.interfaceIndex);
        }
        all += '\n';
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_change)

BOOST_AUTO_TEST_CASE(nothing_is_told_where_nothing_changed) {
    BOOST_TEST(told(home(), home()) == "\n");
}

BOOST_AUTO_TEST_CASE(a_cable_that_is_pulled_out_is_told_with_all_that_goes_with_it) {
    Snapshot after = home();
    after.interfaces[1].up = false;
    after.gateways = {via("10.0.0.1", 3, 600)};
    after.sourceV4 = address("10.0.0.2");
    after.sourceV6.reset();
    BOOST_TEST(told(home(), after) == R"(
interface down 2
gateway replaced 192.168.1.1 -> 10.0.0.1
gateway removed fe80::1 -> none
source changed 192.168.1.2 -> 10.0.0.2
source changed 2001:db8::5 -> none
)");
    BOOST_TEST(told(after, home()) == R"(
interface up 2
gateway replaced 10.0.0.1 -> 192.168.1.1
gateway added none -> fe80::1
source changed 10.0.0.2 -> 192.168.1.2
source changed none -> 2001:db8::5
)");
}

BOOST_AUTO_TEST_CASE(another_router_on_the_same_link_replaces_the_first) {
    Snapshot after = home();
    after.gateways[0] = via("192.168.1.254", 2, 100);
    BOOST_TEST(told(home(), after) == R"(
gateway replaced 192.168.1.1 -> 192.168.1.254
)");
}

BOOST_AUTO_TEST_CASE(a_second_default_route_is_added_and_removed_beside_the_best) {
    Snapshot after = home();
    after.gateways.erase(after.gateways.begin() + 1);
    BOOST_TEST(told(home(), after) == "\ngateway removed 10.0.0.1 -> none\n");
    BOOST_TEST(told(after, home()) == "\ngateway added none -> 10.0.0.1\n");
}

BOOST_AUTO_TEST_CASE(metrics_alone_are_told_only_where_they_make_another_gateway_the_best) {
    Snapshot after = home();
    after.gateways[0].metric = 50;
    BOOST_TEST(told(home(), after) == "\n");
    std::swap(after.gateways[0], after.gateways[1]);
    BOOST_TEST(told(home(), after) == "\ngateway replaced 192.168.1.1 -> 10.0.0.1\n");
}

BOOST_AUTO_TEST_CASE(another_address_of_the_host_is_told_as_that_and_as_another_source) {
    Snapshot after = home();
    after.addresses[0].address = address("192.168.1.77");
    after.sourceV4 = address("192.168.1.77");
    BOOST_TEST(told(home(), after) == R"(
address removed 192.168.1.2 -> none
address added none -> 192.168.1.77
source changed 192.168.1.2 -> 192.168.1.77
)");
}

BOOST_AUTO_TEST_CASE(a_privacy_address_that_is_past_its_time_is_told_before_it_goes) {
    Snapshot deprecated = home();
    deprecated.addresses[2].deprecated = true;
    BOOST_TEST(told(home(), deprecated) == "\naddress deprecated 2001:db8::5 -> none\n");
    BOOST_TEST(told(deprecated, home()) == "\naddress added none -> 2001:db8::5\n");
    Snapshot gone = deprecated;
    gone.addresses.pop_back();
    BOOST_TEST(told(deprecated, gone) == "\naddress removed 2001:db8::5 -> none\n");
}

BOOST_AUTO_TEST_CASE(an_address_that_is_not_yet_proved_unique_is_none_yet) {
    Snapshot before = home();
    before.addresses[2].usable = false;
    BOOST_TEST(told(before, home()) == "\naddress added none -> 2001:db8::5\n");
}

BOOST_AUTO_TEST_CASE(an_interface_that_is_gone_was_the_last_to_be_down) {
    Snapshot after = home();
    after.interfaces.pop_back();
    BOOST_TEST(told(home(), after) == "\ninterface down 3\n");
    Snapshot down = home();
    down.interfaces[2].up = false;
    BOOST_TEST(told(down, after) == "\n");
}

BOOST_AUTO_TEST_SUITE_END()
