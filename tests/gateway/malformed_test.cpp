// SPDX-License-Identifier: MIT
// Datagrams that no kernel sends. Each is copied into a block of exactly its size, so that AddressSanitizer sees a read
// past its end; what is read is checked as well.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string_view>
#include <vector>

import portolan.gateway;
import portolan.test.gateway;

using namespace portolan;
using namespace portolan::gateway;
using testing::address;
using testing::Writer;

namespace {

constexpr std::uint16_t destination = 1;
constexpr std::uint16_t source = 2;
constexpr std::uint16_t outInterface = 4;
constexpr std::uint16_t hop = 5;
constexpr std::uint16_t preferredSource = 7;
constexpr std::uint16_t multipath = 9;
constexpr std::uint16_t via = 18;
constexpr std::uint16_t preference = 20;

using Octets = std::vector<std::uint8_t>;

/// Feeds a copy of `octets` that has nothing behind it.
result<bool> feedExactly(netlink::Dump& dump, std::span<const std::uint8_t> octets) {
    const auto block = std::make_unique<std::uint8_t[]>(octets.size());
    std::copy(octets.begin(), octets.end(), block.get());
    return dump.feed({block.get(), octets.size()});
}

/// Feeds `octets` to a reader of each kind; none may crash, read too far, or rank what it did not keep.
void feedToAll(std::span<const std::uint8_t> octets) {
    for (const Family family : {Family::v4, Family::v6}) {
        netlink::RouteDump routes{family};
        routes.begin(1);
        static_cast<void>(feedExactly(routes, octets));
        BOOST_TEST(rank(routes.routes()).size() <= routes.routes().size());
        netlink::AddressDump addresses{family};
        addresses.begin(1);
        static_cast<void>(feedExactly(addresses, octets));
        netlink::NextHopDump nextHops;
        nextHops.begin(1);
        static_cast<void>(feedExactly(nextHops, octets));
        BOOST_TEST(nextHops.resolve(routes.routes()).size() <= routes.routes().size() * octets.size());
    }
}

/// Every datagram of some recordings.
std::vector<Octets> recordings() {
    std::vector<Octets> all;
    for (const std::string_view name : {"home_routes4", "home_routes6", "home_addresses4", "home_addresses6",
                                        "multipath_routes4", "multipath_routes6", "via_routes4", "split_routes6",
                                        "refused_everything", "tables_routes4", "preference_routes6", "split_routes4",
                                        "nothing_routes6", "nexthop_objects_routes4", "nexthop_objects_nexthops"}) {
        const auto datagrams = testing::recording(name);
        all.insert(all.end(), datagrams.begin(), datagrams.end());
    }
    return all;
}

/// How many routes and how many malformed messages there are in one message.
struct Counts {
    std::size_t routes;
    std::size_t malformed;

    friend bool operator==(const Counts&, const Counts&) = default;
};

Counts counts(Writer writer, Family family = Family::v4) {
    netlink::RouteDump dump{family};
    dump.begin(1);
    BOOST_TEST_REQUIRE(feedExactly(dump, writer.octets()).has_value());
    return {dump.routes().size(), dump.malformed()};
}

/// A list of next hops whose second entry says that it is `length` octets long.
Octets hopList(std::uint8_t length) {
    return {8, 0, 0, 0, 2, 0, 0, 0, length, 0, 0, 0, 2, 0, 0, 0, 8, 0, 5, 0, 10, 0, 0, 1};
}

constexpr Counts dropped{.routes = 0, .malformed = 1};

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_malformed)

BOOST_AUTO_TEST_CASE(survives_every_recording_cut_off_at_every_octet) {
    for (const Octets& datagram : recordings()) {
        for (std::size_t size = 0; size <= datagram.size(); ++size) {
            feedToAll(std::span{datagram}.first(size));
        }
    }
}

BOOST_AUTO_TEST_CASE(survives_every_octet_set_to_an_extreme) {
    for (Octets& datagram : recordings()) {
        for (std::uint8_t& octet : datagram) {
            const std::uint8_t was = octet;
            for (const std::uint8_t extreme : Octets{0x00, 0x01, 0x03, 0x7f, 0x80, 0xff}) {
                octet = extreme;
                feedToAll(datagram);
            }
            octet = was;
        }
    }
}

