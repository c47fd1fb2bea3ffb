// SPDX-License-Identifier: MIT
#include <algorithm>
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

/// A gateway that answers leases other than 0 with this code.
House permanentOnly(unsigned code) {
    House house;
    house.gateway.root = testing::description("ppp_only");
    house.gateway.fault = [code](std::string_view action, std::string_view body) {
        return action == "AddPortMapping" && argument(body, "NewLeaseDuration") != "0" ? code : 0U;
    };
    return house;
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_lease)

BOOST_AUTO_TEST_CASE(a_lease_is_renewed_when_half_of_it_has_passed) {
    House house;
    house.hold();
    house.advance(3600s - 22s).expectsNothing();
    house.advance(900s + 22s);
    house.expects(EventKind::renewed);
    BOOST_TEST(house.entry(8080)->lease == 7200U);
}

BOOST_AUTO_TEST_CASE(a_renewal_keeps_its_port) {
    House house;
    house.hold();
    house.advance(24h);
    BOOST_TEST(house.gateway.table.size() == 1U);
    BOOST_TEST(house.gateway.count("AddAnyPortMapping") == 1U);
    for (const auto& event : house.events) {
        BOOST_TEST((event.kind == EventKind::renewed));
    }
}

BOOST_AUTO_TEST_CASE(a_renewal_looks_before_it_replaces) {
    House house;
    house.hold();
    house.gateway.log.clear();
    house.advance(75min);
    house.expects(EventKind::renewed);
    const auto& log = house.gateway.log;
    for (std::size_t i = 0; i < log.size(); ++i) {
        if (log[i] == "AddPortMapping") {
            BOOST_TEST_REQUIRE(i > 0U);
            BOOST_TEST(log[i - 1] == "GetSpecificPortMappingEntry");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_gateway_that_makes_permanent_mappings_only_gets_them) {
    for (const unsigned code : {725U, 402U, 501U, 600U, 899U}) {
        House house = permanentOnly(code);
        house.request({.internalPort = 8080, .suggestedPort = 8080, .exactly = true});
        house.advance(5s);
        const auto event = house.expects(EventKind::granted);
        BOOST_TEST((event.grant.lifetime == 0s), code);
        BOOST_TEST(house.entry(8080)->lease == 0U);
    }
}

BOOST_AUTO_TEST_CASE(permanent_leases_are_made_only_where_the_gateway_insists) {
    House house;
    house.hold();
    house.advance(24h);
    BOOST_TEST(house.entry(8080)->lease != 0U);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_insisted_once_is_not_asked_for_leases_again) {
    House house = permanentOnly(725);
    house.request();
    house.advance(5s);
    const std::size_t before = house.gateway.count("AddPortMapping");
    house.request({.internalPort = 8081});
    house.advance(5s);
    BOOST_TEST(house.gateway.count("AddPortMapping") == before + 1);
}

BOOST_AUTO_TEST_CASE(a_permanent_mapping_is_looked_at_and_not_made_anew) {
    House house = permanentOnly(725);
    house.hold();
    const std::size_t before = house.gateway.count("AddPortMapping");
    house.advance(24h);
    house.expectsNothing();
    BOOST_TEST(house.gateway.count("AddPortMapping") == before);
}

BOOST_AUTO_TEST_CASE(a_permanent_mapping_that_is_gone_is_made_again) {
    House house = permanentOnly(725);
    house.hold();
    house.gateway.table.clear();
    house.advance(30min);
    house.expects(EventKind::recovered);
    BOOST_TEST(house.entry(8080) != nullptr);
}

BOOST_AUTO_TEST_CASE(a_permanent_mapping_is_deleted_on_release) {
    House house = permanentOnly(725);
    house.release(house.hold());
    house.advance(1s);
    house.expects(EventKind::released);
    BOOST_TEST(house.gateway.table.empty());
}

BOOST_AUTO_TEST_CASE(a_shorter_lease_than_asked_for_is_seen_and_kept) {
    House house;
    house.gateway.fault = [&table = house.gateway.table](std::string_view, std::string_view) {
        for (auto& [key, entry] : table) {
            entry.lease = std::min(entry.lease, 600U);
        }
        return 0U;
    };
    house.hold();
    house.advance(4h);
    BOOST_TEST(house.entry(8080) != nullptr);
    for (const auto& event : house.events) {
        BOOST_TEST((event.kind == EventKind::renewed));
    }
}

BOOST_AUTO_TEST_CASE(whole_hours_are_not_taken_for_the_lease_that_is_left) {
    House house;
    house.gateway.answer = [](std::string_view action, std::string_view) -> std::optional<std::string> {
        return action == "GetSpecificPortMappingEntry"
                   ? std::optional{soapAnswer(action,
                                              "<NewInternalPort>8080</NewInternalPort><NewInternalClient>192.168.1.57"
                                              "</NewInternalClient><NewPortMappingDescription>Portolan"
                                              "</NewPortMappingDescription><NewLeaseDuration>3600</NewLeaseDuration>")}
                   : std::nullopt;
    };
    const auto id = house.hold();
    house.advance(6min);
    BOOST_TEST(house.gateway.count("GetSpecificPortMappingEntry") == 2U);
    BOOST_TEST((house.point.grant(id)->lifetime == 7200s));
}

BOOST_AUTO_TEST_CASE(a_very_short_lease_is_not_asked_for) {
    House house;
    house.request({.internalPort = 8080, .lifetime = 1s});
    house.advance(1s);
    BOOST_TEST((house.expects(EventKind::granted).grant.lifetime == 120s));
}

BOOST_AUTO_TEST_CASE(an_endless_lease_is_not_asked_for) {
    House house;
    house.request({.internalPort = 8080, .lifetime = std::chrono::hours{24 * 365}});
    house.advance(1s);
    BOOST_TEST((house.expects(EventKind::granted).grant.lifetime == 24h));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_does_not_renew_gets_it_deleted_and_made_anew) {
    House house;
    house.gateway.root = testing::description("ppp_only");
    house.gateway.fault = [&table = house.gateway.table](std::string_view action, std::string_view body) {
        const auto port = static_cast<std::uint16_t>(std::stoul("0" + argument(body, "NewExternalPort")));
        return action == "AddPortMapping" && table.contains({"TCP", port}) ? 718U : 0U;
    };
    house.hold();
    house.advance(75min);
    house.expects(EventKind::recovered);
    BOOST_TEST(house.gateway.count("DeletePortMapping") == 1U);
}

BOOST_AUTO_TEST_CASE(a_lease_that_nobody_renews_is_lost_and_asked_for_anew) {
    House house;
    house.hold();
    house.gateway.silent = true;
    house.advance(3h);
    BOOST_TEST(std::ranges::count(house.events, EventKind::lost, &Event::kind) == 1);
    house.events.clear();
    house.gateway.silent = false;
    house.advance(25min);
    BOOST_TEST(std::ranges::count(house.events, EventKind::granted, &Event::kind) == 1);
}

BOOST_AUTO_TEST_SUITE_END()
