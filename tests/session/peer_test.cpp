// SPDX-License-Identifier: MIT
// What is asked of a gateway about an outbound mapping, and which answer is taken for whose (RFC 6887 §12.1, §12.4).
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

/// Why the request is not taken; nothing is sent then.
std::error_code errorOf(const MappingRequest& wanted, const Config& config = testConfig()) {
    Session session{config};
    const auto id = session.handleRequest(TimePoint{}, wanted);
    std::vector<std::uint8_t> room(wire::maxMessageSize);
    BOOST_TEST((id || session.pollTransmit(TimePoint{}, room) == 0));
    return id ? std::error_code{} : id.error().code;
}

wire::PeerRequest read(const Octets& datagram) {
    return wire::decodePeerRequest(datagram).assume_value();
}

/// The client and the request of the worked example E3: 198.51.100.7 seen through a NAT64.
Config nat64Config() {
    Config config = testConfig();
    config.clientAddress = {{0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x57}};
    return config;
}

MappingRequest throughNat64() {
    MappingRequest wanted = outbound();
    wanted.lifetime = 3600s;
    wanted.nonce = {{0xc0, 0xff, 0xee, 0x00, 0xc0, 0xff, 0xee, 0x01, 0xc0, 0xff, 0xee, 0x02}};
    wanted.remote->address = {{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 198, 51, 100, 7}};
    return wanted;
}

constexpr auto nat64Request = "02 02 00 00  00 00 0e 10  20 01 0d b8  00 01 00 00  00 00 00 00  00 00 00 57"
                              "c0 ff ee 00  c0 ff ee 01  c0 ff ee 02  06 00 00 00  c0 00 00 00"
                              "00 00 00 00  00 00 00 00  00 00 ff ff  00 00 00 00"
                              "14 66 00 00  00 64 ff 9b  00 00 00 00  00 00 00 00  c6 33 64 07";

constexpr auto nat64Response = "02 82 00 00  00 00 1d 10  00 00 00 58  00 00 00 00  00 00 00 00  00 00 00 00"
                               "c0 ff ee 00  c0 ff ee 01  c0 ff ee 02  06 00 00 00  c0 00 ee 49"
                               "00 00 00 00  00 00 00 00  00 00 ff ff  cb 00 71 2d"
                               "14 66 00 00  00 64 ff 9b  00 00 00 00  00 00 00 00  c6 33 64 07";

} // namespace

BOOST_AUTO_TEST_SUITE(session_peer)

BOOST_AUTO_TEST_CASE(the_remote_peer_is_named_as_this_host_sees_it, *label("C6887-099") * label("C6887-093")) {
    Trace trace{nat64Config()};
    trace.request(throughNat64());
    trace.sends(nat64Request);
}

BOOST_AUTO_TEST_CASE(the_external_side_may_be_of_the_other_family, *label("C6887-105")) {
    Trace trace{nat64Config()};
    const auto id = trace.request(throughNat64());
    trace.sends();
    const Grant grant = trace.receives(nat64Response).expects(EventKind::granted, id).grant;
    BOOST_TEST((grant.external == Endpoint{wire::Address::v4(203, 0, 113, 45), 61001}));
    BOOST_TEST((grant.lifetime == 7440s));
}

