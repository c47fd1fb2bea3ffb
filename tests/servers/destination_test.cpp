// SPDX-License-Identifier: MIT
// The order of a server's addresses (RFC 6724 §6).
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

import portolan.net;
import portolan.servers;
import portolan.transport;

using namespace portolan;
using namespace portolan::servers;
using boost::unit_test::label;

namespace {

wire::Address address(const char* text) {
    return transport::toWire(net::ip::make_address(text));
}

Destination to(const char* destination, const char* source, bool deprecated = false) {
    return {address(destination), source == nullptr ? std::nullopt : std::optional{address(source)}, deprecated};
}

/// "1 0": which of them is tried in which turn.
std::string order(const std::vector<Destination>& destinations) {
    std::string text;
    for (const std::size_t place : destinationOrder(destinations)) {
        text += (text.empty() ? "" : " ") + std::to_string(place);
    }
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(servers_destination)

BOOST_AUTO_TEST_CASE(nothing_is_in_order) {
    BOOST_TEST(order({}).empty());
}

BOOST_AUTO_TEST_CASE(rule_1_an_address_that_cannot_be_reached_goes_last) {
    BOOST_TEST(order({to("2001:db8::1", nullptr), to("192.0.2.1", "192.0.2.57")}) == "1 0");
}

// The examples of RFC 6724 §10.2.
BOOST_AUTO_TEST_CASE(rule_2_a_source_of_the_same_scope_goes_first) {
    BOOST_TEST(order({to("2001:db8:1::1", "fe80::1"), to("198.51.100.121", "198.51.100.117")}) == "1 0");
    BOOST_TEST(order({to("2001:db8:1::1", "2001:db8:1::2"), to("198.51.100.121", "169.254.13.78")}) == "0 1");
}

BOOST_AUTO_TEST_CASE(rule_3_a_deprecated_source_goes_last) {
    BOOST_TEST(order({to("2001:db8:1::1", "2001:db8:1::2", true), to("2001:db8:3::1", "2001:db8:3::2")}) == "1 0");
}

BOOST_AUTO_TEST_CASE(rule_5_a_source_of_the_same_label_goes_first) {
    BOOST_TEST(order({to("2002:c633:6401::1", "2002:c633:6401::2"), to("2001:db8:1::1", "2002:c633:6401::2")}) ==
               "0 1");
}

BOOST_AUTO_TEST_CASE(rule_6_the_higher_precedence_goes_first) {
    BOOST_TEST(order({to("10.1.2.3", "10.1.2.4"), to("2001:db8:1::1", "2001:db8:1::2")}) == "1 0");
    BOOST_TEST(order({to("2002:c633:6401::1", "2002:c633:6401::2"), to("2001:db8:1::1", "2001:db8:1::2")}) == "1 0");
    BOOST_TEST(order({to("fd00::1", "fd00::2"), to("192.0.2.1", "192.0.2.2")}) == "1 0");
}

BOOST_AUTO_TEST_CASE(rule_8_the_smaller_scope_goes_first) {
    BOOST_TEST(order({to("2001:db8:1::1", "2001:db8:1::2"), to("fe80::1", "fe80::2")}) == "1 0");
}

BOOST_AUTO_TEST_CASE(rule_9_the_address_nearer_to_its_source_goes_first) {
    BOOST_TEST(order({to("2001:db8:2::1", "2001:db8:3f44::2"), to("2001:db8:3f43::1", "2001:db8:3f44::2")}) == "1 0");
    BOOST_TEST(order({to("10.2.3.4", "192.168.1.2"), to("192.168.1.9", "192.168.1.2")}) == "0 1"); // not of IPv4
}

BOOST_AUTO_TEST_CASE(rule_10_others_stay_in_their_order) {
    BOOST_TEST(order({to("192.0.2.3", "192.0.2.57"), to("192.0.2.1", "192.0.2.57"), to("192.0.2.2", "192.0.2.57")}) ==
               "0 1 2");
}

BOOST_AUTO_TEST_CASE(the_anycast_addresses_are_ordinary_ones) {
    BOOST_TEST((anycastV4 == address("192.0.0.9")));
    BOOST_TEST((anycastV6 == address("2001:1::1")));
    BOOST_TEST(order({to("2001:1::1", "2001:db8::2"), to("2001::1", "2001:db8::2")}) == "0 1"); // no Teredo address
}

BOOST_AUTO_TEST_SUITE_END()
