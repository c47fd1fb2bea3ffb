// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

/// What a service of `several_wans` says of itself.
struct Wan {
    std::string status;
    std::string external;
};

/// A house whose gateway has three connections to the outside, each under its path.
House threeWans(const std::map<std::string, Wan>& wans) {
    House house;
    house.gateway.root = testing::description("several_wans");
    house.gateway.answer = [wans](std::string_view action, std::string_view path) -> std::optional<std::string> {
        const auto at = wans.find(std::string{path});
        if (at == wans.end() || (action != "GetStatusInfo" && action != "GetExternalIPAddress")) {
            return std::nullopt;
        }
        return action == "GetStatusInfo"
                   ? soapAnswer(action, "<NewConnectionStatus>" + at->second.status + "</NewConnectionStatus>")
                   : soapAnswer(action, "<NewExternalIPAddress>" + at->second.external + "</NewExternalIPAddress>");
    };
    return house;
}

std::string chosen(House& house) {
    house.request();
    house.advance(1s);
    return house.point.service() ? house.point.service()->control.target : "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_discovery)

BOOST_AUTO_TEST_CASE(nothing_is_asked_before_something_is_wanted) {
    House house;
    house.advance(1h);
    BOOST_TEST(house.searches.empty());
    BOOST_TEST(!house.point.nextTimeout().has_value());
}

BOOST_AUTO_TEST_CASE(a_gateway_is_found_described_and_asked_whether_it_is_connected) {
    House house;
    house.request();
    house.advance(1s);
    BOOST_TEST((house.point.stage() == Stage::ready));
    BOOST_TEST(house.point.description()->friendlyName == "OpenWrt router");
    BOOST_TEST(house.gateway.log[0] == "GET");
    BOOST_TEST(house.gateway.log[1] == "GetStatusInfo");
    BOOST_TEST(house.gateway.log[2] == "GetExternalIPAddress");
}

BOOST_AUTO_TEST_CASE(where_nobody_answers_that_is_told_and_searched_for_ever_less_often) {
    House house;
    house.gateway.searchable = false;
    house.request();
    house.advance(7s);
    const auto event = house.expects(EventKind::refused);
    BOOST_TEST((event.error == Errc::noAnswer));
    BOOST_TEST((event.retryAfter >= 30s));
    house.advance(24h);
    BOOST_TEST(house.searches.size() >= 36U * 75);
    BOOST_TEST(house.searches.size() <= 36U * 110);
}

BOOST_AUTO_TEST_CASE(what_is_waited_for_can_be_told_at_any_time) {
    House house;
    house.gateway.searchable = false;
    house.request();
    house.advance(2s);
    BOOST_TEST(house.point.soFar().detail == "nothing answered the search for a gateway");
    house.gateway.searchable = true;
    house.gateway.silent = true;
    house.advance(2s); // it is asked thrice
    BOOST_TEST((house.point.stage() == Stage::describing));
    BOOST_TEST(house.point.soFar().detail ==
               "http://192.168.1.1:5000/rootDesc.xml did not send its description in time");
}

BOOST_AUTO_TEST_CASE(that_a_request_is_not_answered_can_be_told_while_it_is_waited_for) {
    House house;
    house.hold();
    house.gateway.silent = true;
    house.request({.internalPort = 8081});
    const Error why = house.point.soFar();
    BOOST_TEST((why.code == Errc::noAnswer));
    BOOST_TEST(why.detail.starts_with("http://192.168.1.1:5000/"), why.detail);
    BOOST_TEST(why.detail.ends_with(" did not answer in time"), why.detail);
}

BOOST_AUTO_TEST_CASE(a_location_that_is_not_followed_is_told_with_its_url_before_the_search_is_over) {
    House house;
    house.gateway.location = "http://203.0.113.9:5000/rootDesc.xml";
    house.request();
    house.advance(1s);
    BOOST_TEST((house.point.soFar().code == Fault::foreignUrl));
    BOOST_TEST(house.point.soFar().detail == "http://203.0.113.9:5000/rootDesc.xml");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_comes_later_is_found) {
    House house;
    house.gateway.searchable = false;
    house.request();
    house.advance(10s);
    house.events.clear();
    house.gateway.searchable = true;
    house.announces("ssdp:alive", "LOCATION: http://192.168.1.1:5000/rootDesc.xml\r\n");
    house.advance(1s);
    house.expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(announcements_of_strangers_start_no_search) {
    House house;
    house.gateway.searchable = false;
    house.request();
    house.advance(10s);
    const std::size_t before = house.searches.size();
    house.receives("NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nNTS: ssdp:alive\r\n\r\n", otherHost);
    BOOST_TEST(house.searches.size() == before);
    BOOST_TEST(house.point.statistics().foreign == 1U);
}

BOOST_AUTO_TEST_CASE(a_location_of_another_host_is_never_asked) {
    House house;
    house.gateway.location = "http://203.0.113.9:5000/rootDesc.xml";
    house.request();
    house.advance(7s);
    BOOST_TEST((house.expects(EventKind::refused).error == Fault::foreignUrl));
    BOOST_TEST(house.gateway.log.empty());
}

BOOST_AUTO_TEST_CASE(a_device_without_the_services_is_told) {
    House house;
    house.gateway.root = testing::description("media_server");
    house.request();
    house.advance(7s);
    BOOST_TEST((house.expects(EventKind::refused).error == Fault::noService));
}

BOOST_AUTO_TEST_CASE(the_connected_service_is_chosen) {
    House house = threeWans({{"/ctl/ppp", {"Disconnected", "0.0.0.0"}},
                             {"/ctl/lte", {"Disconnected", ""}},
                             {"/ctl/fibre", {"Connected", "203.0.113.45"}}});
    BOOST_TEST(chosen(house) == "/ctl/fibre");
}

BOOST_AUTO_TEST_CASE(among_connected_ones_the_public_address_counts) {
    House house = threeWans({{"/ctl/ppp", {"Connected", "10.1.2.3"}},
                             {"/ctl/lte", {"Up", "100.64.1.2"}},
                             {"/ctl/fibre", {"Up", "203.0.113.45"}}});
    BOOST_TEST(chosen(house) == "/ctl/fibre");
    BOOST_TEST((house.expects(EventKind::granted).grant.external.address == publicAddress));
}

BOOST_AUTO_TEST_CASE(among_equals_the_first_counts) {
    House house = threeWans({{"/ctl/ppp", {"Connected", "10.1.2.3"}},
                             {"/ctl/lte", {"Connected", "10.1.2.4"}},
                             {"/ctl/fibre", {"Connected", "10.1.2.5"}}});
    BOOST_TEST(chosen(house) == "/ctl/ppp");
}

BOOST_AUTO_TEST_CASE(a_gateway_that_cannot_tell_is_used_all_the_same) {
    House house;
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action == "GetStatusInfo" || action == "GetExternalIPAddress" ? 501U : 0U;
    };
    house.request();
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.address.isAny());
}

