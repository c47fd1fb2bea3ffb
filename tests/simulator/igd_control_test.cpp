// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>
#include <string>

import portolan.simulator.igd_script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;
namespace data = boost::unit_test::data;

// What is served by HTTP besides mappings: descriptions, the connection's status, and refusals.
BOOST_FIXTURE_TEST_SUITE(simulator_igd_control, IgdScene)

BOOST_AUTO_TEST_CASE(describes_the_device_and_its_services) {
    const Page page = get("/rootDesc.xml");
    BOOST_TEST(page.status == 200U);
    BOOST_TEST(page.head.find("text/xml") != page.head.npos);
    BOOST_TEST(page.text("deviceType") == "urn:schemas-upnp-org:device:InternetGatewayDevice:2");
    BOOST_TEST(page.text("UDN").starts_with("uuid:"));
    BOOST_TEST(page.body.find("<controlURL>/ctl/WANIPConn1</controlURL>") != page.body.npos);
    BOOST_TEST(page.body.find("WANIPv6FirewallControl:1") != page.body.npos);
}

BOOST_AUTO_TEST_CASE(version_1_has_no_firewall_and_fewer_actions) {
    IgdScene first{igdAtWan(IgdVersion::v1)};
    BOOST_TEST(first.get("/rootDesc.xml").body.find("Firewall") == std::string::npos);
    BOOST_TEST(first.get("/scpd/WANIPConn1.xml").body.find("AddAnyPortMapping") == std::string::npos);
    BOOST_TEST(get("/scpd/WANIPConn1.xml").body.find("AddAnyPortMapping") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tells_the_external_address_and_how_long_it_is_connected) {
    pass(100s);
    BOOST_TEST(connection("GetExternalIPAddress").text("NewExternalIPAddress") == "203.0.113.45");
    const Page status = connection("GetStatusInfo");
    BOOST_TEST(status.text("NewConnectionStatus") == "Connected");
    BOOST_TEST(status.text("NewUptime") == "100");
    BOOST_TEST(connection("GetConnectionTypeInfo").text("NewConnectionType") == "IP_Routed");
    BOOST_TEST(connection("GetNATRSIPStatus").text("NewNATEnabled") == "1");
}

BOOST_AUTO_TEST_CASE(counts_what_goes_through) {
    (void)add();
    (void)gateway.handleInbound(now, Protocol::tcp, {wan, 6000}, remote);
    gateway.countCarried(false, 1500);
    const auto total = [&](const std::string& what) {
        const std::string type = "urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1";
        return fetch(soapRequest("/ctl/WANCommonIFC1", type, "GetTotal" + what, {})).text("NewTotal" + what);
    };
    BOOST_TEST(total("PacketsReceived") == "1");
    BOOST_TEST(total("PacketsSent") == "1");
    BOOST_TEST(total("BytesSent") == "1500");
}

BOOST_AUTO_TEST_CASE(names_the_connection_that_is_the_default) {
    const std::string type = "urn:schemas-upnp-org:service:Layer3Forwarding:1";
    const Page page = fetch(soapRequest("/ctl/L3Forwarding1", type, "GetDefaultConnectionService", {}));
    BOOST_TEST(
        page.text("NewDefaultConnectionService").ends_with(":WANConnectionDevice:2,urn:upnp-org:serviceId:WANIPConn1"));
}

BOOST_AUTO_TEST_CASE(an_unknown_action_is_401) {
    BOOST_TEST(connection("GetExternalAddress").error() == 401);
    BOOST_TEST(connection("").error() == 401);
}

BOOST_AUTO_TEST_CASE(an_action_of_another_service_or_a_later_version_is_401) {
    const std::string later = "urn:schemas-upnp-org:service:WANIPConnection:3";
    BOOST_TEST(fetch(soapRequest("/ctl/WANIPConn1", later, "GetStatusInfo", {})).error() == 401);
    const std::string other = "urn:schemas-upnp-org:service:WANPPPConnection:1";
    BOOST_TEST(fetch(soapRequest("/ctl/WANIPConn1", other, "GetStatusInfo", {})).error() == 401);
}

BOOST_AUTO_TEST_CASE(a_body_that_names_another_action_than_the_header_is_401) {
    HttpRequest request =
        soapRequest("/ctl/WANIPConn1", "urn:schemas-upnp-org:service:WANIPConnection:1", "GetStatusInfo", {});
    request.fields = {{"SOAPACTION", "\"urn:schemas-upnp-org:service:WANIPConnection:1#GetNATRSIPStatus\""}};
    BOOST_TEST(fetch(request).error() == 401);
    request.fields.clear();
    BOOST_TEST(fetch(request).error() == 401);
}

BOOST_DATA_TEST_CASE(what_is_no_envelope_is_400,
                     data::make({"", "hello", "<a/>", "<Envelope><Body/></Envelope>", "<Envelope><Body>",
                                 "<s:Envelope xmlns:s='x'><s:Body><u:A></s:Body></s:Envelope>"}),
                     body) {
    BOOST_TEST(fetch({"POST", "/ctl/WANIPConn1", {}, body}).status == 400U);
}

BOOST_AUTO_TEST_CASE(entities_do_not_grow) {
    std::string bomb = "<!DOCTYPE x [<!ENTITY a \"ha\">";
    for (char name = 'b'; name < 'z'; ++name) {
        const std::string before(1, static_cast<char>(name - 1));
        bomb += std::string{"<!ENTITY "} + name + " \"&" + before + ";&" + before + ";&" + before + ";\">";
    }
    HttpRequest request = soapRequest("/ctl/WANIPConn1", "urn:schemas-upnp-org:service:WANIPConnection:1",
                                      "AddPortMapping", PortMapping{.description = "THERE"}.arguments());
    request.body.replace(request.body.find("THERE"), 5, "&y;");
    request.body = bomb + "]>" + request.body.substr(request.body.find("?>") + 2);
    BOOST_TEST(fetch(request).error() == 0);
    BOOST_TEST(specific(6000).text("NewPortMappingDescription") == "&y;");
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_survived) {
    std::string body;
    for (int depth = 0; depth < 20000; ++depth) {
        body += "<a>";
    }
    BOOST_TEST(fetch({"POST", "/ctl/WANIPConn1", {}, body}).status == 400U);
}

BOOST_AUTO_TEST_CASE(paths_and_methods_it_has_not_are_refused) {
    BOOST_TEST(get("/").status == 404U);
    BOOST_TEST(get("/ctl/WANIPConn1").status == 405U);
    BOOST_TEST(fetch({"POST", "/rootDesc.xml"}).status == 405U);
    BOOST_TEST(fetch({"SUBSCRIBE", "/ctl/WANIPConn1"}).status == 501U);
}

BOOST_AUTO_TEST_CASE(counts_actions_by_their_name) {
    (void)add();
    (void)add({.client = "192.168.1.58"});
    BOOST_TEST(gateway.counters().upnpActions.at("AddPortMapping") == 2U);
    BOOST_TEST(gateway.counters().httpRequests == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
