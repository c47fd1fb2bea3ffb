// SPDX-License-Identifier: MIT
// A table of thousands of routes, as a router with the whole Internet's or a large tailnet's has it, in datagrams of
// the 32 KiB that Linux fills. What a route looks like there is what the recorded dumps show.
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::address;
using testing::Writer;

namespace {

constexpr std::uint32_t prefixes = 50'000;
constexpr std::size_t datagramSize = 32 * 1024;

constexpr std::uint16_t destination = 1;
constexpr std::uint16_t outInterface = 4;
constexpr std::uint16_t hop = 5;
constexpr std::uint16_t priority = 6;
constexpr std::uint16_t table = 15;

/// 11.0.0.0/24, 11.0.1.0/24 and so on through one neighbour; one default route in the middle.
std::vector<std::vector<std::uint8_t>> internet() {
    std::vector<std::vector<std::uint8_t>> datagrams;
    Writer writer;
    for (std::uint32_t i = 0; i < prefixes; ++i) {
        if (writer.octets().size() + 128 > datagramSize) {
            datagrams.push_back(writer.octets());
            writer = {};
        }
        if (i == prefixes / 2) {
            writer.route(Family::v4).attribute(table, 254).attribute(priority, 20);
            writer.attribute(hop, address("192.0.2.1")).attribute(outInterface, 2);
        }
        const auto network = wire::Address::v4(static_cast<std::uint8_t>(11 + i / 65536),
                                               static_cast<std::uint8_t>(i / 256), static_cast<std::uint8_t>(i), 0);
        writer.route(Family::v4, 24).attribute(table, 254).attribute(destination, network);
        writer.attribute(priority, 20).attribute(hop, address("192.0.2.9")).attribute(outInterface, 2);
    }
    datagrams.push_back(writer.done().octets());
    return datagrams;
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_large_dump)

BOOST_AUTO_TEST_CASE(finds_the_one_default_route_and_keeps_no_other) {
    netlink::RouteDump dump{Family::v4};
    dump.begin(1);
    const auto datagrams = internet();
    BOOST_TEST(datagrams.size() > 50U);
    bool done = false;
    for (const auto& datagram : datagrams) {
        BOOST_TEST_REQUIRE(!done);
        const auto fed = dump.feed(datagram);
        BOOST_TEST_REQUIRE(fed.has_value());
        done = fed.value();
    }
    BOOST_TEST(done);
    BOOST_TEST_REQUIRE(dump.routes().size() == 1U);
    BOOST_TEST(testing::describe(dump.routes()[0].gateway) == "v4 192.0.2.1 dev 2 metric 20 table 254");
}

BOOST_AUTO_TEST_SUITE_END()
