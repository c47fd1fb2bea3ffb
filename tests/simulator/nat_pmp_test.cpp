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

using wire::NatPmpResult;

BOOST_FIXTURE_TEST_SUITE(simulator_nat_pmp, Scene)

BOOST_AUTO_TEST_CASE(another_version_gets_version_0_and_result_1, *label("S6886-001") * label("S6886-034")) {
    Scene only{atWan(Config::natPmpOnly())};
    only.pass(1000s);
    BOOST_TEST(only.ask(hostA, Map{}).hex() == "00 80 00 01 00 00 03 e8");
}

BOOST_AUTO_TEST_CASE(the_version_reply_comes_as_printed_or_with_the_opcode, *label("S6886-034")) {
    Config printed = atWan(Config::natPmpOnly());
    printed.natPmp.versionReply = VersionReply::printed;
    BOOST_TEST(Scene{printed}.ask(hostA, Map{}).hex(0, 4) == "00 00 00 01");
    Config echoed = atWan(Config::natPmpOnly());
    echoed.natPmp.versionReply = VersionReply::echoedOpcode;
    BOOST_TEST(Scene{echoed}.ask(hostA, Map{}).hex(0, 4) == "00 81 00 01");
}

BOOST_AUTO_TEST_CASE(tells_the_external_address, *label("S6886-002")) {
    BOOST_TEST(ask(hostA, natPmpAddress()).hex() == "00 80 00 00 00 00 00 00 cb 00 71 2d");
}

