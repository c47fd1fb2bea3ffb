// SPDX-License-Identifier: MIT
// News of a real kernel, in network namespaces that this program makes for itself.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "live_host.hpp"
#include "support/print.hpp"

import portolan.gateway;
import portolan.net;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using namespace std::chrono_literals;
using testing::address;

namespace {

/// A host that is watched. The reports come one after the other.
struct Watched : Host {
    Watched() {
        BOOST_TEST_REQUIRE(monitor->start().has_value());
        settle();
    }

    ~Watched() { monitor->stop(); }

    /// Runs until a report has come, or `limit` is over.
    std::optional<std::vector<Change>> report(std::chrono::seconds limit = 10s) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (reports.empty() && std::chrono::steady_clock::now() < deadline) {
            context.run_one_until(deadline);
        }
        if (reports.empty()) {
            return std::nullopt;
        }
        auto first = std::move(reports.front());
        reports.erase(reports.begin());
        return first;
    }

    /// The kinds of the next report in which there is one of `kind`.
    bool tells(ChangeKind kind) {
        while (const auto changes = report()) {
            last = *changes;
            if (std::ranges::any_of(last, [&](const Change& change) { return change.kind == kind; })) {
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] const Change& told(ChangeKind kind) const {
        return *std::ranges::find_if(last, [&](const Change& change) { return change.kind == kind; });
    }

    /// Lets what a new interface has to say of itself (its link-local address takes 2 s to be proved) go by.
    void settle() {
        while (report(3s)) {
        }
    }

    net::io_context context{};
    Clocks clocks{};
    std::vector<std::vector<Change>> reports{};
    std::vector<Change> last{};
    std::shared_ptr<Monitor> monitor = std::make_shared<Monitor>(
        context.get_executor(), [this](const std::vector<Change>& changes) { reports.push_back(changes); },
        [this] { return clocks; });
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(gateway_monitor_live, Watched)

BOOST_AUTO_TEST_CASE(tells_a_default_route_that_comes_moves_and_goes) {
    ip("-4 route add default via 192.168.1.1");
    BOOST_TEST(tells(ChangeKind::gatewayAdded));
    BOOST_TEST((told(ChangeKind::gatewayAdded).gatewayAfter->address == address("192.168.1.1")));
    BOOST_TEST((told(ChangeKind::sourceChanged).addressAfter == address("192.168.1.2")));
    ip("-4 route replace default via 192.168.1.9");
    BOOST_TEST(tells(ChangeKind::gatewayReplaced));
    BOOST_TEST((told(ChangeKind::gatewayReplaced).gatewayBefore->address == address("192.168.1.1")));
    BOOST_TEST((told(ChangeKind::gatewayReplaced).gatewayAfter->address == address("192.168.1.9")));
    ip("-4 route delete default");
    BOOST_TEST(tells(ChangeKind::gatewayRemoved));
}

BOOST_AUTO_TEST_CASE(tells_the_default_route_that_goes_silently_with_its_interface) {
    ip("-4 route add default via 192.168.1.1");
    BOOST_TEST(tells(ChangeKind::gatewayAdded));
    ip("link set eth0 down");
    BOOST_TEST(tells(ChangeKind::gatewayRemoved));
    BOOST_TEST(monitor->snapshot().gateways.empty());
}

BOOST_AUTO_TEST_CASE(tells_an_interface_that_loses_its_carrier) {
    ip("link set far0 down");
    BOOST_TEST(tells(ChangeKind::interfaceDown));
    ip("link set far0 up");
    BOOST_TEST(tells(ChangeKind::interfaceUp));
}

BOOST_AUTO_TEST_CASE(tells_another_address_and_the_deprecation_of_one) {
    ip("-6 addr add 2001:db8::5/64 dev eth0 nodad");
    BOOST_TEST(tells(ChangeKind::addressAdded));
    ip("-6 addr change 2001:db8::5/64 dev eth0 preferred_lft 0 valid_lft 600");
    BOOST_TEST(tells(ChangeKind::addressDeprecated));
    BOOST_TEST((told(ChangeKind::addressDeprecated).addressBefore == address("2001:db8::5")));
}

BOOST_AUTO_TEST_CASE(makes_one_report_of_a_burst) {
    for (int host = 10; host < 60; ++host) {
        ip(fmt::format("addr add 192.168.1.{}/24 dev eth0", host));
    }
    ip("-4 route add default via 192.168.1.1");
    const auto first = report();
    BOOST_TEST_REQUIRE(first.has_value());
    BOOST_TEST(first->size() == 52U); // 50 addresses, the gateway and the source
    BOOST_TEST(!report(1s).has_value());
}

BOOST_AUTO_TEST_CASE(tells_nothing_of_what_is_back_before_anyone_looked) {
    ip("-4 route add default via 192.168.1.1");
    ip("-4 route delete default");
    BOOST_TEST(!report(1s).has_value());
}

BOOST_AUTO_TEST_CASE(misses_nothing_when_the_kernel_has_more_to_tell_than_the_socket_holds) {
    FILE* const batch = ::popen("ip -batch -", "w");
    BOOST_TEST_REQUIRE(batch != nullptr);
    for (int i = 0; i < 2'000; ++i) { // which by themselves are no reason to look
        fmt::print(batch, "route add 11.0.{0}.{1}/32 via 192.168.1.9\nroute delete 11.0.{0}.{1}/32\n", i >> 8, i & 255);
    }
    fmt::print(batch, "route add default via 192.168.1.1\n"); // long after the socket is full
    BOOST_TEST_REQUIRE(::pclose(batch) == 0);
    BOOST_TEST(tells(ChangeKind::gatewayAdded));
    ip("-4 route delete default");
    BOOST_TEST(tells(ChangeKind::gatewayRemoved));
}

BOOST_AUTO_TEST_CASE(tells_that_the_machine_was_suspended) {
    clocks.always += 8h;
    ip("-4 route add default via 192.168.1.1");
    BOOST_TEST(tells(ChangeKind::woke));
    BOOST_TEST((told(ChangeKind::woke).slept == 8h));
}

BOOST_AUTO_TEST_CASE(tells_nothing_once_it_is_stopped) {
    monitor->stop();
    ip("-4 route add default via 192.168.1.1");
    BOOST_TEST(!report(1s).has_value());
    BOOST_TEST(context.stopped()); // there is no work left
}

BOOST_AUTO_TEST_SUITE_END()
