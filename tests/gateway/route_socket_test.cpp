// SPDX-License-Identifier: MIT
// Routing tables as macOS and the BSDs list them, built here from each system's layout.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "support/octets.hpp"

import portolan.gateway;
import portolan.test.gateway;
import portolan.test.route_messages;

using namespace portolan;
using namespace portolan::gateway;
using namespace portolan::gateway::route_socket;
using testing::Octets;
using testing::RouteWriter;

namespace {

/// Reads a copy of `octets` that has nothing behind it, so that AddressSanitizer sees a read past its end.
result<std::vector<Route>> readExactly(const RouteLayout& layout, Family family, std::span<const std::uint8_t> octets) {
    const auto block = std::make_unique<std::uint8_t[]>(octets.size());
    std::copy(octets.begin(), octets.end(), block.get());
    return readRoutes(layout, family, {block.get(), octets.size()});
}

/// What is ranked from a dump, one gateway to a line, or why there is none.
std::string ranked(const RouteLayout& layout, Family family, std::span<const std::uint8_t> octets) {
    const auto routes = readExactly(layout, family, octets);
    return routes ? testing::describe(rank(routes.value())) : routes.error().message();
}

std::string ranked(RouteWriter& writer, const RouteLayout& layout, Family family = Family::v4) {
    return ranked(layout, family, writer.octets());
}

/// Runs `check` for every system, and says which where something fails.
template <class Check>
void everywhere(Check check) {
    for (const RouteLayout& layout : testing::layouts()) {
        BOOST_TEST_CONTEXT(layout.system << ", addresses padded to " << int{layout.alignment}) {
            check(layout);
        }
    }
}

std::string home(const RouteLayout& layout, Family family) {
    return ranked(layout, family, testing::homeRoutes(layout));
}

} // namespace

BOOST_AUTO_TEST_SUITE(gateway_route_socket)

BOOST_AUTO_TEST_CASE(reads_the_router_of_a_home_on_every_system) {
    everywhere([](const RouteLayout& layout) {
        BOOST_TEST(home(layout, Family::v4) == "v4 192.168.1.1 dev 2 metric 0 table 254\n");
    });
}

BOOST_AUTO_TEST_CASE(takes_the_scope_out_of_a_link_local_router) {
    everywhere([](const RouteLayout& layout) {
        BOOST_TEST(home(layout, Family::v6) == "v6 fe80::1 dev 2 metric 0 table 254 src 2001:db8::5\n");
    });
}

BOOST_AUTO_TEST_CASE(finds_the_interface_in_the_scope_where_the_header_names_none) {
    everywhere([](const RouteLayout& layout) {
        RouteWriter writer{layout};
        writer.message(0x3, 0).destination("::").router("fe80:7::1").mask(false, 0);
        BOOST_TEST(ranked(writer, layout, Family::v6) == "v6 fe80::1 dev 7 metric 0 table 254\n");
    });
}

BOOST_AUTO_TEST_CASE(takes_a_link_for_a_gateway_that_is_not_known) {
    everywhere([](const RouteLayout& layout) {
        RouteWriter writer{layout};
        writer.message(0x1, 0).destination("0.0.0.0").link(9).mask(true, 0);
        BOOST_TEST(ranked(writer, layout) == "v4 none dev 9 metric 0 table 254\n");
    });
}

BOOST_AUTO_TEST_CASE(takes_a_default_route_without_a_mask_for_one) {
    everywhere([](const RouteLayout& layout) {
        RouteWriter writer{layout};
        writer.message().destination("0.0.0.0").router("10.0.0.1");
        BOOST_TEST(ranked(writer, layout) == "v4 10.0.0.1 dev 2 metric 0 table 254\n");
    });
}

BOOST_AUTO_TEST_CASE(joins_the_halves_that_a_vpn_sets_up) {
    everywhere([](const RouteLayout& layout) {
        RouteWriter writer{layout};
        writer.message(0x3, 4).destination("0.0.0.0").router("10.8.0.1").mask(true, 1);
        writer.message(0x3, 4).destination("128.0.0.0").router("10.8.0.1").mask(true, 1);
        writer.message().destination("0.0.0.0").router("192.168.1.1").mask(true, 0);
        BOOST_TEST(ranked(writer, layout) == "v4 192.168.1.1 dev 2 metric 0 table 254\n"
                                             "v4 10.8.0.1 dev 4 metric 0 table 254 split\n");
    });
}

BOOST_AUTO_TEST_CASE(leaves_out_what_is_down_or_beside) {
    everywhere([](const RouteLayout& layout) {
        RouteWriter writer{layout};
        writer.message(0x2).destination("0.0.0.0").router("10.0.0.1").mask(true, 0);
        for (std::uint32_t flag = 1; flag != 0; flag <<= 1) {
            if ((layout.flagsBeside & flag) != 0) {
                writer.message(0x3 | flag).destination("0.0.0.0").router("10.0.0.2").mask(true, 0);
            }
        }
        BOOST_TEST(ranked(writer, layout).empty());
    });
}

