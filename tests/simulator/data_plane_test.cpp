// SPDX-License-Identifier: MIT
#include "support/print.hpp"
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

import portolan.simulator.script;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::script;
using boost::unit_test::label;

BOOST_FIXTURE_TEST_SUITE(simulator_data_plane, Scene)

BOOST_AUTO_TEST_CASE(everybody_reaches_a_mapped_port) {
    const Endpoint external{wan, ask(hostA, Map{}).port()};
    BOOST_TEST((gateway.handleInbound(now, Protocol::tcp, external, remote) == Endpoint{insideA, 8080}));
}

BOOST_AUTO_TEST_CASE(nobody_reaches_an_unmapped_port) {
    BOOST_TEST(!gateway.handleInbound(now, Protocol::tcp, {wan, 40000}, remote).has_value());
}

BOOST_AUTO_TEST_CASE(a_filter_keeps_others_out) {
    ask(hostA, Map{.suggests = 40000}.with("03 00 0014 00 78 0000 00000000 00000000 0000ffff c6336400"));
    const Endpoint external{wan, 40000};
    BOOST_TEST(gateway.handleInbound(now, Protocol::tcp, external, {Address::v4(198, 51, 100, 255), 1}).has_value());
    BOOST_TEST(!gateway.handleInbound(now, Protocol::tcp, external, {Address::v4(198, 51, 101, 0), 1}).has_value());
}

BOOST_AUTO_TEST_CASE(a_filter_may_name_a_port) {
    ask(hostA, Map{.suggests = 40000}.with("03 00 0014 00 80 1466 00000000 00000000 0000ffff c6336407"));
    const Endpoint external{wan, 40000};
    BOOST_TEST(gateway.handleInbound(now, Protocol::tcp, external, remote).has_value());
    BOOST_TEST(!gateway.handleInbound(now, Protocol::tcp, external, {remote.address, 5223}).has_value());
}

BOOST_AUTO_TEST_CASE(traffic_of_a_mapped_port_leaves_with_the_mapped_port, *label("S6886-046")) {
    const auto mapped = ask(hostA, natPmpMap(Protocol::udp, 8080)).natPmp().assignedPort;
    const auto external = gateway.handleOutbound(now, Protocol::udp, {insideA, 8080}, remote);
    BOOST_TEST((external == Endpoint{wan, mapped}));
}

BOOST_AUTO_TEST_CASE(outbound_traffic_opens_the_way_back_for_its_remote_only) {
    const auto external = gateway.handleOutbound(now, Protocol::udp, {insideA, 9}, remote);
    BOOST_TEST_REQUIRE(external.has_value());
    BOOST_TEST((gateway.handleInbound(now, Protocol::udp, *external, remote) == Endpoint{insideA, 9}));
    BOOST_TEST(!gateway.handleInbound(now, Protocol::udp, *external, {otherWan, 1}).has_value());
}

BOOST_AUTO_TEST_CASE(traffic_keeps_an_implicit_mapping_alive) {
    gateway.handleOutbound(now, Protocol::udp, {insideA, 9}, remote);
    pass(100s);
    gateway.handleOutbound(now, Protocol::udp, {insideA, 9}, remote);
    pass(119s);
    BOOST_TEST(gateway.mappings().size() == 1);
    pass(1s);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(two_internal_hosts_meet_at_an_external_port, *label("S6886-049")) {
    const Endpoint external{wan, ask(hostA, natPmpMap(Protocol::udp, 8080)).natPmp().assignedPort};
    const auto from = gateway.handleOutbound(now, Protocol::udp, {insideB, 9}, external);
    BOOST_TEST_REQUIRE(from.has_value());
    BOOST_TEST((gateway.handleInbound(now, Protocol::udp, external, *from) == Endpoint{insideA, 8080}));
}

BOOST_AUTO_TEST_CASE(icmp_about_a_mapping_is_passed_on_for_as_long_as_it_lives, *label("S6887-036")) {
    const Endpoint external{wan, ask(hostA, Map{.lifetime = 600}).port()};
    const auto reached = [&] { return gateway.handleInboundIcmp(now, Protocol::tcp, external, remote); };
    BOOST_TEST((reached() == Endpoint{insideA, 8080}));
    pass(599s);
    BOOST_TEST((reached() == Endpoint{insideA, 8080}));
    pass(1s);
    BOOST_TEST(!reached().has_value());
}

BOOST_AUTO_TEST_CASE(icmp_is_passed_on_though_a_filter_keeps_its_peer_out, *label("S6887-036")) {
    ask(hostA, Map{.suggests = 40000}.with("03 00 0014 00 80 0000 00000000 00000000 0000ffff 01020304"));
    const Endpoint external{wan, 40000};
    BOOST_TEST(!gateway.handleInbound(now, Protocol::tcp, external, remote).has_value());
    BOOST_TEST((gateway.handleInboundIcmp(now, Protocol::tcp, external, remote) == Endpoint{insideA, 8080}));
}

BOOST_AUTO_TEST_CASE(a_wildcard_forwards_every_port_to_itself) {
    Config config = atWan();
    config.pcp.wildcards = true;
    Scene open{config};
    open.ask(hostA, Map{.protocol = Protocol::all, .port = 0});
    const auto reached = open.gateway.handleInbound(open.now, Protocol::tcp, {wan, 1234}, remote);
    BOOST_TEST((reached == Endpoint{insideA, 1234}));
}

BOOST_AUTO_TEST_SUITE_END()
