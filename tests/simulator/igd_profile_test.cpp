// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <string>

import portolan.simulator.igd_script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;

namespace {

/// A gateway of that version with one quirk.
template <class Change>
IgdScene with(IgdVersion version, Change change) {
    Config config = igdAtWan(version);
    change(config.igd.quirks);
    return IgdScene{config};
}

constexpr auto v1 = IgdVersion::v1;
constexpr auto v2 = IgdVersion::v2;
const std::string gatewayV1 = "urn:schemas-upnp-org:device:InternetGatewayDevice:1";

} // namespace

// Devices that do otherwise than UPnP says: each knob shows what it says.
BOOST_AUTO_TEST_SUITE(simulator_igd_profile)

BOOST_AUTO_TEST_CASE(leases_may_be_permanent_only) {
    IgdScene permanent = with(v1, [](IgdQuirks& quirks) { quirks.permanentLeasesOnly = true; });
    BOOST_TEST(permanent.add({.lease = "3600"}).error() == 725);
    BOOST_TEST(permanent.add({.lease = "0"}).error() == 0);
}

BOOST_AUTO_TEST_CASE(leases_may_be_called_invalid) {
    IgdScene invalid = with(v1, [](IgdQuirks& quirks) { quirks.leaseIsInvalid = true; });
    BOOST_TEST(invalid.add({.lease = "3600"}).error() == 402);
    BOOST_TEST(invalid.add({.lease = "0"}).error() == 0);
}

BOOST_AUTO_TEST_CASE(leases_may_be_read_back_in_whole_hours) {
    IgdScene coarse = with(v2, [](IgdQuirks& quirks) { quirks.leasesInHours = true; });
    (void)coarse.add({.lease = "7000"});
    BOOST_TEST(coarse.specific(6000).text("NewLeaseDuration") == "3600");
}

BOOST_AUTO_TEST_CASE(a_mapping_may_vanish_whatever_its_lease) {
    IgdScene forgetful = with(v2, [](IgdQuirks& quirks) { quirks.dropsAfter = 10s; });
    (void)forgetful.add({.lease = "3600"});
    forgetful.pass(9s);
    BOOST_TEST(forgetful.specific(6000).text("NewLeaseDuration") == "3591");
    forgetful.pass(1s);
    BOOST_TEST(forgetful.specific(6000).error() == 714);
}

BOOST_AUTO_TEST_CASE(a_mapping_for_another_host_may_be_called_a_conflict) {
    IgdScene odd = with(v2, [](IgdQuirks& quirks) { quirks.conflictForForeign = true; });
    BOOST_TEST(odd.add({.client = "192.168.1.58"}).error() == 718);
}

BOOST_AUTO_TEST_CASE(a_port_may_be_taken_from_another_host) {
    IgdScene rude = with(v2, [](IgdQuirks& quirks) { quirks.replacesOthers = true; });
    (void)rude.add();
    BOOST_TEST(rude.add({.client = "192.168.1.58"}, hostB).error() == 0);
    BOOST_TEST((rude.onlyMapping()->internal.address == insideB));
}

BOOST_AUTO_TEST_CASE(searches_may_be_answered_twice) {
    IgdScene twice = with(v2, [](IgdQuirks& quirks) { quirks.answersTwice = true; });
    BOOST_TEST(twice.search("upnp:rootdevice").size() == 2U);
}

BOOST_AUTO_TEST_CASE(searches_may_be_answered_for_one_target_only) {
    IgdScene narrow = with(v1, [](IgdQuirks& quirks) { quirks.searches = Searches::igd1Only; });
    BOOST_TEST(narrow.search("ssdp:all").empty());
    BOOST_TEST(narrow.search(gatewayV1).size() == 1U);
    IgdScene root = with(v1, [](IgdQuirks& quirks) { quirks.searches = Searches::rootDeviceOnly; });
    BOOST_TEST(root.search(gatewayV1).empty());
    BOOST_TEST(root.search("upnp:rootdevice").size() == 1U);
}

BOOST_AUTO_TEST_CASE(searches_may_be_heard_one_way_only) {
    IgdScene deaf = with(v2, [](IgdQuirks& quirks) { quirks.ignoresUnicast = true; });
    BOOST_TEST(deaf.search("upnp:rootdevice").empty());
    (void)deaf.search("upnp:rootdevice", Delivery::multicast, "MX: 0\r\n");
    deaf.pass(0s);
    IgdScene shy = with(v2, [](IgdQuirks& quirks) { quirks.ignoresMulticast = true; });
    BOOST_TEST(shy.search("upnp:rootdevice", Delivery::multicast, "MX: 0\r\n").empty());
    BOOST_TEST(shy.search("upnp:rootdevice").size() == 1U);
}

BOOST_AUTO_TEST_CASE(urls_may_be_relative_to_a_base) {
    IgdScene based = with(v1, [](IgdQuirks& quirks) { quirks.urlBase = true; });
    BOOST_TEST(based.get("/rootDesc.xml").text("URLBase") == "http://192.168.1.1:5000/");
    BOOST_TEST(based.get("/rootDesc.xml").body.find("<controlURL>ctl/WANIPConn1<") != std::string::npos);
    BOOST_TEST(based.add().error() == 0);
}