BOOST_AUTO_TEST_CASE(leaves_out_a_mask_with_a_hole) {
    everywhere([](const RouteLayout& layout) {
        RouteWriter writer{layout};
        writer.message().destination("0.0.0.0").router("10.0.0.1").place(2, {6, 0, 0, 0, 0x00, 0x80});
        writer.message().destination("0.0.0.0").router("10.0.0.1").place(2, {5, 0, 0, 0, 0xa0});
        BOOST_TEST(ranked(writer, layout).empty());
    });
}

BOOST_AUTO_TEST_CASE(puts_a_route_for_bound_sockets_alone_last) {
    RouteWriter writer{darwin};
    writer.message(0x3 | darwin.flagScoped, 5).destination("0.0.0.0").router("10.0.0.1").mask(true, 0);
    writer.message(0x3, 4).destination("0.0.0.0").router("192.168.1.1").mask(true, 0);
    BOOST_TEST(ranked(writer, darwin) == "v4 192.168.1.1 dev 4 metric 0 table 254\n"
                                         "v4 10.0.0.1 dev 5 metric 0 table 0\n");
}

BOOST_AUTO_TEST_CASE(reads_the_priority_and_the_table_of_openbsd) {
    constexpr RouteLayout layout = openBsd();
    RouteWriter writer{layout};
    writer.message(0x3, 3).header8(layout.priorityAt, 12).destination("0.0.0.0").router("10.0.0.1").mask(true, 0);
    writer.message(0x3, 2).header8(layout.priorityAt, 8).destination("0.0.0.0").router("10.0.0.2").mask(true, 0);
    writer.message(0x3, 4).header16(layout.tableAt, 7).destination("0.0.0.0").router("10.0.0.3").mask(true, 0);
    BOOST_TEST(ranked(writer, layout) == "v4 10.0.0.2 dev 2 metric 8 table 254\n"
                                         "v4 10.0.0.1 dev 3 metric 12 table 254\n"
                                         "v4 10.0.0.3 dev 4 metric 0 table 7\n");
}

BOOST_AUTO_TEST_CASE(follows_a_header_that_says_it_is_longer) {
    constexpr RouteLayout layout = openBsd();
    Octets octets = RouteWriter{layout}.message().destination("0.0.0.0").router("10.0.0.1").octets();
    octets.insert(octets.begin() + layout.headerSize, 8, std::uint8_t{0xff});
    octets[0] = static_cast<std::uint8_t>(octets[0] + 8);
    octets[layout.headerSizeAt] = static_cast<std::uint8_t>(layout.headerSize + 8);
    BOOST_TEST(ranked(layout, Family::v4, octets) == "v4 10.0.0.1 dev 2 metric 0 table 254\n");
}

BOOST_AUTO_TEST_CASE(passes_over_messages_of_another_version) {
    everywhere([](const RouteLayout& layout) {
        RouteWriter writer{layout};
        writer.message().header8(2, 99).destination("0.0.0.0").router("10.0.0.1").mask(true, 0);
        writer.message().destination("0.0.0.0").router("10.0.0.2").mask(true, 0);
        BOOST_TEST(ranked(writer, layout) == "v4 10.0.0.2 dev 2 metric 0 table 254\n");
    });
}

BOOST_AUTO_TEST_CASE(the_kept_dumps_are_what_the_layouts_say) {
    for (const RouteLayout& layout : testing::layouts()) {
        if (layout.alignment == 4 && layout.system != "Darwin") {
            continue; // one of each system is kept
        }
        BOOST_TEST(testing::spacedHex(testing::homeRoutes(layout)) ==
                   testing::spacedHex(testing::keptRoutes(layout.system)));
    }
}

BOOST_AUTO_TEST_CASE(refuses_a_dump_that_is_cut_off_and_says_where) {
    everywhere([](const RouteLayout& layout) {
        RouteWriter writer{layout};
        const std::size_t first = writer.message().destination("0.0.0.0").router("10.0.0.1").octets().size();
        const Octets octets = writer.message().destination("0.0.0.0").router("10.0.0.2").octets();
        for (std::size_t size = first + 1; size < octets.size(); ++size) {
            const auto routes = readExactly(layout, Family::v4, std::span{octets}.first(size));
            BOOST_TEST_REQUIRE(routes.has_error());
            BOOST_TEST((routes.error().code == std::errc::bad_message));
            BOOST_TEST(routes.error().detail ==
                       "a message has an impossible length at octet " + std::to_string(first) + " of the routes");
        }
    });
}

