// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

House withRoot(std::string_view name, std::uint16_t port = 5000) {
    House house;
    house.gateway.root = testing::description(name);
    house.gateway.port = port;
    house.gateway.location = "http://192.168.1.1:" + std::to_string(port) + "/rootDesc.xml";
    return house;
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_mapping)

BOOST_AUTO_TEST_CASE(a_mapping_is_granted_and_stands) {
    House house;
    house.request();
    house.advance(1s);
    const auto event = house.expects(EventKind::granted);
    BOOST_TEST((event.grant.external.address == publicAddress));
    BOOST_TEST(event.grant.external.port == 8080);
    BOOST_TEST((event.grant.lifetime == 7200s));
    BOOST_TEST_REQUIRE(house.entry(8080) != nullptr);
    BOOST_TEST(house.entry(8080)->client == "192.168.1.57");
    BOOST_TEST(house.entry(8080)->port == 8080);
    BOOST_TEST(house.entry(8080)->description == "Portolan");
}

BOOST_DATA_TEST_CASE(every_shape_of_gateway_grants_one,
                     data::make({"miniupnpd_igd2", "ppp_only", "several_wans", "igd2_announced_as_1",
                                 "odd_case_no_namespace", "prefixed_vendor", "double_slashes", "latin1_relative"})) {
    House house = withRoot(sample);
    house.request();
    house.advance(1s);
    house.expects(EventKind::granted);
    BOOST_TEST(house.entry(8080) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_controls_at_another_port_grants_one) {
    House house = withRoot("igd1_urlbase", 49000);
    house.request();
    house.advance(1s);
    house.expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(the_suggested_port_is_asked_for) {
    House house;
    house.request({.protocol = wire::Protocol::udp, .internalPort = 8080, .suggestedPort = 9000});
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port == 9000);
    BOOST_TEST(house.entry(9000, "UDP")->port == 8080);
}

BOOST_AUTO_TEST_CASE(a_look_comes_before_every_creation) {
    House house;
    house.request();
    house.advance(1s);
    BOOST_TEST(house.gateway.log[3] == "GetSpecificPortMappingEntry");
    BOOST_TEST(house.gateway.log[4] == "AddAnyPortMapping");
}

BOOST_AUTO_TEST_CASE(a_version_1_service_is_not_asked_for_any_port) {
    House house = withRoot("ppp_only");
    house.request();
    house.advance(1s);
    BOOST_TEST(house.gateway.count("AddPortMapping") == 1U);
    BOOST_TEST(house.gateway.count("AddAnyPortMapping") == 0U);
}

BOOST_AUTO_TEST_CASE(a_service_that_says_to_be_newer_than_it_is_is_asked_the_old_way) {
    House house;
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action == "AddAnyPortMapping" ? 401U : 0U;
    };
    house.request();
    house.request({.internalPort = 8081});
    house.advance(1s);
    house.expects(EventKind::granted);
    house.expects(EventKind::granted);
    BOOST_TEST(house.gateway.count("AddAnyPortMapping") == 1U);
}

BOOST_AUTO_TEST_CASE(a_new_mapping_is_looked_at_after_8_s) {
    House house;
    house.request();
    house.advance(7s);
    const std::size_t before = house.gateway.count("GetSpecificPortMappingEntry");
    house.advance(3s);
    BOOST_TEST(house.gateway.count("GetSpecificPortMappingEntry") == before + 1);
}

BOOST_AUTO_TEST_CASE(a_mapping_that_a_gateway_drops_at_once_is_made_again) {
    House house;
    house.request();
    house.advance(1s);
    house.expects(EventKind::granted);
    house.gateway.table.clear();
    house.advance(10s);
    house.expects(EventKind::recovered);
    BOOST_TEST(house.entry(8080) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_drops_it_again_and_again_is_given_up_for_long) {
    House house;
    house.request();
    for (int i = 0; i < 20; ++i) {
        house.advance(3s);
        house.gateway.table.clear();
    }
    house.expects(EventKind::granted);
    house.expects(EventKind::recovered);
    house.expects(EventKind::recovered);
    house.expects(EventKind::lost);
    const auto event = house.expects(EventKind::refused);
    BOOST_TEST((event.error == Fault::vanished));
    BOOST_TEST((event.retryAfter == 30min));
}

BOOST_AUTO_TEST_CASE(the_same_port_is_not_mapped_twice) {
    House house;
    house.request();
    BOOST_TEST((house.point.handleRequest(house.now, {.internalPort = 8080}).error().code == Errc::alreadyMapped));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_asked_for_is_refused) {
    House house;
    for (const MappingRequest& wanted :
         {MappingRequest{}, MappingRequest{.protocol = wire::Protocol::sctp, .internalPort = 1},
          MappingRequest{.internalPort = 1, .lifetime = 0s}, MappingRequest{.internalPort = 1, .exactly = true}}) {
        BOOST_TEST((house.point.handleRequest(house.now, wanted).error().code == Errc::invalidRequest));
    }
    BOOST_TEST(house.point.size() == 0U);
}

BOOST_AUTO_TEST_CASE(more_mappings_than_a_router_has_room_for_are_refused) {
    Config config = testConfig();
    config.maxMappings = 2;
    House house{config};
    house.request({.internalPort = 1});
    house.request({.internalPort = 2});
    BOOST_TEST((house.point.handleRequest(house.now, {.internalPort = 3}).error().code == Errc::notAvailable));
}

BOOST_AUTO_TEST_CASE(requests_keep_to_the_ceiling) {
    House house;
    for (std::uint16_t port = 1; port <= 100; ++port) {
        house.request({.internalPort = port});
    }
    house.advance(10s);
    BOOST_TEST(house.point.statistics().requests <= 20U + 10 * 10 + 1);
    house.advance(60s);
    BOOST_TEST(house.gateway.table.size() == 100U);
}

BOOST_AUTO_TEST_CASE(a_mark_is_made_fit_for_a_description) {
    Config config = testConfig();
    config.mark = "Portolan \x1b" + std::string(100, 'x');
    House house{config};
    house.request();
    house.advance(1s);
    BOOST_TEST(house.entry(8080)->description == "Portolan _" + std::string(22, 'x'));
}

BOOST_AUTO_TEST_CASE(what_people_may_read_follows_the_mark) {
    House house;
    house.request({.internalPort = 8080, .description = "caf\xc3\xa9\n" + std::string(100, 'x')});
    house.advance(1s);
    BOOST_TEST(house.entry(8080)->description == "Portolan: caf" + std::string(50, 'x'));
}

BOOST_AUTO_TEST_SUITE_END()
