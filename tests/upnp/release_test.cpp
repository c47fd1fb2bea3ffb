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

const Entry skype{"192.168.1.9", 8080, "Skype", 0, {}};

/// A mapping beside another host's at port 5000, which was wished for: it outlives its lease, as the gateway keeps what
/// it has for ever, is not made anew, as the gateway is full then, and is released.
void outliveAndRelease(House& house, bool showsTable) {
    house.gateway.root = testing::description("ppp_only");
    house.gateway.table[{"TCP", 5000}] = skype;
    bool isFull = false;
    house.gateway.fault = [&](std::string_view action, std::string_view) {
        for (auto& [key, entry] : house.gateway.table) {
            entry.lease = 0; // and does not say so
        }
        const bool looks = action.starts_with("GetSpecific") || action.starts_with("GetGeneric");
        return looks && !showsTable ? 401U : action == "AddPortMapping" && isFull ? 728U : 0U;
    };
    const auto id = house.request({.internalPort = 8080, .suggestedPort = 5000});
    house.advance(1s);
    isFull = true;
    house.advance(3h);
    BOOST_TEST(house.gateway.table.size() == 2U);
    house.release(id);
    house.advance(10s);
    house.gateway.fault = {}; // which knows what is gone with this
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_release)

BOOST_AUTO_TEST_CASE(a_released_mapping_is_gone_from_the_gateway) {
    House house;
    house.release(house.hold());
    BOOST_TEST(!house.expects(EventKind::released).error);
    BOOST_TEST(house.gateway.table.empty());
    BOOST_TEST(house.point.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_another_took_over_meanwhile_is_not_deleted) {
    House house;
    const auto id = house.hold();
    house.gateway.table[{"TCP", 8080}] = {"192.168.1.9", 8080, "Skype", 0, {}};
    house.release(id);
    BOOST_TEST(!house.expects(EventKind::released).error);
    BOOST_TEST(house.entry(8080)->client == "192.168.1.9");
    BOOST_TEST(house.gateway.count("DeletePortMapping") == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_never_asked_for_is_released_without_a_word) {
    House house;
    house.gateway.searchable = false;
    house.release(house.request());
    house.expects(EventKind::released);
    BOOST_TEST((house.point.stage() == Stage::asleep));
}

BOOST_AUTO_TEST_CASE(a_mapping_released_while_it_is_being_made_is_deleted) {
    House house;
    house.gateway.loses = "AddAnyPortMapping";
    const auto id = house.request();
    house.advance(1s);
    BOOST_TEST(house.gateway.table.size() == 1U);
    house.release(id);
    house.advance(9s);
    BOOST_TEST(!house.expects(EventKind::released).error);
    BOOST_TEST(house.gateway.table.empty());
}

BOOST_AUTO_TEST_CASE(a_silent_gateway_is_not_waited_for_longer_than_10_s) {
    House house;
    const auto id = house.hold();
    house.gateway.silent = true;
    house.release(id);
    house.advance(10s);
    BOOST_TEST((house.expects(EventKind::released).error == Errc::noAnswer));
    BOOST_TEST(house.point.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_refused_deletion_is_told) {
    House house;
    const auto id = house.hold();
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action == "DeletePortMapping" ? 606U : 0U;
    };
    house.release(id);
    BOOST_TEST((house.expects(EventKind::released).error == ErrorCode::actionNotAuthorized));
}

BOOST_AUTO_TEST_CASE(a_mapping_that_was_gone_already_is_released) {
    House house;
    const auto id = house.hold();
    house.gateway.table.clear();
    house.release(id);
    BOOST_TEST(!house.expects(EventKind::released).error);
}

BOOST_AUTO_TEST_CASE(a_detached_mapping_stands) {
    House house;
    const auto id = house.hold();
    house.point.handleDetach(id);
    house.advance(1h);
    house.expectsNothing();
    BOOST_TEST(house.entry(8080) != nullptr);
    BOOST_TEST(house.point.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_an_earlier_run_left_is_deleted) {
    House house;
    house.gateway.table[{"TCP", 8080}] = {"192.168.1.57", 8080, "Portolan", 0, {}};
    BOOST_TEST(house.point.handleDelete(house.now, {.internalPort = 8080}).has_value());
    house.drain();
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::released).grant.external.port == 8080U); // there was one
    BOOST_TEST(house.gateway.table.empty());
}

BOOST_AUTO_TEST_CASE(what_an_earlier_run_left_at_another_port_is_found) {
    House house;
    house.gateway.table[{"TCP", 22}] = {"192.168.1.9", 22, "ssh", 0, {}};
    house.gateway.table[{"TCP", 40123}] = {"192.168.1.57", 8080, "Portolan", 0, {}};
    BOOST_TEST(house.point.handleDelete(house.now, {.internalPort = 8080}).has_value());
    house.drain();
    house.advance(1s);
    house.expects(EventKind::released);
    BOOST_TEST(house.gateway.table.size() == 1U);
}

BOOST_AUTO_TEST_CASE(where_the_gateway_shows_no_list_an_earlier_run_is_not_said_to_have_left_nothing) {
    House house;
    house.gateway.table[{"TCP", 40123}] = {"192.168.1.57", 8080, "Portolan", 0, {}};
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action == "GetGenericPortMappingEntry" ? 401U : 0U;
    };
    BOOST_TEST(house.point.handleDelete(house.now, {.internalPort = 8080}).has_value());
    house.drain();
    house.advance(1s);
    BOOST_TEST((house.expects(EventKind::released).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_CASE(nor_where_the_list_is_longer_than_is_read) {
    House house;
    for (std::uint16_t port = 1; port <= 70; ++port) {
        house.gateway.table[{"TCP", port}] = {"192.168.1.9", port, "somebody's", 0, {}};
    }
    house.gateway.table[{"TCP", 40123}] = {"192.168.1.57", 8080, "Portolan", 0, {}};
    BOOST_TEST(house.point.handleDelete(house.now, {.internalPort = 8080}).has_value());
    house.drain();
    house.advance(10s);
    BOOST_TEST((house.expects(EventKind::released).error == Errc::noAnswer));
}

BOOST_AUTO_TEST_CASE(what_is_not_ours_is_not_deleted_for_an_earlier_run) {
    House house;
    house.gateway.table[{"TCP", 8080}] = {"192.168.1.57", 8080, "qBittorrent", 0, {}};
    BOOST_TEST(house.point.handleDelete(house.now, {.internalPort = 8080}).has_value());
    house.drain();
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::released).grant.external.port == 0U); // there was none
    BOOST_TEST(house.gateway.table.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_wanted_again_at_once_is_granted) {
    House house;
    house.release(house.hold());
    house.expects(EventKind::released);
    house.hold();
}

BOOST_AUTO_TEST_CASE(where_the_table_is_not_shown_a_port_that_was_never_ours_is_not_deleted) {
    House house;
    house.gateway.root = testing::description("ppp_only");
    house.gateway.table[{"TCP", 5000}] = skype;
    bool isFull = false;
    house.gateway.fault = [&isFull](std::string_view action, std::string_view) {
        const bool shows = action.starts_with("GetSpecific") || action.starts_with("GetGeneric");
        return shows ? 401U : action == "AddPortMapping" && isFull ? 728U : 0U;
    };
    const auto id = house.request({.internalPort = 8080, .suggestedPort = 5000});
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port != 5000U);
    isFull = true;
    house.advance(3h); // it is lost, and refused at the port that was suggested
    BOOST_TEST(!house.point.grant(id).has_value());
    house.release(id);
    house.advance(10s);
    BOOST_TEST_REQUIRE(house.entry(5000) != nullptr);
    BOOST_TEST((*house.entry(5000) == skype));
}

BOOST_AUTO_TEST_CASE(where_the_table_is_not_shown_what_was_granted_elsewhere_is_deleted_there) {
    House house;
    outliveAndRelease(house, false);
    BOOST_TEST(house.gateway.table.size() == 1U);
    BOOST_TEST(house.entry(5000) != nullptr);
}

BOOST_AUTO_TEST_CASE(what_outlived_its_lease_is_deleted_where_it_was_granted) {
    House house;
    outliveAndRelease(house, true);
    BOOST_TEST(house.gateway.table.size() == 1U);
    BOOST_TEST_REQUIRE(house.entry(5000) != nullptr);
    BOOST_TEST((*house.entry(5000) == skype));
}

BOOST_AUTO_TEST_CASE(where_the_table_is_not_shown_what_was_never_granted_may_stand) {
    House house;
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action.starts_with("GetSpecific") || action.starts_with("GetGeneric") ? 401U : 0U;
    };
    house.gateway.loses = "AddAnyPortMapping";
    const auto id = house.request();
    house.advance(1s);
    house.release(id);
    house.advance(9s);
    BOOST_TEST((house.expects(EventKind::released).error == Errc::noAnswer));
    BOOST_TEST(house.gateway.count("DeletePortMapping") == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_wanted_again_while_it_is_being_deleted_is_granted_and_stands_once) {
    House house;
    const auto id = house.hold();
    house.point.handleRelease(house.now, id);
    house.request();
    house.advance(1s);
    BOOST_TEST((house.expects(EventKind::released).id == id));
    house.expects(EventKind::granted);
    BOOST_TEST(house.gateway.table.size() == 1U);
    BOOST_TEST(house.point.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_wanted_again_while_its_deletion_is_under_way_is_looked_at_after_it) {
    House house;
    const auto id = house.hold();
    house.gateway.loses = "DeletePortMapping";
    house.release(id);
    house.gateway.loses.clear();
    house.gateway.log.clear();
    house.request();
    BOOST_TEST(house.gateway.log.empty());
    house.advance(7s); // the deletion is asked for again, and ends
    BOOST_TEST((house.expects(EventKind::released).id == id));
    house.expects(EventKind::granted);
    BOOST_TEST(house.gateway.log[0] == "DeletePortMapping");
    BOOST_TEST(house.gateway.log[1] == "GetSpecificPortMappingEntry");
    BOOST_TEST(house.gateway.table.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_wanted_again_elsewhere_leaves_nothing_behind) {
    House house;
    const auto id = house.hold();
    house.point.handleRelease(house.now, id);
    house.request({.internalPort = 8080, .suggestedPort = 9000, .exactly = true});
    house.advance(1s);
    house.expects(EventKind::released);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port == 9000U);
    BOOST_TEST(house.gateway.table.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_wanted_again_and_no_more_while_the_gateway_is_searched_is_deleted) {
    House house;
    const auto id = house.hold();
    house.gateway.searchable = false;
    house.announces("ssdp:alive", "LOCATION: http://192.168.1.1:5000/elsewhere.xml\r\n");
    BOOST_TEST((house.point.stage() == Stage::searching));
    house.release(id);
    house.release(house.request());
    house.gateway.searchable = true;
    house.advance(5s);
    BOOST_TEST(house.gateway.table.empty());
    BOOST_TEST(house.point.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_deletion_that_took_too_long_is_remembered_by_what_is_wanted_again) {
    House house;
    const auto id = house.hold();
    house.gateway.silent = true;
    house.release(id);
    const auto again = house.request();
    house.advance(11s);
    BOOST_TEST((house.expects(EventKind::released).error == Errc::noAnswer));
    BOOST_TEST(house.point.mayStand(again));
    house.release(again);
    house.gateway.silent = false;
    house.advance(10s);
    BOOST_TEST(!house.expects(EventKind::released).error);
    BOOST_TEST(house.gateway.table.empty());
}

BOOST_AUTO_TEST_SUITE_END()
