// SPDX-License-Identifier: MIT
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
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
namespace data = boost::unit_test::data;

namespace {

const Entry skype{"192.168.1.9", 8080, "Skype", 0, {}};

House withEntry(const Entry& entry) {
    House house;
    house.gateway.table[{"TCP", 8080}] = entry;
    return house;
}

/// A version 1 gateway that answers every creation with this code.
House refusing(unsigned code) {
    House house;
    house.gateway.root = testing::description("ppp_only");
    house.gateway.fault = [code](std::string_view action, std::string_view) {
        return action == "AddPortMapping" ? code : 0U;
    };
    return house;
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_conflict)

BOOST_AUTO_TEST_CASE(a_mapping_of_another_host_is_left_alone) {
    House house = withEntry(skype);
    house.request();
    house.advance(1s);
    const auto event = house.expects(EventKind::granted);
    BOOST_TEST(event.grant.external.port != 8080);
    BOOST_TEST((*house.entry(8080) == skype));
    BOOST_TEST(house.entry(event.grant.external.port)->port == 8080);
}

BOOST_AUTO_TEST_CASE(a_mapping_of_another_program_of_this_host_is_left_alone) {
    const Entry torrent{"192.168.1.57", 8080, "qBittorrent", 0, {}};
    House house = withEntry(torrent);
    house.request();
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port != 8080);
    BOOST_TEST((*house.entry(8080) == torrent));
}

BOOST_AUTO_TEST_CASE(our_mark_on_another_host_is_not_ours) {
    const Entry other{"192.168.1.9", 8080, "Portolan", 0, {}};
    House house = withEntry(other);
    house.request();
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port != 8080);
    BOOST_TEST((*house.entry(8080) == other));
}

BOOST_AUTO_TEST_CASE(a_mapping_that_an_earlier_run_left_is_taken_over) {
    House house = withEntry({"192.168.1.57", 8080, "Portolan", 100, {}});
    house.request();
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port == 8080);
    BOOST_TEST(house.entry(8080)->lease == 7200U);
}

BOOST_AUTO_TEST_CASE(a_taken_port_that_is_the_only_one_wanted_is_told_with_who_has_it) {
    House house = withEntry({"192.168.1.9", 8080, "Sky\x1bpe", 0, {}});
    house.gateway.answer = [](std::string_view action, std::string_view) -> std::optional<std::string> {
        return action == "GetSpecificPortMappingEntry"
                   ? std::optional{soapAnswer(action,
                                              "<NewInternalPort>8080</NewInternalPort><NewInternalClient>192.168.1.9"
                                              "</NewInternalClient><NewPortMappingDescription>Sky\xc2\x9bpe"
                                              "</NewPortMappingDescription>")}
                   : std::nullopt;
    };
    house.request({.internalPort = 8080, .suggestedPort = 8080, .exactly = true});
    house.advance(1s);
    const auto event = house.expects(EventKind::refused);
    BOOST_TEST((event.error == Fault::foreignMapping));
    BOOST_TEST(event.detail == "192.168.1.9:8080 has external port 8080 (Sky\\u009bpe)");
    BOOST_TEST(house.gateway.count("AddPortMapping") == 0U);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_finds_every_port_taken_is_not_asked_for_ever) {
    House house = refusing(718);
    house.request();
    house.advance(5s);
    BOOST_TEST((house.expects(EventKind::refused).error == ErrorCode::conflictInMappingEntry));
    BOOST_TEST(house.gateway.count("AddPortMapping") == 9U);
}

BOOST_AUTO_TEST_CASE(refusals_are_asked_again_ever_less_often) {
    House house = refusing(728);
    house.request();
    house.advance(24h);
    BOOST_TEST(house.gateway.count("AddPortMapping") >= 24U);
    BOOST_TEST(house.gateway.count("AddPortMapping") <= 35U);
}

BOOST_AUTO_TEST_CASE(what_a_person_would_have_to_allow_is_asked_again_after_hours) {
    House house = refusing(606);
    house.request();
    house.advance(1s);
    const auto event = house.expects(EventKind::refused);
    BOOST_TEST((event.error == ErrorCode::actionNotAuthorized));
    BOOST_TEST((event.retryAfter == 30min));
    house.advance(48h);
    BOOST_TEST(house.gateway.count("AddPortMapping") <= 12U);
}

BOOST_AUTO_TEST_CASE(failed_may_mean_taken) {
    House house;
    house.gateway.root = testing::description("ppp_only");
    house.gateway.fault = [](std::string_view action, std::string_view body) {
        return action == "AddPortMapping" && argument(body, "NewExternalPort") == "8080" ? 501U : 0U;
    };
    house.request();
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port != 8080);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_wants_equal_ports_gets_them) {
    House house;
    house.gateway.root = testing::description("ppp_only");
    house.gateway.fault = [](std::string_view action, std::string_view body) {
        const bool equal = argument(body, "NewExternalPort") == argument(body, "NewInternalPort");
        return action == "AddPortMapping" && !equal ? 724U : 0U;
    };
    house.request({.internalPort = 8080, .suggestedPort = 9000});
    house.advance(1s);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port == 8080);
}

BOOST_AUTO_TEST_CASE(where_the_gateway_cannot_say_about_one_its_list_is_read) {
    House house = withEntry(skype);
    house.gateway.table[{"TCP", 22}] = {"192.168.1.9", 22, "ssh", 0, {}};
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action == "GetSpecificPortMappingEntry" ? 501U : 0U;
    };
    house.request();
    house.advance(5s);
    BOOST_TEST(house.expects(EventKind::granted).grant.external.port != 8080);
    BOOST_TEST((*house.entry(8080) == skype));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_tells_nothing_of_its_mappings_is_asked_for_one) {
    House house;
    house.gateway.fault = [](std::string_view action, std::string_view) {
        return action.starts_with("GetSpecific") || action.starts_with("GetGeneric") ? 401U : 0U;
    };
    const auto id = house.request();
    house.advance(1min);
    house.expects(EventKind::granted);
    house.expectsNothing();
    house.release(id);
    house.advance(1s);
    house.expects(EventKind::released);
    BOOST_TEST(house.gateway.table.empty());
}

BOOST_AUTO_TEST_CASE(a_gateway_that_rewrites_descriptions_still_has_our_mapping) {
    House house;
    house.gateway.fault = [&table = house.gateway.table](std::string_view, std::string_view) {
        for (auto& [key, entry] : table) {
            entry.description = "libminiupnpc";
        }
        return 0U;
    };
    const auto id = house.request();
    house.advance(10h);
    house.expects(EventKind::granted);
    for (const auto& event : house.events) {
        BOOST_TEST((event.kind == EventKind::renewed));
    }
    house.events.clear();
    house.release(id);
    house.advance(1s);
    house.expects(EventKind::released);
    BOOST_TEST(house.gateway.table.empty());
}

BOOST_DATA_TEST_CASE(whatever_code_a_gateway_answers_it_is_not_asked_often, data::xrange(400U, 900U, 7U)) {
    House house = refusing(sample);
    house.request();
    house.advance(1h);
    BOOST_TEST(!house.events.empty());
    BOOST_TEST(house.gateway.log.size() < 200U);
}

BOOST_AUTO_TEST_SUITE_END()
