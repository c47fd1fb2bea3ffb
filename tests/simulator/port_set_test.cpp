// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

import portolan.simulator.script;

// PORT_SET (RFC 7753).

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;
using boost::unit_test::label;

namespace {

/// UDP ports from 50000 on, with the option in hex.
Request ports(std::string_view option, Map map = {.protocol = Protocol::udp, .port = 50000}) {
    return map.with(option);
}

const std::string ten = "82 00 0005 000a c350 00 000000";
const std::string hundred = "82 00 0005 0064 c350 00 000000";
const std::string asManyAsThereAre = "82 00 0005 ffff c350 00 000000";

std::optional<wire::PortSet> setOf(const Reply& reply) {
    for (const wire::RawOption raw : reply.map().options) {
        if (raw.code == wire::OptionCode::portSet) {
            const wire::Option option = wire::interpret(raw).value();
            return std::get<wire::PortSet>(option);
        }
    }
    return std::nullopt;
}

Config limited(std::uint16_t most) {
    Config config = atWan();
    config.pcp.maxPortSet = most;
    return config;
}

Config quota(std::size_t perHost) {
    Config config = atWan();
    config.ports.perHost = perHost;
    return config;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_port_set, Scene)

BOOST_AUTO_TEST_CASE(grants_a_set_of_the_size_asked_for, *label("S7753-001") * label("S7753-002")) {
    const auto reply = ask(hostA, ports(ten));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST((setOf(reply) == wire::PortSet{10, 50000, false}));
    BOOST_TEST(onlyMapping()->ports == 10);
    BOOST_TEST(reply.port() == onlyMapping()->external.port);
}

BOOST_AUTO_TEST_CASE(a_quota_shrinks_a_set, *label("S7753-003") * label("S7753-001")) {
    Scene narrow{quota(32)};
    const auto reply = narrow.ask(hostA, ports(hundred));
    BOOST_TEST((setOf(reply) == wire::PortSet{32, 50000, false}));
    BOOST_TEST(narrow.ask(hostA, Map{}).code() == ResultCode::userExQuota);
}

BOOST_AUTO_TEST_CASE(one_port_is_no_set, *label("S7753-004") * label("S7753-003")) {
    Scene narrow{quota(1)};
    const auto reply = narrow.ask(hostA, ports(hundred));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.bytes.size() == 60);
    BOOST_TEST(narrow.onlyMapping()->ports == 1);
}

BOOST_AUTO_TEST_CASE(a_set_of_one_port_is_a_port, *label("S7753-004")) {
    const auto reply = ask(hostA, ports("82 00 0005 0001 c350 00 000000"));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.bytes.size() == 60);
}

BOOST_AUTO_TEST_CASE(two_sets_no_ports_and_prefer_failure_are_malformed, *label("S7753-005")) {
    BOOST_TEST(ask(hostA, ports(ten + ten)).code() == ResultCode::malformedOption);
    BOOST_TEST(ask(hostA, ports("82 00 0005 0000 c350 00 000000")).code() == ResultCode::malformedOption);
    const Map suggesting{.protocol = Protocol::udp, .port = 50000, .suggests = 50000};
    BOOST_TEST(ask(hostA, ports(ten + "02 00 0000", suggesting)).code() == ResultCode::malformedOption);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(the_sets_of_a_host_share_an_external_address, *label("S7753-006")) {
    Config config = atWan();
    config.externalAddresses = {wan, otherWan};
    Scene pool{config};
    // the host's first mapping is at the second address, because it asked for that
    pool.ask(hostA, ports(ten, {.protocol = Protocol::udp, .port = 50000, .suggestsAddress = otherWan}));
    const auto second =
        pool.ask(hostA, Map{.protocol = Protocol::udp, .port = 60000}.with("82 00 0005 000a ea60 00 000000"));
    BOOST_TEST(second.map().assignedAddress == otherWan);
    BOOST_TEST(setOf(second)->size == 10);
}

BOOST_AUTO_TEST_CASE(a_set_is_as_large_as_the_policy_allows, *label("S7753-007")) {
    const auto reply = ask(hostA, ports("82 00 0005 ffff 03e8 00 000000", {.protocol = Protocol::udp, .port = 1000}));
    BOOST_TEST(setOf(reply)->size == 512);
}

BOOST_AUTO_TEST_CASE(the_policy_is_configurable, *label("S7753-008")) {
    Scene narrow{limited(64)};
    BOOST_TEST(setOf(narrow.ask(hostA, ports(asManyAsThereAre)))->size == 64);
}

BOOST_AUTO_TEST_CASE(a_set_ends_at_the_last_port, *label("S7753-002")) {
    const auto reply = ask(hostA, ports("82 00 0005 ffff fff6 00 000000", {.protocol = Protocol::udp, .port = 65526}));
    BOOST_TEST((setOf(reply) == wire::PortSet{10, 65526, false}));
}

BOOST_AUTO_TEST_CASE(a_gateway_without_the_option_maps_one_port) {
    Scene old{limited(0)};
    const auto reply = old.ask(hostA, ports(ten));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.bytes.size() == 60);
}