BOOST_AUTO_TEST_CASE(urls_may_have_double_slashes) {
    IgdScene slashes = with(v1, [](IgdQuirks& quirks) { quirks.doubleSlashes = true; });
    BOOST_TEST(field(slashes.search(gatewayV1).front(), "LOCATION") == "http://192.168.1.1:5000//rootDesc.xml");
    BOOST_TEST(slashes.get("//rootDesc.xml").body.find("<controlURL>//ctl//WANIPConn1<") != std::string::npos);
    BOOST_TEST(slashes.get("/rootDesc.xml").status == 404U);
}

BOOST_AUTO_TEST_CASE(the_connection_may_be_ppp) {
    IgdScene ppp = with(v1, [](IgdQuirks& quirks) { quirks.ppp = true; });
    const std::string type = "urn:schemas-upnp-org:service:WANPPPConnection:1";
    BOOST_TEST(ppp.search(type).size() == 1U);
    const Page page = ppp.fetch(soapRequest("/ctl/WANPPPConn1", type, "GetExternalIPAddress", {}));
    BOOST_TEST(page.text("NewExternalIPAddress") == "203.0.113.45");
}

BOOST_AUTO_TEST_CASE(only_the_last_of_several_wans_may_be_connected) {
    IgdScene several = with(v1, [](IgdQuirks& quirks) { quirks.idleWans = 2; });
    const std::string type = "urn:schemas-upnp-org:service:WANIPConnection:1";
    const auto at = [&](int wan, const std::string& action, const Arguments& arguments = {}) {
        return several.fetch(soapRequest("/ctl/WANIPConn" + std::to_string(wan), type, action, arguments));
    };
    BOOST_TEST(at(1, "GetStatusInfo").text("NewConnectionStatus") == "Disconnected");
    BOOST_TEST(at(1, "AddPortMapping", PortMapping{}.arguments()).error() == 501);
    BOOST_TEST(at(3, "GetStatusInfo").text("NewConnectionStatus") == "Connected");
    BOOST_TEST(at(3, "AddPortMapping", PortMapping{}.arguments()).error() == 0);
}

BOOST_AUTO_TEST_CASE(the_location_may_be_somebody_elses) {
    IgdScene hostile = with(v2, [](IgdQuirks& quirks) { quirks.location = "http://192.0.2.1/x.xml"; });
    BOOST_TEST(field(hostile.search("upnp:rootdevice").front(), "LOCATION") == "http://192.0.2.1/x.xml");
}

BOOST_AUTO_TEST_CASE(a_restart_may_change_the_uuid_and_the_port) {
    IgdScene moving = with(v2, [](IgdQuirks& quirks) { quirks.movesOnRestart = true; });
    const std::string before = field(moving.search("upnp:rootdevice").front(), "USN");
    moving.gateway.resetState(moving.now);
    BOOST_TEST(field(moving.discoveries().back(), "NTS") == "ssdp:byebye");
    BOOST_TEST(moving.search("upnp:rootdevice").empty());
    moving.gateway.serveIgd(moving.now, {{served.address, 5001}});
    (void)moving.discoveries();
    const auto after = moving.search("upnp:rootdevice");
    BOOST_TEST_REQUIRE(after.size() == 1U);
    BOOST_TEST(field(after.front(), "USN") != before);
    BOOST_TEST(field(after.front(), "LOCATION") == "http://192.168.1.1:5001/rootDesc.xml");
}

BOOST_AUTO_TEST_CASE(the_uuid_otherwise_stays_through_a_restart) {
    IgdScene steady;
    const std::string before = field(steady.search("upnp:rootdevice").front(), "USN");
    steady.gateway.resetState(steady.now);
    (void)steady.discoveries();
    BOOST_TEST(field(steady.search("upnp:rootdevice").front(), "USN") == before);
}

BOOST_AUTO_TEST_CASE(miniupnpd_replaces_cuts_and_reads_leniently) {
    IgdScene miniupnpd{igdAtWan(v2, Config::miniupnpd())};
    BOOST_TEST(miniupnpd.add({.protocol = "tcp", .lease = "700000"}).error() == 0);
    BOOST_TEST(miniupnpd.specific(6000).text("NewLeaseDuration") == "604800");
    BOOST_TEST(miniupnpd.addAny({.port = 81}).text("NewReservedPort") == "6000");
    BOOST_TEST(miniupnpd.add({.client = "192.168.1.58"}).error() == 718);
    BOOST_TEST(miniupnpd.search("upnp:rootdevice").size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_strict_gateway_gives_another_host_of_the_same_port_another_one) {
    IgdScene strict;
    (void)strict.add();
    BOOST_TEST(strict.addAny({.port = 81}).text("NewReservedPort") != "6000");
}

BOOST_AUTO_TEST_CASE(silence_and_garbage_hold_for_upnp_too) {
    IgdScene silent{igdAtWan(v2, Config::silent())};
    BOOST_TEST(silent.search("ssdp:all").empty());
    BOOST_TEST(silent.get("/rootDesc.xml").status == 0U);
    IgdScene garbage{igdAtWan(v2, Config::garbage())};
    BOOST_TEST(garbage.search("ssdp:all").size() == 1U);
    BOOST_TEST(garbage.get("/rootDesc.xml").status == 0U);
}

BOOST_AUTO_TEST_CASE(the_slow_gateway_is_late_with_upnp_too) {
    IgdScene slow{igdAtWan(v2, Config::slow(700ms))};
    BOOST_TEST((slow.gateway.handleHttp(slow.now, hostA, {"GET", "/rootDesc.xml"}).delay == 700ms));
    BOOST_TEST(slow.search("upnp:rootdevice").empty());
    slow.pass(700ms);
    BOOST_TEST(slow.discoveries().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
