// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

import portolan.testing.upnp;

using namespace portolan;
using namespace portolan::upnp;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view igd1 = "urn:schemas-upnp-org:device:InternetGatewayDevice:1";

SsdpMessage response(const std::string& location, std::string_view target = igd1) {
    return {SsdpKind::response, std::string{target}, "uuid:1", location, std::nullopt};
}

Search search(bool byGroup = true) {
    return Search{{gatewayAddress, {{gatewayAddress, 120}}}, 1900, byGroup};
}

std::vector<SearchDatagram> drained(Search& searching) {
    std::vector<SearchDatagram> all;
    while (auto datagram = searching.pollDatagram()) {
        all.push_back(*datagram);
    }
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(upnp_search)

BOOST_AUTO_TEST_CASE(every_target_is_asked_of_the_gateway_and_of_all) {
    Search searching = search();
    searching.start(TimePoint{});
    const auto sent = drained(searching);
    BOOST_TEST(sent.size() == 12U);
    for (const std::string_view target : searchTargets) {
        const auto asks = [&](const SearchDatagram& datagram) {
            return datagram.octets.find("ST: " + std::string{target} + "\r\n") != std::string::npos;
        };
        BOOST_TEST(std::ranges::count_if(sent, asks) == 2, target);
    }
    BOOST_TEST(std::ranges::count(sent, gatewayAddress, [](const auto& one) { return one.to.address; }) == 6);
    BOOST_TEST(std::ranges::count(sent, ssdpGroupV4, [](const auto& one) { return one.to.address; }) == 6);
}

BOOST_AUTO_TEST_CASE(the_gateway_alone_is_asked_where_that_is_wanted) {
    Search searching = search(false);
    searching.start(TimePoint{});
    for (const SearchDatagram& datagram : drained(searching)) {
        BOOST_TEST((datagram.to.address == gatewayAddress));
    }
}

BOOST_AUTO_TEST_CASE(an_unanswered_search_is_repeated_twice_and_ends_after_6_s) {
    Search searching = search();
    searching.start(TimePoint{});
    std::size_t sent = 0;
    TimePoint now;
    while (searching.isUnderWay()) {
        sent += drained(searching).size();
        now = searching.nextTimeout().value();
        searching.handleTimeout(now);
    }
    BOOST_TEST(sent == 36U);
    BOOST_TEST((now - TimePoint{} == 6s));
    BOOST_TEST(searching.candidates().empty());
}

BOOST_AUTO_TEST_CASE(an_answered_search_is_soon_over) {
    Search searching = search();
    searching.start(TimePoint{});
    searching.handleResponse(TimePoint{20ms}, gatewayAddress, response("http://192.168.1.1:5000/x"));
    BOOST_TEST(drained(searching).empty());
    BOOST_TEST((searching.nextTimeout() == TimePoint{520ms}));
    BOOST_TEST(searching.handleTimeout(TimePoint{520ms}));
}

BOOST_AUTO_TEST_CASE(answers_that_come_twice_are_one) {
    Search searching = search();
    searching.start(TimePoint{});
    BOOST_TEST(searching.handleResponse(TimePoint{}, gatewayAddress, response("http://192.168.1.1:5000/x")));
    BOOST_TEST(!searching.handleResponse(TimePoint{}, gatewayAddress, response("http://192.168.1.1:5000/x")));
    BOOST_TEST(searching.candidates().size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_gateway_asked_goes_before_others_of_the_link) {
    Search searching = search();
    searching.start(TimePoint{});
    searching.handleResponse(TimePoint{}, otherHost, response("http://192.168.1.9:80/a"));
    searching.handleResponse(TimePoint{}, gatewayAddress, response("http://192.168.1.1:5000/x", "upnp:rootdevice"));
    const auto found = searching.candidates();
    BOOST_TEST_REQUIRE(found.size() == 2U);
    BOOST_TEST(found.front().location.target == "/x");
}

BOOST_AUTO_TEST_CASE(the_order_does_not_depend_on_who_was_first) {
    Search one = search();
    Search two = search();
    const auto a = response("http://192.168.1.1:5000/a");
    const auto b = response("http://192.168.1.1:5000/b");
    one.start(TimePoint{});
    two.start(TimePoint{});
    one.handleResponse(TimePoint{}, gatewayAddress, a);
    one.handleResponse(TimePoint{}, gatewayAddress, b);
    two.handleResponse(TimePoint{}, gatewayAddress, b);
    two.handleResponse(TimePoint{}, gatewayAddress, a);
    BOOST_TEST((one.candidates().front().location == two.candidates().front().location));
}

BOOST_AUTO_TEST_CASE(other_devices_of_other_hosts_are_not_looked_at) {
    Search searching = search();
    searching.start(TimePoint{});
    BOOST_TEST(!searching.handleResponse(TimePoint{}, otherHost, response("http://192.168.1.9/tv", "upnp:rootdevice")));
}

BOOST_AUTO_TEST_CASE(hosts_beyond_the_link_are_not_looked_at) {
    Search searching = search();
    searching.start(TimePoint{});
    BOOST_TEST(!searching.handleResponse(TimePoint{}, wire::Address::v4(203, 0, 113, 9),
                                         response("http://192.168.1.1:5000/x")));
}

BOOST_AUTO_TEST_CASE(a_location_elsewhere_is_refused_and_told) {
    Search searching = search();
    searching.start(TimePoint{});
    searching.handleResponse(TimePoint{}, gatewayAddress, response("http://203.0.113.9/x"));
    BOOST_TEST(searching.candidates().empty());
    BOOST_TEST_REQUIRE(searching.refusal().has_value());
    BOOST_TEST((searching.refusal()->code == Fault::foreignUrl));
}

BOOST_AUTO_TEST_CASE(a_device_that_invents_descriptions_is_not_followed_for_long) {
    Search searching = search();
    searching.start(TimePoint{});
    for (int i = 0; i < 1000; ++i) {
        searching.handleResponse(TimePoint{}, gatewayAddress, response("http://192.168.1.1:5000/" + std::to_string(i)));
    }
    BOOST_TEST(searching.candidates().size() == 8U);
}

BOOST_AUTO_TEST_CASE(other_devices_of_the_gateway_do_not_shut_its_own_answer_out) {
    Search searching = search();
    searching.start(TimePoint{});
    for (int i = 0; i < 8; ++i) {
        searching.handleResponse(TimePoint{}, gatewayAddress,
                                 response("http://192.168.1.1:80/" + std::to_string(i), "upnp:rootdevice"));
    }
    BOOST_TEST(searching.handleResponse(TimePoint{}, gatewayAddress, response("http://192.168.1.1:5000/x")));
    const auto found = searching.candidates();
    BOOST_TEST(found.size() == 8U);
    BOOST_TEST(found.front().location.target == "/x");
    BOOST_TEST(found.front().isGateway);
}

BOOST_AUTO_TEST_CASE(which_of_too_many_are_kept_does_not_depend_on_who_was_first) {
    for (const bool upwards : {false, true}) {
        Search searching = search();
        searching.start(TimePoint{});
        for (int i = 0; i < 10; ++i) {
            const std::string name = std::to_string(upwards ? i : 9 - i);
            searching.handleResponse(TimePoint{}, gatewayAddress, response("http://192.168.1.1:5000/" + name));
        }
        BOOST_TEST(searching.candidates().front().location.target == "/0");
        BOOST_TEST(searching.candidates().back().location.target == "/7");
    }
}

BOOST_AUTO_TEST_SUITE_END()
