// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <string>

import portolan.simulator.igd_script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;

namespace {

constexpr Endpoint service{inside6, 8080};
constexpr Endpoint remote6{Address{{0x20, 1, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}}, 5222};

struct Firewall : IgdScene {
    using IgdScene::IgdScene;

    Page open(const Pinhole& pinhole = {}, const Endpoint& from = host6) {
        return firewall("AddPinhole", pinhole.arguments(), from);
    }

    Page with(const std::string& action, const std::string& id, const Endpoint& from = host6) {
        return firewall(action, {{"UniqueID", id}}, from);
    }

    bool lets(const Endpoint& peer) { return gateway.handleInbound(now, Protocol::tcp, service, peer).has_value(); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_igd_firewall, Firewall)

BOOST_AUTO_TEST_CASE(a_pinhole_lets_in_until_its_lease_ends) {
    BOOST_TEST(!lets(remote6));
    BOOST_TEST(open({.lease = "60"}).error() == 0);
    BOOST_TEST(lets(remote6));
    pass(60s);
    BOOST_TEST(!lets(remote6));
}

BOOST_AUTO_TEST_CASE(the_same_pinhole_keeps_its_id_and_begins_anew) {
    const std::string id = open({.lease = "60"}).text("UniqueID");
    pass(30s);
    BOOST_TEST(open({.lease = "60"}).text("UniqueID") == id);
    BOOST_TEST(open({.port = 8081}).text("UniqueID") != id);
    pass(59s);
    BOOST_TEST(lets(remote6));
}

BOOST_AUTO_TEST_CASE(a_pinhole_is_for_the_remote_side_it_names) {
    (void)open({.remoteHost = "2001:db8:1::7", .remotePort = 5222});
    BOOST_TEST(lets(remote6));
    BOOST_TEST(!lets({remote6.address, 5223}));
    (void)open({.remotePort = 99});
    BOOST_TEST(lets({inside6, 99}));
}

BOOST_AUTO_TEST_CASE(an_update_prolongs_and_a_deletion_ends) {
    const std::string id = open({.lease = "60"}).text("UniqueID");
    BOOST_TEST(firewall("UpdatePinhole", {{"UniqueID", id}, {"NewLeaseTime", "600"}}).error() == 0);
    pass(599s);
    BOOST_TEST(lets(remote6));
    BOOST_TEST(with("DeletePinhole", id).error() == 0);
    BOOST_TEST(!lets(remote6));
    BOOST_TEST(with("DeletePinhole", id).error() == 704);
}

BOOST_AUTO_TEST_CASE(counts_what_came_in) {
    const std::string id = open().text("UniqueID");
    BOOST_TEST(with("CheckPinholeWorking", id).error() == 709);
    (void)lets(remote6);
    (void)lets(remote6);
    BOOST_TEST(with("GetPinholePackets", id).text("PinholePackets") == "2");
    BOOST_TEST(with("CheckPinholeWorking", id).text("IsWorking") == "1");
}

BOOST_AUTO_TEST_CASE(refuses_by_the_codes_of_the_standard) {
    BOOST_TEST(open({.protocol = "65535"}).error() == 707);
    BOOST_TEST(open({.protocol = "132"}).error() == 705);
    BOOST_TEST(open({.client = ""}).error() == 708);
    BOOST_TEST(open({.port = 0}).error() == 706);
    BOOST_TEST(open({.lease = "0"}).error() == 601);
    BOOST_TEST(open({.lease = "86401"}).error() == 601);
    BOOST_TEST(open({.client = "192.168.1.57"}).error() == 402);
    BOOST_TEST(open({.client = "2001:db8::58"}).error() == 606);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(another_hosts_pinhole_is_606) {
    const std::string id = open().text("UniqueID");
    BOOST_TEST(with("DeletePinhole", id, hostA).error() == 606);
    BOOST_TEST(lets(remote6));
}

BOOST_AUTO_TEST_CASE(a_firewall_that_is_off_or_allows_no_pinholes_says_so) {
    Config off = igdAtWan(IgdVersion::v2);
    off.igd.firewallEnabled = false;
    Config closed = igdAtWan(IgdVersion::v2);
    closed.igd.pinholesAllowed = false;
    BOOST_TEST(Firewall{off}.open().error() == 702);
    BOOST_TEST(Firewall{closed}.open().error() == 703);
    BOOST_TEST(Firewall{closed}.firewall("GetFirewallStatus").text("InboundPinholeAllowed") == "0");
    BOOST_TEST(firewall("GetFirewallStatus").text("FirewallEnabled") == "1");
}

BOOST_AUTO_TEST_CASE(tells_how_long_traffic_alone_keeps_the_way_back_open) {
    const auto timeout = [&](const char* protocol) {
        return firewall("GetOutboundPinholeTimeout", {{"RemoteHost", ""},
                                                      {"RemotePort", "0"},
                                                      {"InternalClient", ""},
                                                      {"InternalPort", "0"},
                                                      {"Protocol", protocol}})
            .text("OutboundPinholeTimeout");
    };
    BOOST_TEST(timeout("17") == "120");
    BOOST_TEST(timeout("6") == "7440");
}

BOOST_AUTO_TEST_CASE(a_new_external_address_leaves_pinholes_where_they_are) {
    (void)open();
    gateway.setExternalAddresses(now, {otherWan, remote6.address});
    BOOST_TEST(lets(remote6));
}

BOOST_AUTO_TEST_SUITE_END()
