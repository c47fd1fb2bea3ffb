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

namespace {

const std::string thirdPartyForB = "01 00 0010 00000000 00000000 0000ffff c0a8013a";
const std::string preferFailure = "02 00 0000";
const std::string filterHost = "03 00 0014 00 80 0000 00000000 00000000 0000ffff c6336407";
const std::string filterOtherHost = "03 00 0014 00 80 0000 00000000 00000000 0000ffff c6336408";
const std::string flush = "03 00 0014 00 00 0000 00000000 00000000 00000000 00000000";

Config provider() {
    Config config = atWan();
    config.pcp.thirdParty = true;
    config.pcp.thirdPartyHosts = {insideA};
    return config;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_pcp_option, Scene)

BOOST_AUTO_TEST_CASE(ignores_the_reserved_octet_of_an_option, *label("S6887-009")) {
    const auto reply = ask(hostA, Map{.suggests = 40000}.with("02 ff 0000"));
    BOOST_TEST(reply.code() == ResultCode::success);
}

BOOST_AUTO_TEST_CASE(a_flush_before_a_filter_leaves_the_filter, *label("S6887-010")) {
    ask(hostA, Map{}.with(filterHost));
    ask(hostA, Map{}.with(flush).with(filterOtherHost));
    BOOST_TEST(onlyMapping()->filters.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_flush_after_a_filter_leaves_none, *label("S6887-010")) {
    ask(hostA, Map{}.with(filterHost).with(flush));
    BOOST_TEST(onlyMapping()->filters.empty());
}

BOOST_AUTO_TEST_CASE(a_bad_filter_leaves_no_mapping, *label("S6887-011")) {
    const auto reply = ask(hostA, Map{}.with(filterHost).with("03 00 0004 00800000"));
    BOOST_TEST(reply.code() == ResultCode::malformedOption);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(a_second_third_party_is_malformed, *label("S6887-013")) {
    Scene permitted{provider()};
    const auto reply = permitted.ask(hostA, Map{}.with(thirdPartyForB).with(thirdPartyForB));
    BOOST_TEST(reply.code() == ResultCode::malformedOption);
}

BOOST_AUTO_TEST_CASE(a_length_past_the_end_is_a_malformed_option, *label("S6887-014") * label("S6887-016")) {
    BOOST_TEST(ask(hostA, Map{}.with("03 00 fff0")).code() == ResultCode::malformedOption);
    BOOST_TEST(ask(hostA, Map{}.with("7f ff ff ff")).code() == ResultCode::malformedOption);
}

BOOST_AUTO_TEST_CASE(malformed_contents_and_unknown_options_differ, *label("S6887-017")) {
    BOOST_TEST(ask(hostA, Map{}.with("01 00 0004 c0a8013a")).code() == ResultCode::malformedOption);
    BOOST_TEST(ask(hostA, Map{}.with("3c 00 0000")).code() == ResultCode::unsuppOption);
}

BOOST_AUTO_TEST_CASE(success_has_only_the_options_processed, *label("S6887-018")) {
    const auto reply = ask(hostA, Map{.suggests = 40000}.with("c8 00 0000").with(preferFailure));
    BOOST_TEST(reply.hex(60) == "02 00 00 00");
}

BOOST_AUTO_TEST_CASE(an_error_has_all_options, *label("S6887-018")) {
    const auto reply = ask(hostA, Map{.protocol = Protocol::all}.with("c8 00 0000"));
    BOOST_TEST(reply.hex(60) == "c8 00 00 00");
}

BOOST_AUTO_TEST_CASE(third_party_is_prohibited_by_default,
                     *label("S6887-068") * label("S6887-070") * label("S6887-071") * label("S6887-108")) {
    BOOST_TEST(ask(hostA, Map{}.with(thirdPartyForB)).code() == ResultCode::unsuppOption);
}

BOOST_AUTO_TEST_CASE(third_party_with_the_own_address_is_a_malformed_request, *label("S6887-069")) {
    Scene permitted{provider()};
    const auto reply = permitted.ask(hostA, Map{}.with("01 00 0010 00000000 00000000 0000ffff c0a80139"));
    BOOST_TEST(reply.code() == ResultCode::malformedRequest);
}

BOOST_AUTO_TEST_CASE(an_authorised_host_maps_for_another, *label("S6887-072") * label("S6887-040")) {
    Scene permitted{provider()};
    const auto reply = permitted.ask(hostA, Map{}.with(thirdPartyForB));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(permitted.onlyMapping()->internal.address == insideB);
    BOOST_TEST(reply.hex(60) == spacedHex(octets(thirdPartyForB)));
}

BOOST_AUTO_TEST_CASE(an_unauthorised_host_may_not_use_third_party, *label("S6887-073")) {
    Scene permitted{provider()};
    const auto reply = permitted.ask(hostB, Map{.client = insideB}.with(thirdPartyForB));
    BOOST_TEST(reply.code() == ResultCode::unsuppOption);
}

BOOST_AUTO_TEST_CASE(an_authorised_host_deletes_for_another) {
    Scene permitted{provider()};
    permitted.ask(hostB, Map{.client = insideB});
    permitted.ask(hostA, Map{.lifetime = 0}.with(thirdPartyForB));
    BOOST_TEST(permitted.gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(ignores_the_reserved_octet_of_a_filter, *label("S6887-075")) {
    const auto reply = ask(hostA, Map{}.with("03 00 0014 ff 80 0000 00000000 00000000 0000ffff c6336407"));
    BOOST_TEST(reply.code() == ResultCode::success);
}

BOOST_AUTO_TEST_CASE(keeps_a_filter, *label("S6887-076")) {
    const auto reply = ask(hostA, Map{}.with(filterHost));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(onlyMapping()->filters.size() == 1);
    BOOST_TEST(reply.hex(60) == spacedHex(octets(filterHost)));
}

BOOST_AUTO_TEST_CASE(adds_filters_to_those_it_has) {
    ask(hostA, Map{}.with(filterHost));
    ask(hostA, Map{}.with(filterOtherHost));
    BOOST_TEST(onlyMapping()->filters.size() == 2);
}

BOOST_AUTO_TEST_CASE(a_repeated_filter_counts_once) {
    ask(hostA, Map{}.with(filterHost));
    ask(hostA, Map{}.with(filterHost));
    BOOST_TEST(onlyMapping()->filters.size() == 1);
}

BOOST_AUTO_TEST_CASE(a_prefix_out_of_range_is_malformed, *label("S6887-077")) {
    const auto reply = ask(hostA, Map{}.with("03 00 0014 00 5f 0000 00000000 00000000 0000ffff c6336407"));
    BOOST_TEST(reply.code() == ResultCode::malformedOption);
}

BOOST_AUTO_TEST_CASE(a_filter_on_a_delete_is_malformed, *label("S6887-077")) {
    BOOST_TEST(ask(hostA, Map{.lifetime = 0}.with(filterHost)).code() == ResultCode::malformedOption);
}

BOOST_AUTO_TEST_CASE(more_filters_than_fit_change_nothing, *label("S6887-077") * label("S6887-020")) {
    Config config = atWan();
    config.pcp.maxFilters = 1;
    Scene narrow{config};
    narrow.ask(hostA, Map{}.with(filterHost));
    const auto reply = narrow.ask(hostA, Map{}.with(filterOtherHost));
    BOOST_TEST(reply.code() == ResultCode::excessiveRemotePeers);
    BOOST_TEST(reply.lifetime() == 1800);
    BOOST_TEST(narrow.onlyMapping()->filters.front().remoteAddress == remote.address);
}

BOOST_AUTO_TEST_CASE(no_filter_means_never_too_many_peers, *label("S6887-022")) {
    Config config = atWan();
    config.pcp.maxFilters = 1;
    config.ports.perHost = 3;
    Scene narrow{config};
    for (std::uint16_t port = 1; port < 6; ++port) {
        BOOST_TEST(narrow.ask(hostA, Map{.port = port}).code() != ResultCode::excessiveRemotePeers);
    }
}

BOOST_AUTO_TEST_CASE(stores_and_echoes_a_description, *label("S7220-002")) {
    const auto reply = ask(hostA, Map{}.with("80 00 0004 63616d65"));
    BOOST_TEST(onlyMapping()->description == "came");
    BOOST_TEST(reply.hex(60) == "80 00 00 04 63 61 6d 65");
}

BOOST_AUTO_TEST_CASE(cuts_a_description_between_characters, *label("S7220-003") * label("S7220-005")) {
    Config config = atWan();
    config.pcp.maxDescription = 4;
    Scene brief{config};
    const auto reply = brief.ask(hostA, Map{}.with("80 00 0007 63616dc3 a9726100")); // "caméra"
    BOOST_TEST(brief.onlyMapping()->description == "cam");
    BOOST_TEST(reply.hex(60) == "80 00 00 03 63 61 6d 00");
}

BOOST_AUTO_TEST_CASE(ignores_a_description_that_is_not_utf8, *label("S7220-004") * label("S7220-001")) {
    const auto reply = ask(hostA, Map{}.with("80 00 0002 c328 0000"));
    BOOST_TEST(reply.code() == ResultCode::success);
    BOOST_TEST(reply.bytes.size() == 60);
}

BOOST_AUTO_TEST_SUITE_END()
