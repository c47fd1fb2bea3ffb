// SPDX-License-Identifier: MIT
// What the IP Helper of the running Windows says, whatever networks it has.
#include <algorithm>
#include <boost/test/unit_test.hpp>

import portolan.gateway;

using namespace portolan;

namespace {

struct Host {
    gateway::Snapshot now = gateway::snapshot().value();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gateway_windows, Host)

BOOST_AUTO_TEST_CASE(an_interface_is_found_by_its_name_again) {
    BOOST_TEST_REQUIRE(!now.interfaces.empty());
    for (const gateway::Interface& one : now.interfaces) {
        BOOST_TEST(one.index != 0U);
        BOOST_TEST_REQUIRE(!one.name.empty());
        BOOST_TEST(gateway::interfaceIndex(one.name) == one.index);
    }
    BOOST_TEST(gateway::interfaceIndex("no interface has this name") == 0U);
}

BOOST_AUTO_TEST_CASE(every_address_belongs_to_an_interface) {
    BOOST_TEST_REQUIRE(!now.addresses.empty());
    for (const gateway::LocalAddress& address : now.addresses) {
        BOOST_TEST(std::ranges::any_of(
            now.interfaces, [&](const gateway::Interface& one) { return one.index == address.interfaceIndex; }));
    }
}

BOOST_AUTO_TEST_CASE(the_source_towards_this_host_is_this_host) {
    gateway::Gateway loopback;
    loopback.address = wire::Address::v4({127, 0, 0, 1});
    BOOST_TEST((gateway::sourceAddress(loopback).value() == wire::Address::v4({127, 0, 0, 1})));
}

BOOST_AUTO_TEST_SUITE_END()
