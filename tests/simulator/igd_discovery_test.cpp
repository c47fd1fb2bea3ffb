// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <set>
#include <string>
#include <vector>

import portolan.simulator.igd_script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;
namespace data = boost::unit_test::data;

namespace {

const std::string gatewayV1 = "urn:schemas-upnp-org:device:InternetGatewayDevice:1";
const std::string gatewayV2 = "urn:schemas-upnp-org:device:InternetGatewayDevice:2";

std::vector<std::string> allFields(const std::vector<std::string>& datagrams, const std::string& name) {
    std::vector<std::string> values;
    for (const std::string& each : datagrams) {
        values.push_back(field(each, name));
    }
    return values;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_igd_discovery, IgdScene)

BOOST_AUTO_TEST_CASE(answers_a_search_for_the_gateway_with_its_description) {
    const auto answers = search(gatewayV2);
    BOOST_TEST_REQUIRE(answers.size() == 1U);
    BOOST_TEST(answers.front().starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(field(answers.front(), "LOCATION") == "http://192.168.1.1:5000/rootDesc.xml");
    BOOST_TEST(field(answers.front(), "ST") == gatewayV2);
    BOOST_TEST(field(answers.front(), "USN").ends_with("::" + gatewayV2));
    BOOST_TEST(field(answers.front(), "BOOTID.UPNP.ORG") == "1");
}

BOOST_DATA_TEST_CASE(
    answers_for_each_thing_it_has,
    data::make({"upnp:rootdevice", "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
                "urn:schemas-upnp-org:device:WANDevice:2", "urn:schemas-upnp-org:device:WANConnectionDevice:1",
                "urn:schemas-upnp-org:service:WANIPConnection:1", "urn:schemas-upnp-org:service:WANIPConnection:2",
                "urn:schemas-upnp-org:service:WANIPv6FirewallControl:1",
                "urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1"}),
    target) {
    const auto answers = search(target);
    BOOST_TEST_REQUIRE(answers.size() == 1U);
    BOOST_TEST(field(answers.front(), "ST") == target);
}

BOOST_DATA_TEST_CASE(says_nothing_for_what_it_has_not,
                     data::make({"urn:schemas-upnp-org:service:WANPPPConnection:1",
                                 "urn:schemas-upnp-org:device:InternetGatewayDevice:3",
                                 "urn:schemas-upnp-org:device:MediaServer:1", "uuid:none", ""}),
                     target) {
    BOOST_TEST(search(target).empty());
}

BOOST_AUTO_TEST_CASE(a_gateway_of_version_1_says_nothing_to_a_search_for_version_2) {
    IgdScene first{igdAtWan(IgdVersion::v1)};
    BOOST_TEST(first.search(gatewayV2).empty());
    BOOST_TEST(first.search(gatewayV1).size() == 1U);
}

BOOST_AUTO_TEST_CASE(answers_a_search_for_its_uuid) {
    const std::string usn = field(search("upnp:rootdevice").front(), "USN");
    const std::string uuid = usn.substr(0, usn.find("::"));
    BOOST_TEST(field(search(uuid).front(), "USN") == uuid);
}

BOOST_AUTO_TEST_CASE(a_search_for_all_names_everything_once) {
    const auto usns = allFields(search("ssdp:all"), "USN");
    // three devices: three for the root and two for each other; and four services
    BOOST_TEST(usns.size() == 11U);
    BOOST_TEST((std::set<std::string>{usns.begin(), usns.end()}.size()) == usns.size());
}

BOOST_AUTO_TEST_CASE(spreads_answers_to_a_multicast_search_over_the_time_it_allows) {
    (void)search("ssdp:all", Delivery::multicast, "MX: 2\r\n");
    std::set<TimePoint> times;
    std::size_t answers = 0;
    for (int step = 0; step < 20; ++step) {
        pass(100ms);
        const auto came = discoveries();
        answers += came.size();
        if (!came.empty()) {
            times.insert(now);
        }
    }
    BOOST_TEST(answers + 1 >= 11U); // one may have come at once
    BOOST_TEST(times.size() > 3U);
}

BOOST_AUTO_TEST_CASE(a_multicast_search_without_a_time_to_answer_in_is_ignored) {
    BOOST_TEST(search("upnp:rootdevice", Delivery::multicast, "").empty());
    pass(10s);
    BOOST_TEST(discoveries().empty());
    BOOST_TEST(search("upnp:rootdevice", Delivery::unicast, "").size() == 1U);
}

BOOST_DATA_TEST_CASE(what_is_no_search_is_ignored,
                     data::make({"", "M-SEARCH * HTTP/1.1\r\nST: upnp:rootdevice\r\nMX: 1\r\n\r\n",
                                 "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n\r\n",
                                 "NOTIFY * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: upnp:rootdevice\r\n\r\n",
                                 "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nST: upnp:rootdevice\r\n"}),
                     text) {
    const std::string datagram{text};
    gateway.handleSearch(now, hostA, Octets{datagram.begin(), datagram.end()}, Delivery::unicast);
    BOOST_TEST(discoveries().empty());
}

BOOST_AUTO_TEST_CASE(announces_itself_when_it_begins_to_serve) {
    // to both families
    BOOST_TEST(announced.size() == 22U);
    BOOST_TEST(std::ranges::all_of(announced, [](const std::string& each) {
        return each.starts_with("NOTIFY * HTTP/1.1\r\n") && field(each, "NTS") == "ssdp:alive";
    }));
    BOOST_TEST(field(announced.front(), "HOST") == "239.255.255.250:1900");
    BOOST_TEST(field(announced.back(), "LOCATION") == "http://[fd00::1]:5000/rootDesc.xml");
}

BOOST_AUTO_TEST_CASE(announces_itself_again_before_that_is_forgotten) {
    pass(899s);
    BOOST_TEST(discoveries().empty());
    pass(1s);
    BOOST_TEST(discoveries().size() == 22U);
}

BOOST_AUTO_TEST_CASE(a_restart_takes_back_and_announces_with_the_next_boot_id) {
    gateway.resetState(now);
    const auto sentNow = discoveries();
    BOOST_TEST_REQUIRE(sentNow.size() == 44U);
    BOOST_TEST(field(sentNow.front(), "NTS") == "ssdp:byebye");
    BOOST_TEST(field(sentNow.front(), "BOOTID.UPNP.ORG") == "1");
    BOOST_TEST(field(sentNow.back(), "NTS") == "ssdp:alive");
    BOOST_TEST(field(sentNow.back(), "BOOTID.UPNP.ORG") == "2");
}

BOOST_AUTO_TEST_CASE(says_nothing_while_translation_is_off) {
    gateway.setNatEnabled(false);
    BOOST_TEST(search("ssdp:all").empty());
}

BOOST_AUTO_TEST_CASE(without_upnp_there_is_nothing_to_find) {
    IgdScene none{atWan()};
    BOOST_TEST(none.announced.empty());
    BOOST_TEST(none.search("ssdp:all").empty());
    BOOST_TEST(!none.gateway.nextTimeout().has_value());
}

BOOST_AUTO_TEST_CASE(a_flood_of_searches_does_not_fill_the_memory) {
    for (int count = 0; count < 10000; ++count) {
        (void)search("ssdp:all", Delivery::multicast, "MX: 5\r\n");
    }
    pass(5s);
    BOOST_TEST(discoveries().size() < 2000U);
}

BOOST_AUTO_TEST_SUITE_END()