BOOST_AUTO_TEST_CASE(keeps_the_suggested_ports_and_the_parity) {
    const Map suggesting{.protocol = Protocol::udp, .port = 50000, .suggests = 40000};
    BOOST_TEST(ask(hostA, ports(ten, suggesting)).port() == 40000);
    for (std::uint16_t port = 51001; port < 51400; port = static_cast<std::uint16_t>(port + 20)) {
        const Map odd{.protocol = Protocol::udp, .port = port};
        Request request = odd.with("82 00 0005 0007 0000 01 000000").at(66, "");
        request.bytes[66] = static_cast<std::uint8_t>(port >> 8);
        request.bytes[67] = static_cast<std::uint8_t>(port);
        BOOST_TEST(ask(hostA, request).port() % 2 == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_set_does_not_reach_into_the_ports_of_others) {
    ask(hostB, Map{.protocol = Protocol::udp, .port = 9, .suggests = 40004, .client = insideB});
    const Map suggesting{.protocol = Protocol::udp, .port = 50000, .suggests = 40000};
    const auto reply = ask(hostA, ports(ten, suggesting));
    BOOST_TEST(setOf(reply)->size == 10); // elsewhere, rather than four of those suggested
    const auto external = reply.port();
    BOOST_TEST((external + 9 < 40004 || external > 40004));
}

BOOST_AUTO_TEST_CASE(takes_the_longest_run_where_none_is_long_enough, *label("S7753-003")) {
    Config config = atWan();
    config.ports.first = 40000;
    config.ports.last = 40009;
    Scene crowded{config};
    crowded.ask(hostB, Map{.protocol = Protocol::udp, .port = 9, .suggests = 40003, .client = insideB});
    const auto reply = crowded.ask(hostA, ports(ten));
    BOOST_TEST((setOf(reply) == wire::PortSet{6, 50000, false}));
    BOOST_TEST(reply.port() == 40004);
}

BOOST_AUTO_TEST_CASE(traffic_passes_each_port_of_a_set) {
    const auto first = ask(hostA, ports(ten)).port();
    const Endpoint third{wan, static_cast<std::uint16_t>(first + 2)};
    BOOST_TEST((gateway.handleInbound(now, Protocol::udp, third, remote) == Endpoint{insideA, 50002}));
    BOOST_TEST((gateway.handleOutbound(now, Protocol::udp, {insideA, 50002}, remote) == third));
    const Endpoint behind{wan, static_cast<std::uint16_t>(first + 10)};
    BOOST_TEST(!gateway.handleInbound(now, Protocol::udp, behind, remote).has_value());
}

BOOST_AUTO_TEST_CASE(a_set_is_renewed_as_a_unit) {
    const auto first = ask(hostA, ports(ten)).port();
    pass(1000s);
    const auto reply = ask(hostA, ports(ten));
    BOOST_TEST(reply.port() == first);
    BOOST_TEST(setOf(reply)->size == 10);
    BOOST_TEST(reply.lifetime() == 3600);
    BOOST_TEST((onlyMapping()->remaining(now) == 3600s));
}

BOOST_AUTO_TEST_CASE(a_set_is_deleted_as_a_unit) {
    ask(hostA, ports(ten));
    const auto reply = ask(hostA, ports(ten, {.protocol = Protocol::udp, .port = 50000, .lifetime = 0}));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.lifetime() == 0);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(a_set_is_not_deleted_with_another_nonce) {
    ask(hostA, ports(ten));
    const auto reply =
        ask(hostA, ports(ten, {.protocol = Protocol::udp, .port = 50000, .lifetime = 0, .nonce = nonceB}));
    BOOST_TEST(reply.code() == ResultCode::notAuthorized);
    BOOST_TEST(onlyMapping()->ports == 10);
}

BOOST_AUTO_TEST_CASE(an_overlapping_request_renews_what_there_is) {
    const auto first = ask(hostA, ports(ten)).port();
    const auto reply = ask(hostA, ports("82 00 0005 000a c354 00 000000", {.protocol = Protocol::udp, .port = 50004}));
    BOOST_TEST(reply.map().internalPort == 50004); // RFC 7753 §6.3
    BOOST_TEST((setOf(reply) == wire::PortSet{10, 50000, false}));
    BOOST_TEST(reply.port() == first);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(an_overlap_of_two_mappings_has_two_answers) { // RFC 7753 §5.3
    const Map single{.protocol = Protocol::udp, .port = 100, .suggests = 10100};
    const Map rest{.protocol = Protocol::udp, .port = 101, .suggests = 10201};
    ask(hostA, single);
    ask(hostA, rest.with("82 00 0005 0063 0065 00 000000"));
    pass(1000s);
    const auto reply = ask(hostA, Map{.protocol = Protocol::udp, .port = 100}.with("82 00 0005 0064 0064 00 000000"));
    BOOST_TEST(reply.port() == 10100);
    BOOST_TEST(reply.bytes.size() == 60);
    const auto more = sentTo(hostA);
    BOOST_TEST_REQUIRE(more.size() == 1);
    BOOST_TEST(more.front().what.map().internalPort == 101);
    BOOST_TEST(more.front().what.port() == 10201);
    BOOST_TEST((setOf(more.front().what) == wire::PortSet{99, 101, false}));
    for (const Mapping& mapping : gateway.mappings()) {
        BOOST_TEST((mapping.remaining(now) == 3600s));
    }
}

BOOST_AUTO_TEST_CASE(who_knows_nothing_of_sets_hears_of_its_own_port) {
    const auto first = ask(hostA, ports(ten)).port();
    const auto reply = ask(hostA, Map{.protocol = Protocol::udp, .port = 50003});
    BOOST_TEST(reply.port() == first + 3);
    BOOST_TEST(reply.bytes.size() == 60);
}

BOOST_AUTO_TEST_CASE(a_set_moves_as_a_whole_to_another_address) {
    ask(hostA, ports(ten));
    gateway.setExternalAddress(now, otherWan);
    collect();
    BOOST_TEST(onlyMapping()->external.address == otherWan);
    BOOST_TEST(onlyMapping()->ports == 10);
}

BOOST_AUTO_TEST_CASE(freed_sets_rest_port_by_port) {
    const auto first = ask(hostA, ports(ten)).port();
    ask(hostA, ports(ten, {.protocol = Protocol::udp, .port = 50000, .lifetime = 0}));
    const auto inside = static_cast<std::uint16_t>(first + 5);
    const auto reply = ask(hostB, Map{.protocol = Protocol::udp, .port = 9, .suggests = inside, .client = insideB});
    BOOST_TEST(reply.port() != inside);
}

BOOST_AUTO_TEST_SUITE_END()
