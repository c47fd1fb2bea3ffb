// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

import portolan.simulator.igd_script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;

namespace {

struct Three : IgdScene {
    Three() {
        (void)add({.external = 6000});
        (void)add({.external = 6001, .port = 81});
        (void)add({.external = 6002, .port = 82, .client = "192.168.1.58"}, hostB);
    }

    Page list(int first, int last, int most = 0, const char* manage = "0") {
        return connection("GetListOfPortMappings",
                          {{"NewStartPort", std::to_string(first)},
                           {"NewEndPort", std::to_string(last)},
                           {"NewProtocol", "TCP"},
                           {"NewManage", manage},
                           {"NewNumberOfPorts", std::to_string(most)}},
                          hostA, 2);
    }

    Page removeRange(int first, int last, const char* manage = "0") {
        return connection("DeletePortMappingRange",
                          {{"NewStartPort", std::to_string(first)},
                           {"NewEndPort", std::to_string(last)},
                           {"NewProtocol", "TCP"},
                           {"NewManage", manage}},
                          hostA, 2);
    }
};

std::size_t count(const std::string& text, const std::string& word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        ++found;
    }
    return found;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_igd_listing, Three)

BOOST_AUTO_TEST_CASE(one_mapping_is_read_by_its_external_port) {
    pass(600s);
    const Page page = specific(6001);
    BOOST_TEST(page.text("NewInternalPort") == "81");
    BOOST_TEST(page.text("NewInternalClient") == "192.168.1.57");
    BOOST_TEST(page.text("NewEnabled") == "1");
    BOOST_TEST(page.text("NewPortMappingDescription") == "a test");
    BOOST_TEST(page.text("NewLeaseDuration") == "3000");
}

BOOST_AUTO_TEST_CASE(a_mapping_that_is_not_there_is_714) {
    BOOST_TEST(specific(7000).error() == 714);
    BOOST_TEST(specific(6000, "198.51.100.7").error() == 714);
    BOOST_TEST(remove(7000).error() == 714);
}

BOOST_AUTO_TEST_CASE(all_mappings_are_read_by_their_index_whoever_made_them) {
    ask(hostA, Map{.protocol = Protocol::udp, .port = 83, .suggests = 6003});
    const auto at = [&](int index) {
        return connection("GetGenericPortMappingEntry", {{"NewPortMappingIndex", std::to_string(index)}});
    };
    BOOST_TEST(at(0).text("NewExternalPort") == "6000");
    BOOST_TEST(at(2).text("NewInternalClient") == "192.168.1.58");
    BOOST_TEST(at(3).text("NewProtocol") == "UDP");
    BOOST_TEST(at(4).error() == 713);
}

BOOST_AUTO_TEST_CASE(a_list_has_the_asking_hosts_mappings_of_a_range) {
    const std::string listing = list(6000, 6002).text("NewPortListing");
    BOOST_TEST(count(listing, "<p:PortMappingEntry>") == 2U);
    BOOST_TEST(listing.find("<p:NewExternalPort>6001</p:NewExternalPort>") != listing.npos);
    BOOST_TEST(count(list(6000, 6002, 1).text("NewPortListing"), "<p:PortMappingEntry>") == 1U);
}

BOOST_AUTO_TEST_CASE(ranges_without_mappings_or_sense_are_730_and_733) {
    BOOST_TEST(list(7000, 7001).error() == 730);
    BOOST_TEST(list(7001, 7000).error() == 733);
    BOOST_TEST(removeRange(7000, 7001).error() == 730);
}

BOOST_AUTO_TEST_CASE(a_mapping_is_deleted_by_its_host) {
    BOOST_TEST(remove(6000).error() == 0);
    BOOST_TEST(!gateway.handleInbound(now, Protocol::tcp, {wan, 6000}, remote).has_value());
}

BOOST_AUTO_TEST_CASE(a_mapping_is_not_deleted_by_another_host_in_version_2) {
    BOOST_TEST(remove(6002).error() == 606);
    BOOST_TEST(gateway.mappings().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_mapping_may_be_deleted_by_another_host_in_version_1) {
    IgdScene first{igdAtWan(IgdVersion::v1)};
    (void)first.add();
    BOOST_TEST(first.remove(6000, hostB).error() == 0);
}

BOOST_AUTO_TEST_CASE(a_mapping_of_pcp_is_not_deleted_by_upnp) {
    ask(hostA, Map{.port = 83, .suggests = 6003});
    BOOST_TEST(remove(6003).error() == 606);
}

BOOST_AUTO_TEST_CASE(a_range_is_deleted_as_far_as_it_is_the_asking_hosts) {
    BOOST_TEST(removeRange(6000, 6002, "1").error() == 0);
    BOOST_TEST_REQUIRE(gateway.mappings().size() == 1U);
    BOOST_TEST(gateway.mappings().front().external.port == 6002);
}

BOOST_AUTO_TEST_CASE(markup_in_a_description_comes_back_as_it_was) {
    (void)add({.external = 6000, .description = "<a> & \"b\""});
    BOOST_TEST(specific(6000).text("NewPortMappingDescription") == "<a> & \"b\"");
}

BOOST_AUTO_TEST_SUITE_END()