BOOST_AUTO_TEST_CASE(the_other_family_may_come_unasked, *label("C6887-105")) {
    Trace trace{nat64Config()};
    MappingRequest wanted = throughNat64();
    wanted.suggestedAddress = wire::Address::anyV6();
    const auto id = trace.request(wanted);
    trace.sends();
    trace.receives(nat64Response).expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(without_a_preference_the_suggestion_is_all_zeros, *label("C6887-095") * label("C6887-096")) {
    Trace trace;
    trace.request(outbound());
    const auto request = read(trace.sends());
    BOOST_TEST(request.suggestedPort == 0);
    BOOST_TEST((request.suggestedAddress == wire::Address::anyV4()));
}

BOOST_AUTO_TEST_CASE(without_a_preference_the_suggestion_is_of_the_wanted_family, *label("C6887-096")) {
    Trace trace{nat64Config()};
    MappingRequest wanted = throughNat64();
    wanted.suggestedAddress = wire::Address::anyV6();
    trace.request(wanted);
    BOOST_TEST((read(trace.sends()).suggestedAddress == wire::Address{}));
}

BOOST_AUTO_TEST_CASE(a_suggestion_is_sent_as_given) {
    Trace trace;
    MappingRequest wanted = outbound();
    wanted.suggestedPort = 40123;
    wanted.suggestedAddress = wire::Address::v4(203, 0, 113, 45);
    trace.request(wanted);
    const auto request = read(trace.sends());
    BOOST_TEST(request.suggestedPort == 40123);
    BOOST_TEST((request.suggestedAddress == wire::Address::v4(203, 0, 113, 45)));
}

BOOST_AUTO_TEST_CASE(all_protocols_are_refused, *label("C6887-092")) {
    MappingRequest wanted = outbound();
    wanted.protocol = wire::Protocol::all;
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(all_internal_ports_are_refused, *label("C6887-094")) {
    BOOST_TEST((errorOf(outbound(0)) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(all_remote_ports_are_refused, *label("C6887-097")) {
    MappingRequest wanted = outbound();
    wanted.remote->port = 0;
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(all_remote_addresses_are_refused) {
    MappingRequest wanted = outbound();
    wanted.remote->address = wire::Address::anyV4();
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_remote_peer_of_the_other_family_is_refused) {
    MappingRequest wanted = outbound();
    wanted.remote->address = throughNat64().remote->address;
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(prefer_failure_is_refused, *label("C6887-098") * label("C6887-107")) {
    MappingRequest wanted = outbound();
    wanted.suggestedPort = 40123;
    wanted.preferFailure = true;
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(filters_are_refused, *label("C6887-107")) {
    MappingRequest wanted = outbound();
    wanted.filters = {{120, 0, wire::Address::v4(198, 51, 100, 0)}};
    BOOST_TEST((errorOf(wanted) == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(a_refusal_tells_what_is_wrong) {
    Session session{testConfig()};
    const auto id = session.handleRequest(TimePoint{}, outbound(0));
    BOOST_TEST_REQUIRE(!id);
    BOOST_TEST(id.error().message() == "invalid request: an outbound mapping is of one protocol and one internal port");
}

BOOST_AUTO_TEST_CASE(nat_pmp_alone_has_no_outbound_mappings) {
    BOOST_TEST((errorOf(outbound(), natPmpConfig()) == Errc::notAvailable));
}

BOOST_AUTO_TEST_CASE(a_gateway_of_nat_pmp_cannot_express_it) {
    Trace trace;
    const auto id = trace.request(outbound());
    trace.sends();
    trace.receives(natPmpOnly);
    BOOST_TEST((trace.expects(EventKind::refused, id).error == Errc::notAvailable));
}

BOOST_AUTO_TEST_CASE(a_port_may_have_a_mapping_and_several_remote_peers) {
    Trace trace;
    MappingRequest other = outbound();
    other.remote->port = 443;
    trace.request(mapping(49152));
    trace.request(outbound());
    trace.request(other);
    BOOST_TEST(trace.sent.size() == 3U);
    BOOST_TEST(trace.session.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_remote_peer_is_had_only_once) {
    Trace trace;
    trace.request(outbound());
    const auto second = trace.session.handleRequest(trace.now, outbound());
    BOOST_TEST((!second && second.error().code == Errc::alreadyMapped));
}

BOOST_AUTO_TEST_CASE(a_third_party_is_named) {
    Trace trace;
    MappingRequest wanted = outbound();
    wanted.thirdParty = wire::Address::v4(192, 168, 1, 99);
    trace.request(wanted);
    const Octets sent = trace.sends();
    BOOST_TEST((Octets(sent.begin() + wire::peerSize, sent.end()) ==
                octets("01 00 00 10  00 00 00 00  00 00 00 00  00 00 ff ff  c0 a8 01 63")));
}

BOOST_AUTO_TEST_CASE(an_answer_that_names_another_third_party_is_ignored, *label("C6887-103") * label("C6887-110")) {
    Trace trace;
    MappingRequest wanted = outbound();
    wanted.thirdParty = wire::Address::v4(192, 168, 1, 99);
    trace.request(wanted);
    Octets other = answerTo(trace.sends(), {});
    other.back() = 98;
    trace.receives(other).expectsNothing();
}

// Which octet is changed, and to what.
BOOST_TEST_DECORATOR(*label("C6887-103"))

BOOST_DATA_TEST_CASE(an_answer_about_something_else_is_ignored,
                     boost::unit_test::data::make(std::vector<std::tuple<std::size_t, int>>{
                         {24, 0x00}, // nonce
                         {35, 0x45}, // nonce
                         {36, 17},   // protocol
                         {41, 0x01}, // internal port
                         {61, 0x67}, // remote port
                         {79, 0x08}, // remote address
                     }),
                     at, octet) {
    Trace trace;
    trace.request(outbound());
    Octets answer = answerTo(trace.sends(), {});
    answer[at] = static_cast<std::uint8_t>(octet);
    trace.receives(answer).expectsNothing();
    BOOST_TEST(trace.session.statistics().unattributed == 1U);
}

// What an answer is not matched by, and what is reserved.
BOOST_TEST_DECORATOR(*label("C6887-103") * label("C6887-093"))

BOOST_DATA_TEST_CASE(nothing_else_is_compared,
                     boost::unit_test::data::make(std::vector<std::tuple<std::size_t, int>>{
                         {6, 0x01},  // lifetime
                         {37, 0xff}, // reserved in the body
                         {39, 0xff}, // reserved in the body
                         {42, 0x01}, // assigned port
                         {59, 0x01}, // assigned address
                         {62, 0xff}, // reserved after the remote port
                         {63, 0xff}, // reserved after the remote port
                     }),
                     at, octet) {
    Trace trace;
    trace.request(outbound());
    Octets answer = answerTo(trace.sends(), {});
    answer[at] = static_cast<std::uint8_t>(octet);
    trace.receives(answer).expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(a_map_response_is_no_answer_to_a_peer_request) {
    Trace trace;
    trace.request(outbound());
    trace.sends();
    Trace other;
    other.request(mapping(49152));
    trace.receives(answerTo(other.sends(), {})).expectsNothing();
}

BOOST_AUTO_TEST_CASE(of_several_peers_of_a_port_each_takes_its_own_answer) {
    Trace trace;
    MappingRequest other = outbound();
    other.remote->port = 443;
    const auto first = trace.request(outbound());
    const Octets toFirst = trace.sends();
    const auto second = trace.request(other);
    const Octets toSecond = trace.sends();
    trace.receives(answerTo(toSecond, {})).expects(EventKind::granted, second);
    trace.receives(answerTo(toFirst, {})).expects(EventKind::granted, first);
}

BOOST_AUTO_TEST_SUITE_END()
