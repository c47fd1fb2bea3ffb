// SPDX-License-Identifier: MIT
// What the IP Helper of the running Windows says, whatever networks it has.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <iterator>
#include <memory>
#include <vector>

import portolan.gateway;
import portolan.net;

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

/// The host, watched, with clocks of our own.
struct Watched : Host {
    Watched() { BOOST_TEST_REQUIRE(monitor->start().has_value()); }

    ~Watched() { monitor->stop(); }

    net::io_context context{};
    gateway::Clocks clocks{};
    std::vector<gateway::Change> told{};
    std::shared_ptr<gateway::Monitor> monitor = std::make_shared<gateway::Monitor>(
        context.get_executor(),
        [this](const std::vector<gateway::Change>& changes) { std::ranges::copy(changes, std::back_inserter(told)); },
        [this] { return clocks; });
};

BOOST_FIXTURE_TEST_CASE(a_suspend_is_told_though_the_network_says_nothing, Watched) {
    clocks.always += std::chrono::seconds{10};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{100};
    while (told.empty() && std::chrono::steady_clock::now() < deadline) {
        context.run_one_until(deadline);
    }
    BOOST_TEST_REQUIRE(!told.empty());
    BOOST_TEST((told[0].kind == gateway::ChangeKind::woke));
    BOOST_TEST((told[0].slept == std::chrono::seconds{10}));
}

BOOST_FIXTURE_TEST_CASE(a_monitor_that_is_stopped_leaves_nothing_to_do, Watched) {
    monitor->stop();
    BOOST_TEST(context.run() <= 1U); // the wait that was given up
    BOOST_TEST(told.empty());
    BOOST_TEST(!monitor->isRunning());
}

BOOST_AUTO_TEST_SUITE_END()