BOOST_AUTO_TEST_CASE(survives_random_changes) {
    constexpr std::uint32_t seed = 20250311;
    BOOST_TEST_CONTEXT("seed " << seed) {
        std::mt19937 random{seed};
        const std::vector<Octets> datagrams = recordings();
        for (int round = 0; round < 20'000; ++round) {
            Octets octets = datagrams[random() % datagrams.size()];
            for (std::size_t changes = 1 + random() % 8; changes > 0; --changes) {
                octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
            }
            octets.resize(octets.size() - random() % (octets.size() / 4 + 1));
            feedToAll(octets);
        }
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_message_that_is_cut_off) {
    Writer writer;
    const Octets octets = writer.route(Family::v4).attribute(outInterface, 2).octets();
    for (std::size_t size = 1; size < octets.size(); ++size) {
        netlink::RouteDump dump{Family::v4};
        dump.begin(1);
        BOOST_TEST(feedExactly(dump, std::span{octets}.first(size)).has_error());
        BOOST_TEST(dump.routes().empty());
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_message_shorter_than_its_header) {
    for (const std::uint8_t length : Octets{0, 1, 4, 15}) {
        Octets octets = Writer{}.route(Family::v4).octets();
        octets[0] = length;
        netlink::RouteDump dump{Family::v4};
        dump.begin(1);
        BOOST_TEST(feedExactly(dump, octets).has_error());
    }
}

BOOST_AUTO_TEST_CASE(drops_a_route_message_shorter_than_a_route) {
    BOOST_TEST((counts(Writer{}.message(24).number32(0x00000002).number32(0)) == dropped));
}

BOOST_AUTO_TEST_CASE(drops_a_route_with_an_attribute_longer_than_the_message) {
    Writer writer;
    writer.route(Family::v4).attribute(outInterface, 2).number32(0x0005'00ff);
    BOOST_TEST((counts(writer) == dropped));
}

BOOST_AUTO_TEST_CASE(drops_a_route_with_an_attribute_shorter_than_its_header) {
    for (const std::uint32_t length : {0U, 1U, 3U}) {
        Writer writer;
        writer.route(Family::v4).attribute(outInterface, 2).number32(0x0005'0000 + length).number32(0);
        BOOST_TEST((counts(writer) == dropped));
    }
}

BOOST_AUTO_TEST_CASE(drops_a_route_with_octets_behind_its_attributes) {
    Writer writer;
    writer.route(Family::v4).attribute(outInterface, 2).number8(0).number8(0);
    BOOST_TEST((counts(writer) == dropped));
}

BOOST_AUTO_TEST_CASE(drops_a_route_with_a_value_of_the_wrong_size) {
    const Octets seven(7, 0);
    for (const std::uint16_t type : {destination, source, outInterface, hop, preferredSource, multipath, via,
                                     preference, std::uint16_t{6}, std::uint16_t{15}}) {
        Writer writer;
        writer.route(Family::v4).attribute(outInterface, 2).attribute(type, seven);
        BOOST_TEST_CONTEXT("attribute " << type) {
            // Seven zeros are a next hop of a family that is no IP one, which is none.
            BOOST_TEST((counts(writer) == (type == via ? Counts{1, 0} : dropped)));
        }
    }
}

BOOST_AUTO_TEST_CASE(drops_a_route_with_an_address_of_the_other_family) {
    BOOST_TEST((counts(Writer{}.route(Family::v6).attribute(outInterface, 2).attribute(hop, address("10.0.0.1")),
                       Family::v6) == dropped));
    BOOST_TEST(
        (counts(Writer{}.route(Family::v4).attribute(outInterface, 2).attribute(hop, address("fe80::1"))) == dropped));
}

BOOST_AUTO_TEST_CASE(drops_a_route_whose_ipv6_next_hop_is_cut_off) {
    BOOST_TEST(
        (counts(Writer{}.route(Family::v4).attribute(outInterface, 2).attribute(via, Octets{10, 0, 0xfe})) == dropped));
    BOOST_TEST((counts(Writer{}.route(Family::v4).attribute(outInterface, 2).attribute(via, Octets{10})) == dropped));
}

BOOST_AUTO_TEST_CASE(keeps_no_next_hop_of_a_list_that_is_malformed_further_on) {
    BOOST_TEST((counts(Writer{}.route(Family::v4).attribute(multipath, hopList(16))) == Counts{2, 0}));
    for (const std::uint8_t length : Octets{0, 7, 11, 13, 17, 255}) {
        BOOST_TEST_CONTEXT("length " << int{length}) {
            BOOST_TEST((counts(Writer{}.route(Family::v4).attribute(multipath, hopList(length))) == dropped));
        }
    }
}

BOOST_AUTO_TEST_CASE(goes_on_with_the_next_route_behind_a_malformed_one) {
    Writer writer;
    writer.route(Family::v4).attribute(hop, Octets{1});
    writer.route(Family::v4).attribute(outInterface, 2);
    BOOST_TEST((counts(writer) == Counts{1, 1}));
}

BOOST_AUTO_TEST_SUITE_END()
