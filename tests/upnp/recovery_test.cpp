// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view location = "LOCATION: http://192.168.1.1:5000/rootDesc.xml\r\n";

std::string alive(std::uint32_t bootId) {
    return std::string{location} + "BOOTID.UPNP.ORG: " + std::to_string(bootId) + "\r\n";
}

House holdingThree() {
    House house;
    for (std::uint16_t port = 8080; port < 8083; ++port) {
        house.hold({.internalPort = port});
    }
    return house;
}

void allAre(House& house, EventKind kind, std::size_t number) {
    for (std::size_t i = 0; i < number; ++i) {
        house.expects(kind);
    }
    house.expectsNothing();
}

void networkIsBack(House& house) {
    house.point.handleReturn(house.now);
    house.drain();
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_recovery)

BOOST_AUTO_TEST_CASE(another_boot_id_has_everything_looked_at_and_made_again) {
    House house = holdingThree();
    house.gateway.restart(house.now);
    house.announces("ssdp:alive", alive(2));
    house.advance(7s);
    allAre(house, EventKind::recovered, 3);
    BOOST_TEST(house.gateway.table.size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_same_boot_id_changes_nothing) {
    House house = holdingThree();
    const std::size_t before = house.gateway.log.size();
    house.announces("ssdp:alive", alive(1));
    house.advance(7s);
    BOOST_TEST(house.gateway.log.size() == before);
}

BOOST_AUTO_TEST_CASE(an_update_of_the_boot_id_says_that_nothing_was_lost) {
    House house = holdingThree();
    const std::size_t before = house.gateway.log.size();
    house.announces("ssdp:update", "BOOTID.UPNP.ORG: 1\r\nNEXTBOOTID.UPNP.ORG: 2\r\n");
    house.announces("ssdp:alive", alive(2));
    house.advance(7s);
    BOOST_TEST(house.gateway.log.size() == before);
}

BOOST_AUTO_TEST_CASE(a_flood_of_announcements_asks_little_of_the_gateway) {
    House house = holdingThree();
    const std::size_t before = house.gateway.log.size();
    for (std::uint32_t i = 2; i < 1000; ++i) {
        house.announces("ssdp:alive", alive(i));
        house.advance(10ms);
    }
    house.advance(10s);
    BOOST_TEST(house.gateway.log.size() <= before + 3);
}

BOOST_AUTO_TEST_CASE(announcements_without_a_boot_id_have_one_mapping_looked_at_and_then_all) {
    House house;
    house.gateway.bootId.reset();
    for (std::uint16_t port = 8080; port < 8083; ++port) {
        house.hold({.internalPort = port});
    }
    house.gateway.table.clear();
    house.announces("ssdp:alive", location);
    house.advance(12s);
    allAre(house, EventKind::recovered, 3);
}

BOOST_AUTO_TEST_CASE(an_uptime_that_went_back_is_a_restart) {
    House house = holdingThree();
    house.gateway.restart(house.now);
    house.advance(6min);
    allAre(house, EventKind::recovered, 3);
}

BOOST_AUTO_TEST_CASE(a_table_that_was_emptied_is_noticed_within_minutes) {
    House house = holdingThree();
    house.gateway.table.clear();
    house.advance(6min);
    allAre(house, EventKind::recovered, 3);
}

BOOST_AUTO_TEST_CASE(what_was_taken_by_another_meanwhile_is_lost_and_had_elsewhere) {
    House house;
    house.hold();
    const Entry skype{"192.168.1.9", 8080, "Skype", 0, {}};
    house.gateway.table = {{{"TCP", 8080}, skype}};
    house.point.handleDoubt(house.now);
    house.drain();
    house.advance(6s);
    house.expects(EventKind::lost);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port != 8080);
    BOOST_TEST((*house.entry(8080) == skype));
}

BOOST_AUTO_TEST_CASE(another_external_address_has_moved_all) {
    House house = holdingThree();
    house.gateway.external = "198.51.100.7";
    house.advance(6min);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST((house.expects(EventKind::moved).grant.external.address == wire::Address::v4(198, 51, 100, 7)));
    }
    house.expectsNothing();
}

