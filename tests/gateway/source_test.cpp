// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

#include "support/print.hpp"

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using boost::unit_test::label;
using testing::address;

namespace {

constexpr std::uint32_t eth0 = 2;
constexpr std::uint32_t wlan0 = 3;

LocalAddress on(std::uint32_t interface, std::string_view text) {
    return {.address = address(text), .prefixLength = 64, .interfaceIndex = interface};
}

LocalAddress deprecated(LocalAddress row) {
    row.deprecated = true;
    return row;
}

LocalAddress temporary(LocalAddress row) {
    row.temporary = true;
    return row;
}

/// fe80::1 on eth0.
Gateway router() {
    Gateway to;
    to.family = Family::v6;
    to.address = address("fe80::1");
    to.interfaceIndex = eth0;
    to.interfaceName = "eth0";
    return to;
}

/// The address selected, or :: if there is none.
wire::Address selected(const std::vector<LocalAddress>& rows, const Gateway& gateway = router(),
                       SourceOptions options = {}) {
    const auto source = selectSource(rows, gateway, options);
    if (source.has_error()) {
        BOOST_TEST((source.error().code == Errc::noSourceAddress));
        return wire::Address::anyV6();
    }
    return source.value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_source)

BOOST_AUTO_TEST_CASE(takes_the_global_address_towards_a_link_local_router, *label("C6887-047")) {
    BOOST_TEST(selected({on(eth0, "fe80::5"), on(eth0, "2001:db8::5")}) == address("2001:db8::5"));
}

BOOST_AUTO_TEST_CASE(takes_no_address_of_another_interface) {
    BOOST_TEST(selected({on(wlan0, "2001:db8::5"), on(eth0, "fe80::5")}) == wire::Address::anyV6());
}

BOOST_AUTO_TEST_CASE(takes_any_interface_where_the_gateway_names_none) {
    Gateway anywhere = router();
    anywhere.interfaceIndex = 0;
    BOOST_TEST(selected({on(wlan0, "2001:db8::5")}, anywhere) == address("2001:db8::5"));
}

BOOST_AUTO_TEST_CASE(takes_no_unique_local_address, *label("C6887-048")) {
    BOOST_TEST(selected({on(eth0, "fd00::5"), on(eth0, "fc00::5")}) == wire::Address::anyV6());
}

BOOST_AUTO_TEST_CASE(takes_a_unique_local_address_where_that_is_allowed_and_all_there_is) {
    const SourceOptions allowed{.allowUniqueLocal = true};
    BOOST_TEST(selected({on(eth0, "fd00::5")}, router(), allowed) == address("fd00::5"));
    BOOST_TEST(selected({on(eth0, "fd00::5"), on(eth0, "2001:db8::5")}, router(), allowed) == address("2001:db8::5"));
}

BOOST_AUTO_TEST_CASE(takes_no_address_that_never_leaves_its_link_or_host) {
    BOOST_TEST(selected({on(eth0, "fe80::5"), on(eth0, "febf::5"), on(eth0, "fec0::5"), on(eth0, "::1"), on(eth0, "::"),
                         on(eth0, "ff02::1"), on(eth0, "10.0.0.5")}) == wire::Address::anyV6());
}

BOOST_AUTO_TEST_CASE(takes_a_lasting_address_before_a_temporary_one) {
    BOOST_TEST(selected({temporary(on(eth0, "2001:db8::7")), on(eth0, "2001:db8::5")}) == address("2001:db8::5"));
}

BOOST_AUTO_TEST_CASE(takes_a_temporary_address_first_where_that_is_wanted) {
    BOOST_TEST(selected({on(eth0, "2001:db8::5"), temporary(on(eth0, "2001:db8::7"))}, router(),
                        {.preferTemporary = true}) == address("2001:db8::7"));
}

BOOST_AUTO_TEST_CASE(takes_a_temporary_address_before_a_deprecated_one) {
    BOOST_TEST(selected({deprecated(on(eth0, "2001:db8::5")), temporary(on(eth0, "2001:db8::7"))}) ==
               address("2001:db8::7"));
}

BOOST_AUTO_TEST_CASE(takes_a_deprecated_address_where_it_is_all_there_is) {
    BOOST_TEST(selected({deprecated(on(eth0, "2001:db8::5"))}) == address("2001:db8::5"));
}

BOOST_AUTO_TEST_CASE(takes_no_address_that_is_not_proved_unique) {
    LocalAddress tentative = on(eth0, "2001:db8::5");
    tentative.usable = false;
    BOOST_TEST(selected({tentative}) == wire::Address::anyV6());
}

BOOST_AUTO_TEST_CASE(takes_the_first_of_equals) {
    BOOST_TEST(selected({on(eth0, "2001:db8::6"), on(eth0, "2001:db8::5")}) == address("2001:db8::6"));
}

BOOST_AUTO_TEST_CASE(takes_the_routes_preferred_source_even_from_another_interface) {
    Gateway to = router();
    to.preferredSource = address("2001:db8:f::1");
    BOOST_TEST(selected({on(eth0, "2001:db8::5"), on(1, "2001:db8:f::1")}, to) == address("2001:db8:f::1"));
}

BOOST_AUTO_TEST_CASE(takes_another_where_the_preferred_source_is_gone) {
    Gateway to = router();
    to.preferredSource = address("2001:db8:f::1");
    BOOST_TEST(selected({on(eth0, "2001:db8::5")}, to) == address("2001:db8::5"));
}

BOOST_AUTO_TEST_CASE(takes_only_an_address_that_the_route_is_for) {
    Gateway to = router();
    to.onlyFrom = Prefix{address("2001:db8:b::"), 48};
    BOOST_TEST(selected({on(eth0, "2001:db8:a::5"), on(eth0, "2001:db8:b::5")}, to) == address("2001:db8:b::5"));
}

BOOST_AUTO_TEST_CASE(says_which_interface_has_no_address) {
    BOOST_TEST(selectSource({}, router()).error().detail == "eth0 has no IPv6 address");
}

BOOST_AUTO_TEST_CASE(says_that_unique_local_addresses_were_passed_over) {
    BOOST_TEST(selectSource(std::vector{on(eth0, "fd00::5")}, router()).error().detail ==
               "eth0 has unique local IPv6 addresses and no usable global one");
}

BOOST_AUTO_TEST_CASE(says_that_link_local_addresses_are_not_enough) {
    BOOST_TEST(selectSource(std::vector{on(eth0, "fe80::5")}, router()).error().detail ==
               "eth0 has no usable global IPv6 address");
}

BOOST_AUTO_TEST_CASE(compares_prefixes_bit_by_bit) {
    BOOST_TEST(contains({address("2001:db8::"), 0}, address("fe80::1")));
    BOOST_TEST(contains({address("fe80::"), 10}, address("febf::1")));
    BOOST_TEST(!contains({address("fe80::"), 10}, address("fec0::1")));
    BOOST_TEST(contains({address("2001:db8::5"), 128}, address("2001:db8::5")));
    BOOST_TEST(!contains({address("2001:db8::5"), 128}, address("2001:db8::4")));
    BOOST_TEST(contains({address("10.0.0.0"), 8}, address("10.255.0.1")));
    BOOST_TEST(!contains({address("10.0.0.0"), 8}, address("11.0.0.1")));
    BOOST_TEST(!contains({address("::"), 0}, address("10.0.0.1")));
}

BOOST_AUTO_TEST_SUITE_END()
