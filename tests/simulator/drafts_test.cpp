// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

import portolan.session;
import portolan.simulator.script;

// GET with NEXT, and PORT_RESERVATION: drafts, which the gateway offers when told to.

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;
using session::TableWalk;
using session::WalkedMapping;
using wire::drafts::GetFilter;
using wire::drafts::Next;
using wire::drafts::NextVersion;

namespace {

constexpr unsigned seed = 20110704;
const std::string pair = "84 00 0000";

Config generous(NextVersion version = NextVersion::withNonce) {
    Config config = atWan();
    config.pcp.drafts.get = true;
    config.pcp.drafts.next = version;
    config.pcp.drafts.portReservation = true;
    return config;
}

/// A gateway that offers the drafts.
struct Drafty : Scene {
    Drafty() : Scene(generous()) {}

    explicit Drafty(Config config) : Scene(std::move(config)) {}

    /// Sends the walk's request and gives the walk its answer.
    std::vector<WalkedMapping> step(TableWalk& walk, const Endpoint& host = hostA) {
        std::array<std::uint8_t, wire::maxMessageSize> room{};
        const std::size_t size = walk.writeRequest(host.address, room).value();
        const Reply reply = ask(host, {{room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)}});
        return walk.handle(wire::drafts::decodeGetResponse(reply.bytes).value());
    }

    /// Walks to the end.
    std::vector<WalkedMapping> walk(TableWalk walk, const Endpoint& host = hostA) {
        std::vector<WalkedMapping> all;
        while (!walk.isOver()) {
            std::ranges::move(step(walk, host), std::back_inserter(all));
        }
        BOOST_TEST(!walk.failure().has_value());
        return all;
    }

    Reply get(const GetFilter& filter, std::string_view options = {}) {
        const Octets bytes = octets(options);
        return ask(hostA, toRequest(wire::drafts::GetRequest{insideA, filter, wire::Options::readable(bytes)}));
    }
};

/// The internal ports found, in their order.
std::vector<std::uint16_t> portsOf(const std::vector<WalkedMapping>& found) {
    std::vector<std::uint16_t> ports;
    for (const WalkedMapping& each : found) {
        ports.push_back(each.mapping.internalPort);
    }
    return ports;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_drafts, Drafty)

BOOST_AUTO_TEST_CASE(get_is_not_offered_unless_told) {
    Drafty strict{atWan()};
    BOOST_TEST(strict.get({}).code() == ResultCode::unsuppOpcode);
    BOOST_TEST(strict.ask(hostA, Map{}.with(pair)).bytes.size() == 60);
}

BOOST_AUTO_TEST_CASE(an_empty_table_has_no_such_mapping) {
    BOOST_TEST(get({}).code() == wire::drafts::noSuchMapping);
    BOOST_TEST(walk(TableWalk{}).empty());
}

BOOST_AUTO_TEST_CASE(a_mapping_is_told_with_its_nonce_and_remaining_life) {
    const auto port = ask(hostA, Map{}).port();
    pass(100s);
    const auto found = walk(TableWalk{});
    BOOST_TEST_REQUIRE(found.size() == 1);
    BOOST_TEST(found.front().mapping == (Next{.nonce = nonceA,
                                              .protocol = Protocol::tcp,
                                              .end = true,
                                              .internalAddress = insideA,
                                              .externalAddress = wan,
                                              .remainingSeconds = 3500,
                                              .internalPort = 8080,
                                              .externalPort = port,
                                              .rest = {}}));
}

BOOST_AUTO_TEST_CASE(the_earlier_form_has_no_nonce) {
    Drafty old{generous(NextVersion::withoutNonce)};
    old.ask(hostA, Map{});
    const auto found = old.walk(TableWalk{{}, NextVersion::withoutNonce});
    BOOST_TEST_REQUIRE(found.size() == 1);
    BOOST_TEST(found.front().mapping.nonce == wire::Nonce{});
    BOOST_TEST(found.front().mapping.internalPort == 8080);
}

BOOST_AUTO_TEST_CASE(a_filter_chooses_mappings) {
    ask(hostA, Map{.port = 80});
    ask(hostA, Map{.protocol = Protocol::udp, .port = 80});
    ask(hostA, Map{.port = 81, .suggests = 40081});
    BOOST_TEST(walk(TableWalk{{.protocol = Protocol::tcp}}).size() == 2);
    BOOST_TEST(portsOf(walk(TableWalk{{.protocol = Protocol::tcp, .externalPort = 40081}})) ==
                   std::vector<std::uint16_t>{81},
               boost::test_tools::per_element());
    BOOST_TEST(walk(TableWalk{{.internalAddress = insideB}}).empty());
}