BOOST_AUTO_TEST_CASE(an_external_address_that_changed_while_nothing_was_held_is_known_at_the_next_grant) {
    House house;
    house.release(house.hold());
    house.expects(EventKind::released);
    house.gateway.external = "198.51.100.7";
    house.advance(1h);
    house.request();
    BOOST_TEST((house.expects(EventKind::granted).grant.external.address == wire::Address::v4(198, 51, 100, 7)));
    house.expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_gateway_that_no_more_tells_its_address_grants_all_the_same) {
    House house;
    house.release(house.hold());
    house.expects(EventKind::released);
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action == "GetStatusInfo" || action == "GetExternalIPAddress" ? 501U : 0U;
    };
    house.advance(1h);
    house.request();
    house.advance(1s);
    house.expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(an_address_that_is_away_for_a_while_has_moved_nothing) {
    House house = holdingThree();
    house.gateway.external = "";
    house.advance(12min);
    house.gateway.external = "203.0.113.45";
    house.advance(12min);
    house.expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_gateway_that_comes_back_at_another_port_is_found) {
    House house = holdingThree();
    house.gateway.restart(house.now);
    house.gateway.port = 49152;
    house.gateway.location = "http://192.168.1.1:49152/rootDesc.xml";
    house.advance(6min);
    allAre(house, EventKind::recovered, 3);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_announces_itself_at_another_port_is_found_at_once) {
    House house = holdingThree();
    house.gateway.restart(house.now);
    house.gateway.port = 49152;
    house.gateway.location = "http://192.168.1.1:49152/rootDesc.xml";
    house.announces("ssdp:alive", "LOCATION: http://192.168.1.1:49152/rootDesc.xml\r\n");
    house.advance(8s);
    allAre(house, EventKind::recovered, 3);
}

BOOST_AUTO_TEST_CASE(an_announced_location_elsewhere_is_not_followed) {
    House house = holdingThree();
    const std::size_t before = house.searches.size();
    house.announces("ssdp:alive", "LOCATION: http://203.0.113.9/x\r\nBOOTID.UPNP.ORG: 1\r\n");
    BOOST_TEST(house.searches.size() == before);
}

BOOST_AUTO_TEST_CASE(a_gateway_with_two_descriptions_is_not_searched_for_whenever_it_tells_of_the_other) {
    const std::string other = "LOCATION: http://192.168.1.1:5000/second.xml\r\nBOOTID.UPNP.ORG: 77\r\n";
    House house;
    house.request();
    house.receives("HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n" + other + "\r\n");
    house.advance(1s);
    house.expects(EventKind::granted);
    const std::size_t before = house.searches.size();
    for (int times = 0; times < 58; ++times) {
        house.announces("ssdp:alive", times % 2 == 0 ? other : alive(1));
        house.advance(31s);
    }
    BOOST_TEST(house.searches.size() == before);
    house.expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_description_that_is_told_of_and_never_found_is_searched_for_once) {
    const std::string other = "LOCATION: http://192.168.1.1:5000/second.xml\r\n";
    House house = holdingThree();
    for (int times = 0; times < 4; ++times) {
        house.announces("ssdp:alive", other);
        house.advance(31s);
    }
    const std::size_t before = house.searches.size();
    for (int times = 0; times < 58; ++times) {
        house.announces("ssdp:alive", times % 2 == 0 ? other : alive(1));
        house.advance(31s);
    }
    BOOST_TEST(house.searches.size() == before);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_invents_descriptions_is_not_searched_for_each) {
    House house = holdingThree();
    for (int times = 0; times < 100; ++times) {
        house.announces("ssdp:alive", "LOCATION: http://192.168.1.1:5000/" + std::to_string(times) + "\r\n");
        house.advance(31s);
    }
    BOOST_TEST(house.searches.size() <= 2U * 9);
}