BOOST_AUTO_TEST_CASE(a_search_waits_for_its_turn) {
    Config config = testConfig();
    config.waitForTurn = true;
    House house{config};
    house.request();
    house.advance(1min);
    BOOST_TEST((house.point.stage() == Stage::waiting));
    BOOST_TEST(house.searches.empty());
    house.point.handleSearchTurn(house.now);
    house.drain();
    house.advance(1s);
    house.expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(a_search_alone_makes_the_gateway_known_and_asks_it_for_nothing) {
    House house;
    const auto id = house.point.handleSearch(house.now);
    house.drain();
    house.advance(1s);
    BOOST_TEST((house.point.stage() == Stage::ready));
    BOOST_TEST(house.gateway.log.size() == 3U); // its description, status and address
    house.advance(1h).expectsNothing();
    BOOST_TEST(house.gateway.log.size() == 3U);
    house.request();
    house.expects(EventKind::granted); // at once
    house.release(id);
    house.expectsNothing();
    BOOST_TEST(house.point.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_search_that_finds_nothing_tells_so_and_goes_on_until_it_is_ended) {
    House house;
    house.gateway.searchable = false;
    const auto id = house.point.handleSearch(house.now);
    house.drain();
    house.advance(2min);
    for (unsigned times = 0; times < 2; ++times) {
        const auto event = house.expects(EventKind::refused);
        BOOST_TEST((event.id == id));
        BOOST_TEST((event.error == Errc::noAnswer));
    }
    house.release(id);
    BOOST_TEST((house.point.stage() == Stage::asleep));
    BOOST_TEST(!house.point.nextTimeout().has_value());
}

BOOST_AUTO_TEST_CASE(the_external_address_is_told) {
    House house;
    BOOST_TEST(house.point.handleAddressQuery(house.now).has_value());
    house.drain();
    house.advance(1s);
    BOOST_TEST((house.expects(EventKind::address).grant.external.address == publicAddress));
    BOOST_TEST(house.point.size() == 0U);
}

BOOST_AUTO_TEST_CASE(the_round_trip_of_the_last_answer_is_told) {
    ControlPoint point{testConfig()};
    TimePoint now;
    BOOST_TEST(point.handleAddressQuery(now).has_value());
    const std::string found = "HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n"
                              "LOCATION: http://192.168.1.1:5000/rootDesc.xml\r\n\r\n";
    point.handleDatagram(now, {gatewayAddress, ssdpPort}, octetsOf(found));
    point.handleTimeout(now += 500ms);
    const auto exchange = point.pollExchange(now);
    BOOST_TEST_REQUIRE(exchange.has_value());
    HttpResponse described;
    described.status = 200;
    described.body = testing::description("miniupnpd_igd2");
    point.handleResponse(now + 7ms, exchange->id, described);
    BOOST_TEST((point.statistics().roundTrip == 7ms));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_searched_for_is_known_and_nothing_is_asked_of_it) {
    House house{testConfigV6()};
    house.gateway.location = "http://[fe80::1]:5000/rootDesc.xml";
    const auto search = house.point.handleSearch(house.now);
    house.drain();
    house.advance(1s);
    BOOST_TEST((house.point.stage() == Stage::ready));
    BOOST_TEST((house.point.service()->kind == ServiceKind::ipv6Firewall));
    BOOST_TEST(house.gateway.count("AddPinhole") == 0U);
    house.expectsNothing();
    house.point.handleRelease(house.now, search);
    BOOST_TEST(house.point.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_silent_service_is_not_waited_for) {
    House house;
    house.gateway.silent = true;
    house.request();
    house.advance(10s);
    BOOST_TEST((house.expects(EventKind::refused).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_SUITE_END()