BOOST_AUTO_TEST_CASE(a_port_without_a_protocol_is_malformed) {
    BOOST_TEST(get({.internalPort = 80}).code() == ResultCode::malformedRequest);
    BOOST_TEST(get({.externalPort = 80}).code() == ResultCode::malformedRequest);
}

BOOST_AUTO_TEST_CASE(two_next_or_a_short_one_are_malformed) {
    std::string next = "83 00 0038";
    for (int i = 0; i < 56; ++i) {
        next += "00";
    }
    ask(hostA, Map{});
    BOOST_TEST(get({}, next).code() == ResultCode::success);
    BOOST_TEST(get({}, next + next).code() == ResultCode::malformedOption);
    BOOST_TEST(get({}, "83 00 0004 00000000").code() == ResultCode::malformedOption);
    BOOST_TEST(get({}, "3c 00 0000").code() == ResultCode::unsuppOption);
}

BOOST_AUTO_TEST_CASE(a_host_sees_only_its_own_mappings_unless_it_may_act_for_others) {
    Config config = generous();
    config.pcp.thirdParty = true;
    config.pcp.thirdPartyHosts = {insideA};
    Drafty provider{config};
    provider.ask(hostA, Map{.port = 1});
    provider.ask(hostB, Map{.port = 2, .client = insideB});
    BOOST_TEST(portsOf(provider.walk(TableWalk{}, hostB)) == std::vector<std::uint16_t>{2},
               boost::test_tools::per_element());
    BOOST_TEST(provider.walk(TableWalk{}).size() == 2);
}

BOOST_AUTO_TEST_CASE(the_options_wanted_come_with_a_mapping) {
    ask(hostA, Map{}.with("80 00 0004 63616d65 c0 00 0000"));
    const auto plain = walk(TableWalk{});
    BOOST_TEST(plain.front().options.empty());
    const auto found = walk(
        TableWalk{{}, NextVersion::withNonce, {wire::OptionCode::checkpointRequired, wire::OptionCode::description}});
    BOOST_TEST(fmt::format("{}", wire::Options::readable(found.front().options)) ==
               "CHECKPOINT_REQUIRED; DESCRIPTION \"came\"");
}

BOOST_AUTO_TEST_CASE(long_options_do_not_stop_a_walk) {
    Config config = generous();
    config.pcp.maxDescription = 1016;
    Drafty verbose{config};
    std::string description = "80 00 03c0";
    for (int i = 0; i < 0x3c0; ++i) {
        description += "61";
    }
    for (std::uint16_t port = 1; port <= 5; ++port) {
        verbose.ask(hostA, Map{.port = port}.with(description));
    }
    const auto found = verbose.walk(TableWalk{{}, NextVersion::withNonce, {wire::OptionCode::description}});
    BOOST_TEST(found.size() == 5);
}

BOOST_AUTO_TEST_CASE(a_walk_sees_each_of_a_thousand_mappings_once) {
    for (std::uint16_t port = 1; port <= 1000; ++port) {
        BOOST_TEST_REQUIRE(ask(hostA, Map{.port = port}).code() == ResultCode::success);
    }
    std::vector<std::uint16_t> expected(1000);
    std::ranges::generate(expected, [port = std::uint16_t{0}]() mutable { return ++port; });
    BOOST_TEST(portsOf(walk(TableWalk{})) == expected, boost::test_tools::per_element());
}

