// SPDX-License-Identifier: MIT
// What a kernel tells unasked (tests/vectors/netlink/record.py has how it came to it), and what no kernel tells.
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "support/octets.hpp"

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::Octets;
using testing::Writer;

namespace {

constexpr std::uint16_t newLink = 16;
constexpr std::uint16_t deletedRoute = 25;

/// What all datagrams of a recording tell.
News told(std::string_view recording) {
    News news;
    for (const Octets& datagram : testing::recording(recording)) {
        news |= netlink::readNews(datagram);
    }
    return news;
}

News told(Writer writer) {
    return netlink::readNews(writer.octets());
}

/// A message about an interface, of this family, before its attributes.
Writer link(std::uint8_t family) {
    Writer writer;
    writer.message(newLink, 0, 0).number32(family);
    for (int field = 0; field < 3; ++field) {
        writer.number32(0);
    }
    return writer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_netlink_news)

BOOST_AUTO_TEST_CASE(hears_a_default_route_that_comes_and_goes) {
    BOOST_TEST((told("news_route_added") == News{.routes = true}));
    BOOST_TEST((told("news_route_deleted") == News{.routes = true}));
    BOOST_TEST((told("news_route6_added") == News{.routes = true}));
}

BOOST_AUTO_TEST_CASE(passes_over_a_route_to_elsewhere) {
    BOOST_TEST(!told("news_other_route_added").any());
}

BOOST_AUTO_TEST_CASE(hears_an_address_that_comes_and_goes) {
    BOOST_TEST(told("news_address_added").addresses);
    BOOST_TEST(told("news_address_deleted").addresses);
    BOOST_TEST(told("news_address6_deprecated").addresses);
}

BOOST_AUTO_TEST_CASE(hears_an_interface_that_goes_down_and_comes_up) {
    BOOST_TEST(told("news_link_down").links);
    BOOST_TEST(told("news_link_up").links);
}

BOOST_AUTO_TEST_CASE(hears_a_half_of_a_split_default_route) {
    BOOST_TEST((told(Writer{}.route(Family::v4, 1)) == News{.routes = true}));
    BOOST_TEST(!told(Writer{}.route(Family::v4, 2)).any());
}

BOOST_AUTO_TEST_CASE(passes_over_cached_routes_and_other_families) {
    BOOST_TEST(!told(Writer{}.route(Family::v6, 0, 1, 254, 0x200)).any());
    BOOST_TEST(!told(Writer{}.message(deletedRoute).number32(28).number32(0).number32(0)).any());
}

BOOST_AUTO_TEST_CASE(passes_over_what_a_wireless_interface_tells_of_its_scans) {
    BOOST_TEST(!told(link(0).attribute(11, std::uint32_t{0})).any());
    BOOST_TEST((told(link(0).attribute(3, std::uint32_t{0})) == News{.links = true}));
}

BOOST_AUTO_TEST_CASE(passes_over_ports_of_bridges) {
    BOOST_TEST(!told(link(7)).any());
}

BOOST_AUTO_TEST_CASE(what_was_lost_or_makes_no_sense_is_said_to_be_lost) {
    BOOST_TEST((told(Writer{}.message(4)) == News{.lost = true}));
    BOOST_TEST((told(Writer{}.message(2).number32(0)) == News{.lost = true}));
    BOOST_TEST((told(Writer{}.message(newLink)) == News{.lost = true}));
    BOOST_TEST((told(Writer{}.message(deletedRoute).number32(2)) == News{.lost = true}));
    BOOST_TEST((netlink::readNews(Octets{1, 2, 3}) == News{.lost = true}));
}

BOOST_AUTO_TEST_CASE(survives_every_recording_cut_off_at_every_octet) {
    for (const std::string_view name : {"news_route_added", "news_address_added", "news_link_down"}) {
        for (const Octets& datagram : testing::recording(name)) {
            for (std::size_t size = 1; size < datagram.size(); ++size) {
                const Octets cut{datagram.begin(), datagram.begin() + static_cast<std::ptrdiff_t>(size)};
                BOOST_TEST(netlink::readNews(cut).lost);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