BOOST_AUTO_TEST_CASE(refuses_a_message_of_no_length_instead_of_reading_it_for_ever) {
    everywhere([](const RouteLayout& layout) {
        Octets octets = testing::homeRoutes(layout);
        octets[0] = octets[1] = 0;
        BOOST_TEST(ranked(layout, Family::v4, octets).find("impossible length at octet 0") != std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(refuses_an_address_that_is_longer_than_its_message_and_says_where) {
    everywhere([](const RouteLayout& layout) {
        Octets octets = RouteWriter{layout}.message().destination("0.0.0.0").octets();
        octets[layout.headerSize] = 17;
        octets.resize(layout.headerSize + 16U);
        octets[0] = static_cast<std::uint8_t>(octets.size());
        const std::string where = "an address is longer than its message at octet " + std::to_string(layout.headerSize);
        BOOST_TEST(ranked(layout, Family::v4, octets).find(where) != std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(refuses_an_address_that_is_announced_and_not_there) {
    everywhere([](const RouteLayout& layout) {
        Octets octets = RouteWriter{layout}.message().destination("0.0.0.0").octets();
        octets[layout.addressesAt] = 0x3;
        BOOST_TEST(ranked(layout, Family::v4, octets).find("an address is longer") != std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(survives_every_octet_set_to_an_extreme) {
    everywhere([](const RouteLayout& layout) {
        Octets octets = testing::homeRoutes(layout);
        for (std::uint8_t& octet : octets) {
            const std::uint8_t was = octet;
            for (const int extreme : {0x00, 0x01, 0x03, 0x7f, 0x80, 0xff}) {
                octet = static_cast<std::uint8_t>(extreme);
                for (const Family family : {Family::v4, Family::v6}) {
                    const auto routes = readExactly(layout, family, octets);
                    BOOST_TEST((routes.has_error() || routes.value().size() <= octets.size() / layout.headerSize));
                }
                static_cast<void>(readNews(layout, octets));
            }
            octet = was;
        }
    });
}

BOOST_AUTO_TEST_CASE(survives_random_changes) {
    constexpr std::uint32_t seed = 20261126;
    BOOST_TEST_CONTEXT("seed " << seed) {
        std::mt19937 random{seed};
        everywhere([&random](const RouteLayout& layout) {
            const Octets original = testing::homeRoutes(layout);
            for (int round = 0; round < 5'000; ++round) {
                Octets octets = original;
                for (std::size_t changes = 1 + random() % 8; changes > 0; --changes) {
                    octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
                }
                octets.resize(octets.size() - random() % (octets.size() / 4 + 1));
                const auto routes = readExactly(layout, Family::v4, octets);
                BOOST_TEST((routes.has_error() || rank(routes.value()).size() <= routes.value().size()));
            }
        });
    }
}

BOOST_AUTO_TEST_CASE(a_default_route_that_comes_or_goes_is_news) {
    everywhere([](const RouteLayout& layout) {
        for (const std::uint8_t type : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) {
            RouteWriter writer{layout};
            writer.message(0x3, 2, type).destination("0.0.0.0").router("10.0.0.1").mask(true, 0);
            BOOST_TEST((readNews(layout, writer.octets()) == News{.routes = true}));
        }
        RouteWriter beside{layout};
        beside.message(0x5, 2, 1).destination("192.168.1.7").link(2);
        BOOST_TEST(!readNews(layout, beside.octets()).any());
    });
}

BOOST_AUTO_TEST_CASE(addresses_and_interfaces_that_change_are_news) {
    everywhere([](const RouteLayout& layout) {
        const auto told = [&](std::uint8_t type) { return readNews(layout, Octets{4, 0, layout.version, type}); };
        BOOST_TEST((told(layout.newAddress) == News{.addresses = true}));
        BOOST_TEST((told(layout.deletedAddress) == News{.addresses = true}));
        BOOST_TEST((told(layout.link[0]) == News{.links = true}));
        BOOST_TEST(!told(5).any()); // a connection that is going bad
    });
}

BOOST_AUTO_TEST_CASE(news_that_got_lost_or_make_no_sense_are_said_to_be_lost) {
    BOOST_TEST((readNews(openBsd(), Octets{4, 0, 5, 16}) == News{.lost = true}));
    everywhere([](const RouteLayout& layout) {
        BOOST_TEST((readNews(layout, Octets{0, 0, layout.version, 1}) == News{.lost = true}));
        BOOST_TEST((readNews(layout, Octets{4, 0, layout.version, 1}) == News{.lost = true}));
        BOOST_TEST((readNews(layout, Octets{4}) == News{.lost = true}));
    });
}

BOOST_AUTO_TEST_SUITE_END()
