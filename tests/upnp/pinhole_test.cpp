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

BOOST_AUTO_TEST_CASE(one_whose_id_was_not_told_is_not_said_to_be_gone) {
    House house{testConfigV6()};
    house.gateway.loses = "AddPinhole";
    const auto id = house.request();
    house.advance(1s);
    BOOST_TEST(house.gateway.pinholes.size() == 1U);
    house.release(id);
    house.advance(10s);
    BOOST_TEST((house.expects(EventKind::released).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_CASE(one_that_was_refused_is_gone) {
    House house{testConfigV6()};
    house.gateway.fault = [](std::string_view action, std::string_view) { return action == "AddPinhole" ? 606U : 0U; };
    const auto id = house.request();
    house.advance(1s);
    house.expects(EventKind::refused);
    BOOST_TEST(!house.point.mayStand(id));
    house.release(id);
    BOOST_TEST(!house.expects(EventKind::released).error);
}

BOOST_AUTO_TEST_CASE(one_that_was_refused_when_it_was_asked_for_again_may_stand) {
    House house{testConfigV6()};
    house.gateway.loses = "AddPinhole";
    const auto id = house.request();
    house.advance(7s);
    house.gateway.loses.clear();
    house.gateway.fault = [](std::string_view action, std::string_view) { return action == "AddPinhole" ? 701U : 0U; };
    house.advance(10s);
    house.expects(EventKind::refused);
    house.release(id);
    BOOST_TEST((house.expects(EventKind::released).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_CASE(one_that_ended_and_was_refused_then_is_gone) {
    House house{testConfigV6()};
    const auto id = house.hold();
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action == "AddPinhole" || action == "UpdatePinhole" ? 701U : 0U;
    };
    house.advance(3h);
    BOOST_TEST(!house.point.grant(id).has_value());
    house.events.clear();
    house.release(id);
    BOOST_TEST(!house.expects(EventKind::released).error);
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
