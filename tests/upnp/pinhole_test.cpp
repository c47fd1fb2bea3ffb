// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

std::optional<std::string> firewall(std::string_view action, bool enabled, bool allowed) {
    if (action != "GetFirewallStatus") {
        return std::nullopt;
    }
    return soapAnswer(action, "<FirewallEnabled>" + std::to_string(static_cast<int>(enabled)) +
                                  "</FirewallEnabled><InboundPinholeAllowed>" +
                                  std::to_string(static_cast<int>(allowed)) + "</InboundPinholeAllowed>");
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_pinhole)

BOOST_AUTO_TEST_CASE(a_client_with_an_ipv6_address_gets_a_pinhole_to_it) {
    House house{testConfigV6()};
    house.hold();
    BOOST_TEST(house.gateway.pinholes.size() == 1U);
    BOOST_TEST(house.gateway.table.empty());
    BOOST_TEST((house.point.service()->kind == ServiceKind::ipv6Firewall));
}

BOOST_AUTO_TEST_CASE(its_outside_is_the_host_itself) {
    House house{testConfigV6()};
    const auto id = house.hold();
    const auto grant = house.point.grant(id);
    BOOST_TEST((grant->external.address == testConfigV6().clientAddress));
    BOOST_TEST(grant->external.port == 8080);
}

BOOST_AUTO_TEST_CASE(it_is_renewed_by_its_id) {
    House house{testConfigV6()};
    house.hold();
    house.advance(24h);
    BOOST_TEST(house.gateway.count("AddPinhole") == 1U);
    BOOST_TEST(house.gateway.count("UpdatePinhole") > 10U);
    house.expects(EventKind::renewed);
}

BOOST_AUTO_TEST_CASE(one_that_is_gone_is_made_again) {
    House house{testConfigV6()};
    house.hold();
    house.gateway.pinholes.clear();
    house.point.handleDoubt(house.now);
    house.advance(6s);
    house.expects(EventKind::recovered);
    BOOST_TEST(house.gateway.pinholes.size() == 1U);
}

BOOST_AUTO_TEST_CASE(it_is_deleted_on_release) {
    House house{testConfigV6()};
    house.release(house.hold());
    BOOST_TEST(!house.expects(EventKind::released).error);
    BOOST_TEST(house.gateway.pinholes.empty());
}

BOOST_AUTO_TEST_CASE(a_firewall_that_is_off_has_nothing_to_open) {
    House house{testConfigV6()};
    house.gateway.answer = [](std::string_view action, std::string_view) { return firewall(action, false, true); };
    house.request();
    house.advance(1s);
    BOOST_TEST((house.expects(EventKind::refused).error == ErrorCode::firewallDisabled));
    BOOST_TEST(house.gateway.count("AddPinhole") == 0U);
}

BOOST_AUTO_TEST_CASE(a_firewall_that_allows_no_pinholes_is_not_asked_for_one) {
    House house{testConfigV6()};
    house.gateway.answer = [](std::string_view action, std::string_view) { return firewall(action, true, false); };
    house.request();
    house.advance(1s);
    BOOST_TEST((house.expects(EventKind::refused).error == ErrorCode::inboundPinholeNotAllowed));
    BOOST_TEST(house.gateway.count("AddPinhole") == 0U);
}

BOOST_AUTO_TEST_CASE(a_gateway_without_a_firewall_service_is_told) {
    House house{testConfigV6()};
    house.gateway.root = testing::description("ppp_only");
    house.request();
    house.advance(1s);
    BOOST_TEST((house.expects(EventKind::refused).error == Fault::noService));
}

BOOST_AUTO_TEST_CASE(a_pinhole_nobody_has_an_id_of_cannot_be_deleted) {
    House house{testConfigV6()};
    BOOST_TEST((house.point.handleDelete(house.now, {.internalPort = 8080}).error().code == Errc::notAvailable));
    BOOST_TEST((house.point.handleAddressQuery(house.now).error().code == Errc::notAvailable));
}

BOOST_AUTO_TEST_CASE(the_search_goes_to_the_group_of_ipv6) {
    House house{testConfigV6()};
    house.gateway.searchable = false;
    house.request();
    BOOST_TEST(house.searches.back().find("[ff02::c]:1900") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
