// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

import portolan.simulator.igd_script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;
namespace data = boost::unit_test::data;

namespace {

struct First : IgdScene {
    First() : IgdScene(igdAtWan(IgdVersion::v1)) {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_igd_port_mapping, IgdScene)

BOOST_AUTO_TEST_CASE(maps_the_external_port_to_the_internal_one) {
    BOOST_TEST(add().error() == 0);
    BOOST_TEST((gateway.handleInbound(now, Protocol::tcp, {wan, 6000}, remote) == Endpoint{insideA, 8080}));
}

BOOST_AUTO_TEST_CASE(a_lease_ends) {
    (void)add({.lease = "60"});
    pass(59s);
    BOOST_TEST(gateway.mappings().size() == 1U);
    pass(1s);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_FIXTURE_TEST_CASE(lease_0_is_for_ever_in_version_1, First) {
    (void)add({.lease = "0"});
    pass(std::chrono::hours{24 * 30});
    BOOST_TEST(gateway.mappings().size() == 1U);
    BOOST_TEST(specific(6000).text("NewLeaseDuration") == "0");
}

BOOST_AUTO_TEST_CASE(lease_0_is_a_week_in_version_2) {
    (void)add({.lease = "0"});
    BOOST_TEST(specific(6000).text("NewLeaseDuration") == "604800");
}

BOOST_AUTO_TEST_CASE(more_than_a_week_is_out_of_range_in_version_2) {
    BOOST_TEST(add({.lease = "604800"}).error() == 0);
    BOOST_TEST(add({.lease = "604801"}).error() == 601);
}

BOOST_FIXTURE_TEST_CASE(version_1_knows_no_longest_lease, First) {
    BOOST_TEST(add({.lease = "604801"}).error() == 0);
}

BOOST_AUTO_TEST_CASE(the_same_host_overwrites_its_mapping) {
    (void)add({.port = 8080, .lease = "60"});
    BOOST_TEST(add({.port = 8081, .lease = "3600"}).error() == 0);
    BOOST_TEST_REQUIRE(gateway.mappings().size() == 1U);
    BOOST_TEST(gateway.mappings().front().internal.port == 8081);
    pass(60s);
    BOOST_TEST(gateway.mappings().size() == 1U);
}

BOOST_AUTO_TEST_CASE(another_host_gets_718) {
    (void)add();
    BOOST_TEST(add({.client = "192.168.1.58"}, hostB).error() == 718);
    BOOST_TEST((gateway.mappings().front().internal.address == insideA));
}

BOOST_AUTO_TEST_CASE(a_port_that_pcp_has_is_729_in_version_2) {
    ask(hostB, Map{.suggests = 6000, .client = insideB});
    BOOST_TEST(add().error() == 729);
}

BOOST_FIXTURE_TEST_CASE(a_port_that_nat_pmp_has_is_718_in_version_1, First) {
    ask(hostB, natPmpMap(Protocol::tcp, 80, 6000));
    BOOST_TEST(add().error() == 718);
}

BOOST_AUTO_TEST_CASE(pcp_does_not_get_a_port_that_upnp_has) {
    (void)add();
    BOOST_TEST(ask(hostB, Map{.suggests = 6000, .client = insideB}).port() != 6000);
}

BOOST_AUTO_TEST_CASE(any_port_is_the_one_asked_for_where_it_is_free) {
    BOOST_TEST(addAny().text("NewReservedPort") == "6000");
    BOOST_TEST(addAny().text("NewReservedPort") == "6000");
    BOOST_TEST(gateway.mappings().size() == 1U);
}

BOOST_AUTO_TEST_CASE(any_port_is_another_where_it_is_taken) {
    (void)add();
    const std::string port = addAny({.client = "192.168.1.58"}, hostB).text("NewReservedPort");
    BOOST_TEST(port != "6000");
    BOOST_TEST((gateway.handleInbound(now, Protocol::tcp, {wan, static_cast<std::uint16_t>(std::stoi(port))}, remote) ==
                Endpoint{insideB, 8080}));
}

BOOST_FIXTURE_TEST_CASE(version_1_has_no_action_for_any_port, First) {
    BOOST_TEST(addAny().error() == 401);
}

BOOST_AUTO_TEST_CASE(a_remote_host_alone_may_come_in) {
    BOOST_TEST(add({.remoteHost = "198.51.100.7"}).error() == 0);
    BOOST_TEST(gateway.handleInbound(now, Protocol::tcp, {wan, 6000}, remote).has_value());
    const Endpoint other{Address::v4(198, 51, 100, 8), 1};
    BOOST_TEST(!gateway.handleInbound(now, Protocol::tcp, {wan, 6000}, other).has_value());
}

BOOST_AUTO_TEST_CASE(a_host_maps_for_itself_alone_in_version_2) {
    BOOST_TEST(add({.client = "192.168.1.58"}).error() == 606);
}

BOOST_FIXTURE_TEST_CASE(a_host_maps_for_others_in_version_1, First) {
    BOOST_TEST(add({.client = "192.168.1.58"}).error() == 0);
}

BOOST_AUTO_TEST_CASE(wildcard_ports_are_refused_by_their_codes) {
    BOOST_TEST(add({.external = 0}).error() == 716);
    BOOST_TEST(add({.port = 0}).error() == 732);
    BOOST_TEST(addAny({.external = 0}).error() == 0);
}

BOOST_AUTO_TEST_CASE(a_mapping_that_is_disabled_cannot_be_had) {
    BOOST_TEST(add({.enabled = "0"}).error() == 501);
}

BOOST_DATA_TEST_CASE(arguments_that_make_no_sense_are_402, data::make(0, 1, 2, 3, 4, 5, 6, 7), which) {
    const std::vector<PortMapping> senseless{
        {.protocol = "SCTP"},     {.protocol = "udp"},
        {.client = "router.lan"}, {.client = "2001:db8::1"},
        {.lease = "-1"},          {.lease = "99999999999"},
        {.enabled = "perhaps"},   {.description = std::string(300, 'x')},
    };
    BOOST_TEST(add(senseless.at(static_cast<std::size_t>(which))).error() == 402);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(an_argument_that_is_missing_is_402) {
    const Arguments all = PortMapping{}.arguments();
    for (std::size_t missing = 0; missing < all.size(); ++missing) {
        Arguments some = all;
        some.erase(some.begin() + static_cast<std::ptrdiff_t>(missing));
        BOOST_TEST(connection("AddPortMapping", some).error() == 402, all[missing].first);
    }
}

BOOST_AUTO_TEST_CASE(quotas_are_728_in_version_2) {
    Config config = igdAtWan(IgdVersion::v2);
    config.ports.perHost = 1;
    IgdScene narrow{config};
    BOOST_TEST(narrow.add().error() == 0);
    BOOST_TEST(narrow.add({.external = 6001, .port = 1}).error() == 728);
}

BOOST_AUTO_TEST_CASE(without_a_connection_nothing_can_be_mapped) {
    gateway.setExternalAddresses(now, {});
    BOOST_TEST(add().error() == 501);
    BOOST_TEST(connection("GetStatusInfo").text("NewConnectionStatus") == "Disconnected");
    BOOST_TEST(connection("GetExternalIPAddress").text("NewExternalIPAddress") == "0.0.0.0");
}

BOOST_AUTO_TEST_CASE(a_restart_loses_mappings) {
    (void)add();
    gateway.resetState(now);
    BOOST_TEST(specific(6000).error() == 714);
}

BOOST_AUTO_TEST_CASE(a_new_external_address_takes_mappings_along_and_tells_no_client_by_pcp) {
    (void)add();
    sent.clear();
    gateway.setExternalAddress(now, otherWan);
    collect();
    BOOST_TEST(gateway.handleInbound(now, Protocol::tcp, {otherWan, 6000}, remote).has_value());
    BOOST_TEST(gateway.counters().updates == 0U);
}

BOOST_AUTO_TEST_CASE(pcp_takes_a_mapping_over_and_then_upnp_cannot_delete_it) {
    (void)add();
    BOOST_TEST(ask(hostA, Map{}).port() == 6000);
    BOOST_TEST(remove(6000).error() == 606);
}

BOOST_AUTO_TEST_SUITE_END()