// Between the answers of the walk other mappings are made, renewed and deleted, those it has just come to among them.
BOOST_AUTO_TEST_CASE(a_walk_sees_each_once_while_others_come_and_go) {
    std::mt19937 random{seed};
    const auto isSteady = [](std::uint16_t port) { return port <= 2000 && port % 2 == 0; };
    for (std::uint16_t port = 1; port <= 2000; ++port) { // the even ones stay
        BOOST_TEST_REQUIRE(ask(hostA, Map{.port = port}).code() == ResultCode::success);
    }
    std::map<std::uint16_t, unsigned> times;
    TableWalk walk;
    std::uint16_t fresh = 2001;
    for (std::vector<WalkedMapping> last; !walk.isOver(); last = step(walk)) {
        for (const std::uint16_t port : portsOf(last)) {
            ++times[port];
            if (!isSteady(port) && random() % 2 == 0) {
                ask(hostA, Map{.port = port, .lifetime = 0});
            } else if (random() % 4 == 0) {
                ask(hostA, Map{.port = port});
            }
        }
        if (fresh < 2300) {
            ask(hostA, Map{.port = fresh++});
        }
        const auto any = static_cast<std::uint16_t>(1 + 2 * (random() % 1000));
        ask(hostA, Map{.port = any, .lifetime = 0});
        pass(1s);
    }
    BOOST_TEST(!walk.failure().has_value());
    unsigned steady = 0;
    for (const auto& [port, count] : times) {
        BOOST_TEST_CONTEXT("seed " << seed << ", port " << port) {
            BOOST_TEST(count == 1);
        }
        steady += isSteady(port) ? 1U : 0U;
    }
    BOOST_TEST(steady == 1000);
}

BOOST_AUTO_TEST_CASE(a_refused_walk_ends_with_the_reason) {
    Drafty strict{atWan()};
    TableWalk walk;
    BOOST_TEST(strict.step(walk).empty());
    BOOST_TEST(walk.isOver());
    BOOST_TEST((walk.failure() == ResultCode::unsuppOpcode));
}

BOOST_AUTO_TEST_CASE(a_walk_through_answers_that_never_end_ends) {
    std::array<std::uint8_t, 120> room{};
    wire::OptionWriter writer{room};
    const Next mapping{.protocol = Protocol::tcp, .internalPort = 1};
    BOOST_TEST_REQUIRE(writeNext(writer, mapping, NextVersion::withNonce).has_value());
    TableWalk walk;
    BOOST_TEST(walk.handle({.options = writer.options()}).size() == 1);
    for (int answers = 0; answers < 100 && !walk.isOver(); ++answers) {
        BOOST_TEST(walk.handle({.options = writer.options()}).empty());
    }
    BOOST_TEST(walk.failure().has_value());
}

BOOST_AUTO_TEST_CASE(a_pair_of_ports_is_even_and_odd_and_lives_as_long) {
    const auto reply = ask(hostA, Map{.protocol = Protocol::udp, .port = 5004}.with(pair));
    BOOST_TEST(reply.hex(60) == "84 00 00 00");
    BOOST_TEST(reply.port() % 2 == 0);
    const auto mappings = gateway.mappings();
    BOOST_TEST_REQUIRE(mappings.size() == 2);
    BOOST_TEST((mappings[1].internal == Endpoint{insideA, 5005}));
    BOOST_TEST(mappings[1].external.port == reply.port() + 1);
    BOOST_TEST((mappings[0].expiry == mappings[1].expiry));
}

BOOST_AUTO_TEST_CASE(a_pair_is_renewed_together_and_deleted_apart) {
    const auto port = ask(hostA, Map{.protocol = Protocol::udp, .port = 5004}.with(pair)).port();
    pass(1000s);
    const auto renewed = ask(hostA, Map{.protocol = Protocol::udp, .port = 5004}.with(pair));
    BOOST_TEST(renewed.port() == port);
    BOOST_TEST(renewed.hex(60) == "84 00 00 00");
    BOOST_TEST((gateway.mappings()[1].remaining(now) == 3600s));
    ask(hostA, Map{.protocol = Protocol::udp, .port = 5004, .lifetime = 0});
    BOOST_TEST_REQUIRE(onlyMapping().has_value());
    BOOST_TEST(onlyMapping()->internal.port == 5005);
    ask(hostA, Map{.protocol = Protocol::udp, .port = 5005, .lifetime = 0});
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(without_a_pair_a_single_port_is_mapped_or_nothing) {
    Config config = generous();
    config.ports.first = 40001;
    config.ports.last = 40002; // an odd one and an even one, but not in this order
    Drafty crowded{config};
    const Map rtp{.protocol = Protocol::udp, .port = 5004, .suggests = 40002};
    const auto exact = crowded.ask(hostA, rtp.with(pair).with("02 00 0000"));
    BOOST_TEST(exact.code() == ResultCode::cannotProvideExternal);
    BOOST_TEST(crowded.gateway.mappings().empty());
    const auto reply = crowded.ask(hostA, rtp.with(pair));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.bytes.size() == 60);
    BOOST_TEST(crowded.gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