BOOST_AUTO_TEST_CASE(tells_no_address_without_a_connection, *label("S6886-003") * label("S6886-037")) {
    gateway.setExternalAddresses(now, {});
    BOOST_TEST(ask(hostA, natPmpAddress()).hex() == "00 80 00 03 00 00 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(a_mapping_fails_without_a_connection, *label("S6886-037") * label("S6886-038") *
                                                               label("S6886-039") * label("S6886-040") *
                                                               label("S6886-041")) {
    gateway.setExternalAddresses(now, {});
    pass(5s);
    const auto reply = ask(hostA, natPmpMap(Protocol::udp, 8080, 8080));
    BOOST_TEST(reply.hex() == "00 81 00 03 00 00 00 05 1f 90 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(counts_seconds_from_the_start, *label("S6886-004") * label("S6886-019")) {
    pass(10s);
    BOOST_TEST(ask(hostA, natPmpAddress()).address().epochSeconds == 10);
    pass(5s);
    BOOST_TEST(ask(hostA, natPmpMap(Protocol::tcp, 8080)).natPmp().epochSeconds == 15);
}

BOOST_AUTO_TEST_CASE(ignores_reserved_octets, *label("S6886-009")) {
    const auto reply = ask(hostA, natPmpMap(Protocol::tcp, 8080).at(2, "ff ff"));
    BOOST_TEST(reply.natPmp().resultCode == NatPmpResult::success);
}

BOOST_AUTO_TEST_CASE(adds_128_to_the_opcode, *label("S6886-010")) {
    BOOST_TEST(ask(hostA, natPmpMap(Protocol::udp, 8080)).hex(1, 2) == "81");
    BOOST_TEST(ask(hostA, natPmpMap(Protocol::tcp, 8080)).hex(1, 2) == "82");
}

BOOST_AUTO_TEST_CASE(maps_one_protocol_and_no_companion, *label("S6886-012") * label("S6886-013")) {
    ask(hostA, natPmpMap(Protocol::tcp, 8080));
    BOOST_TEST(onlyMapping()->protocol == Protocol::tcp);
    Scene udp;
    udp.ask(hostA, natPmpMap(Protocol::udp, 8080));
    BOOST_TEST(udp.onlyMapping()->protocol == Protocol::udp);
}

BOOST_AUTO_TEST_CASE(reserves_the_companion_for_the_same_host, *label("S6886-014")) {
    ask(hostA, natPmpMap(Protocol::tcp, 8080, 8080));
    BOOST_TEST(ask(hostA, natPmpMap(Protocol::udp, 8080, 8080)).natPmp().assignedPort == 8080);
}

BOOST_AUTO_TEST_CASE(keeps_the_companion_from_others, *label("S6886-015")) {
    ask(hostA, natPmpMap(Protocol::tcp, 8080, 8080));
    const auto reply = ask(hostB, natPmpMap(Protocol::udp, 8080, 8080)).natPmp();
    BOOST_TEST(reply.resultCode == NatPmpResult::success);
    BOOST_TEST(reply.assignedPort != 8080);
}

BOOST_AUTO_TEST_CASE(keeps_the_companion_from_pcp_clients_too, *label("S6886-015")) {
    ask(hostA, natPmpMap(Protocol::tcp, 8080, 8080));
    const Map other{.protocol = Protocol::udp, .suggests = 8080, .client = insideB};
    BOOST_TEST(ask(hostB, other).port() != 8080);
}

BOOST_AUTO_TEST_CASE(gives_another_port_for_one_that_is_taken, *label("S6886-016")) {
    ask(hostA, natPmpMap(Protocol::tcp, 8080, 8080));
    const auto reply = ask(hostB, natPmpMap(Protocol::tcp, 8080, 8080)).natPmp();
    BOOST_TEST(reply.resultCode == NatPmpResult::success);
    BOOST_TEST(reply.assignedPort != 8080);
}

BOOST_AUTO_TEST_CASE(is_out_of_resources_without_a_free_port, *label("S6886-016")) {
    Config config = atWan();
    config.ports.first = 8080;
    config.ports.last = 8080;
    Scene small{config};
    small.ask(hostA, natPmpMap(Protocol::tcp, 8080, 8080));
    const auto reply = small.ask(hostB, natPmpMap(Protocol::tcp, 8080, 8080)).natPmp();
    BOOST_TEST(reply.resultCode == NatPmpResult::outOfResources);
    BOOST_TEST(reply.assignedPort == 0);
}

BOOST_AUTO_TEST_CASE(the_internal_address_is_the_source, *label("S6886-017")) {
    ask(hostB, natPmpMap(Protocol::tcp, 8080));
    BOOST_TEST((onlyMapping()->internal == Endpoint{insideB, 8080}));
}

BOOST_AUTO_TEST_CASE(grants_no_more_than_was_asked, *label("S6886-020")) {
    BOOST_TEST(ask(hostA, natPmpMap(Protocol::tcp, 8080, 0, 60)).natPmp().lifetimeSeconds == 60);
    BOOST_TEST(ask(hostA, natPmpMap(Protocol::tcp, 8081, 0, 0xffffffffU)).natPmp().lifetimeSeconds == 86400);
}

BOOST_AUTO_TEST_CASE(a_known_internal_port_keeps_its_external_one, *label("S6886-021")) {
    const auto first = ask(hostA, natPmpMap(Protocol::tcp, 8080, 40000)).natPmp();
    const auto second = ask(hostA, natPmpMap(Protocol::tcp, 8080, 41000)).natPmp();
    BOOST_TEST(first.assignedPort == 40000);
    BOOST_TEST(second.assignedPort == 40000);
}

BOOST_AUTO_TEST_CASE(expires_at_the_end, *label("S6886-022")) {
    ask(hostA, natPmpMap(Protocol::tcp, 8080, 0, 60));
    pass(61s);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(a_delete_ignores_the_suggested_port, *label("S6886-023")) {
    ask(hostA, natPmpMap(Protocol::tcp, 8080));
    const auto reply = ask(hostA, natPmpMap(Protocol::tcp, 8080, 9999, 0));
    BOOST_TEST(reply.natPmp().resultCode == NatPmpResult::success);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(a_delete_is_answered_in_the_mapping_form, *label("S6886-024") * label("S6886-025")) {
    ask(hostA, natPmpMap(Protocol::tcp, 8080));
    pass(1s);
    BOOST_TEST(ask(hostA, natPmpMap(Protocol::tcp, 8080, 0, 0)).hex() ==
               "00 82 00 00 00 00 00 01 1f 90 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(deleting_nothing_succeeds_every_time, *label("S6886-026") * label("S6886-027")) {
    const auto first = ask(hostA, natPmpMap(Protocol::tcp, 8080, 0, 0));
    const auto second = ask(hostA, natPmpMap(Protocol::tcp, 8080, 0, 0));
    BOOST_TEST(first.natPmp().resultCode == NatPmpResult::success);
    BOOST_TEST(first.hex() == second.hex());
}

BOOST_AUTO_TEST_CASE(a_manual_mapping_cannot_be_deleted, *label("S6886-028") * label("S6886-029")) {
    gateway.addStatic(now, Protocol::tcp, {insideA, 8080}, {wan, 80});
    BOOST_TEST(ask(hostA, natPmpMap(Protocol::tcp, 8080, 0, 0)).hex() ==
               "00 82 00 02 00 00 00 00 1f 90 00 00 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(a_manual_mapping_is_reported) {
    gateway.addStatic(now, Protocol::tcp, {insideA, 8080}, {wan, 80});
    const auto reply = ask(hostA, natPmpMap(Protocol::tcp, 8080, 40000)).natPmp();
    BOOST_TEST(reply.assignedPort == 80);
    BOOST_TEST(reply.lifetimeSeconds == 7200);
}

BOOST_AUTO_TEST_CASE(delete_all_takes_one_protocol_of_one_host, *label("S6886-031") * label("S6886-033")) {
    ask(hostA, natPmpMap(Protocol::udp, 1));
    ask(hostA, natPmpMap(Protocol::udp, 2));
    ask(hostA, natPmpMap(Protocol::tcp, 3));
    ask(hostB, natPmpMap(Protocol::udp, 4));
    const auto reply = ask(hostA, natPmpMap(Protocol::udp, 0, 0, 0));
    BOOST_TEST(reply.natPmp().resultCode == NatPmpResult::success);
    BOOST_TEST(reply.natPmp().internalPort == 0);
    BOOST_TEST(gateway.mappings().size() == 2);
}

BOOST_AUTO_TEST_CASE(delete_all_takes_what_it_can, *label("S6886-032")) {
    ask(hostA, natPmpMap(Protocol::udp, 1));
    gateway.addStatic(now, Protocol::udp, {insideA, 2}, {wan, 2});
    const auto reply = ask(hostA, natPmpMap(Protocol::udp, 0, 0, 0));
    BOOST_TEST(reply.natPmp().resultCode == NatPmpResult::notAuthorized);
    BOOST_TEST((onlyMapping()->kind == Kind::fixed));
}

BOOST_AUTO_TEST_CASE(ignores_responses, *label("S6886-035")) {
    BOOST_TEST(ask(hostA, Request{octets("00 80")}).none());
}

BOOST_AUTO_TEST_CASE(returns_an_unknown_opcode_whole, *label("S6886-036")) {
    pass(3s);
    const auto reply = ask(hostA, Request{octets("00 09 00 00 01 02 03 04 05 06 07 08")});
    BOOST_TEST(reply.hex() == "00 89 00 05 00 00 00 03 05 06 07 08");
}

BOOST_AUTO_TEST_CASE(names_result_and_epoch_to_the_shortest_unknown_request, *label("S6886-036")) {
    BOOST_TEST(ask(hostA, Request{octets("00 09")}).hex() == "00 89 00 05 00 00 00 00");
}

BOOST_AUTO_TEST_CASE(can_be_disabled, *label("S6886-048")) {
    gateway.setNatPmpEnabled(false);
    BOOST_TEST(ask(hostA, natPmpAddress()).hex(0, 4) == "02 80 00 01");
}

BOOST_AUTO_TEST_CASE(uses_one_of_several_addresses, *label("S6886-047")) {
    Config config = atWan();
    config.externalAddresses = {otherWan, wan};
    Scene pool{config};
    for (std::uint16_t port = 1; port <= 5; ++port) {
        pool.ask(hostA, natPmpMap(Protocol::tcp, port));
    }
    const Address told = pool.ask(hostA, natPmpAddress()).address().externalAddress;
    for (const Mapping& mapping : pool.gateway.mappings()) {
        BOOST_TEST(mapping.external.address == told);
    }
}

BOOST_AUTO_TEST_CASE(may_not_delete_what_a_nonce_guards) {
    ask(hostA, Map{});
    const auto reply = ask(hostA, natPmpMap(Protocol::tcp, 8080, 0, 0));
    BOOST_TEST(reply.natPmp().resultCode == NatPmpResult::notAuthorized);
    BOOST_TEST(gateway.mappings().size() == 1);
}

BOOST_AUTO_TEST_CASE(a_pcp_client_takes_its_old_mapping_over) {
    const auto old = ask(hostA, natPmpMap(Protocol::tcp, 8080)).natPmp();
    BOOST_TEST(ask(hostA, Map{}).port() == old.assignedPort);
    BOOST_TEST((onlyMapping()->nonce == nonceA));
}

BOOST_AUTO_TEST_SUITE_END()