BOOST_AUTO_TEST_CASE(the_other_description_has_the_gateway_looked_at) {
    House house;
    house.request();
    house.receives("HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n"
                   "LOCATION: http://192.168.1.1:49152/second.xml\r\n\r\n");
    house.advance(40s);
    house.expects(EventKind::granted);
    house.gateway.restart(house.now);
    house.gateway.port = 49152; // the one that was in use is gone
    house.gateway.location = "http://192.168.1.1:49152/second.xml";
    house.announces("ssdp:alive", "LOCATION: http://192.168.1.1:49152/second.xml\r\n");
    house.advance(12s);
    house.expects(EventKind::recovered);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_goes_is_looked_at) {
    House house = holdingThree();
    house.announces("ssdp:byebye");
    const std::size_t before = house.gateway.count("GetStatusInfo");
    house.advance(6s);
    BOOST_TEST(house.gateway.count("GetStatusInfo") == before + 1);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_goes_and_comes_is_recovered_from_at_once) {
    House house = holdingThree();
    house.gateway.restart(house.now);
    house.gateway.closed = true;
    house.announces("ssdp:byebye");
    house.advance(6s);
    house.gateway.closed = false;
    house.announces("ssdp:alive", alive(2));
    house.advance(7s);
    allAre(house, EventKind::recovered, 3);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_never_counts_its_uptime_is_not_doubted) {
    House house;
    house.gateway.answer = [](std::string_view action, std::string_view) -> std::optional<std::string> {
        return action == "GetStatusInfo"
                   ? std::optional{soapAnswer(action, "<NewConnectionStatus>Connected"
                                                      "</NewConnectionStatus><NewUptime>0</NewUptime>")}
                   : std::nullopt;
    };
    for (std::uint16_t port = 1; port <= 10; ++port) {
        house.hold({.internalPort = port});
    }
    const std::size_t before = house.gateway.count("GetSpecificPortMappingEntry");
    house.advance(30min);
    BOOST_TEST(house.gateway.count("GetSpecificPortMappingEntry") <= before + 7);
}

BOOST_AUTO_TEST_CASE(a_week_with_a_gateway_is_quiet) {
    House house = holdingThree();
    house.gateway.log.clear();
    house.advance(std::chrono::hours{24 * 7});
    BOOST_TEST(house.searches.size() == 2U);
    BOOST_TEST(house.gateway.table.size() == 3U);
    BOOST_TEST(house.gateway.log.size() < 10'000U);
    for (const auto& event : house.events) {
        BOOST_TEST((event.kind == EventKind::renewed));
    }
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_elsewhere_after_a_restart_is_found_by_its_own_announcement) {
    House house;
    house.hold();
    house.gateway.restart(house.now);
    house.gateway.port = 5001;
    house.gateway.location = "http://192.168.1.1:5001/rootDesc.xml";
    const std::string where = "LOCATION: " + house.gateway.location + "\r\nBOOTID.UPNP.ORG: 2\r\n";
    house.receives("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n" + where + "\r\n"); // goes first
    house.announces("ssdp:alive", where);
    house.advance(6s);
    house.expects(EventKind::recovered);
}

BOOST_AUTO_TEST_CASE(a_network_that_is_back_has_the_gateway_searched_at_once) {
    House house;
    house.gateway.searchable = false;
    house.request();
    house.advance(1h); // by now it is searched every quarter of an hour
    house.events.clear();
    house.gateway.searchable = true;
    networkIsBack(house);
    house.advance(10s);
    house.expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(a_network_that_is_back_in_the_middle_of_a_search_has_it_begun_anew) {
    House house;
    house.gateway.searchable = false;
    house.request();
    house.advance(5s); // the last round is sent
    house.gateway.searchable = true;
    networkIsBack(house);
    house.advance(1s);
    house.expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(a_network_that_is_back_has_asked_again_what_was_not_answered) {
    Config config = testConfig();
    config.requestTimeout = 2s; // it is given up before the gateway is searched anew
    config.verifyAfter = 1min;
    House house{config};
    house.request({.internalPort = 8080});
    house.advance(1s);
    house.expects(EventKind::granted);
    house.gateway.silent = true;
    house.request({.internalPort = 8081});
    house.advance(20s);
    BOOST_TEST((house.expects(EventKind::refused).error == Errc::noAnswer));
    BOOST_TEST((house.point.stage() == Stage::ready));
    house.gateway.silent = false;
    networkIsBack(house);
    house.advance(10s);
    house.expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(a_network_that_is_back_has_what_is_held_looked_at) {
    House house = holdingThree();
    house.gateway.table.clear();
    networkIsBack(house);
    house.advance(7s);
    allAre(house, EventKind::recovered, 3);
}

BOOST_AUTO_TEST_SUITE_END()
