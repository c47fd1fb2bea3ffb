// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

// The answer E1b to the request E1a.
const Octets& success() {
    static const Octets datagram = octets("02 81 00 00  00 00 0e 10  00 01 e2 40  00 00 00 00  00 00 00 00  00 00 00 00"
                                          "4f 2a 9c 01  7b e3 d8 56  0d 91 ac 44  06 00 00 00  1f 90 9c bb"
                                          "00 00 00 00  00 00 00 00  00 00 ff ff  cb 00 71 2d");
    return datagram;
}

/// One octet changed.
Octets with(std::size_t at, std::uint8_t octet) {
    Octets datagram = success();
    datagram[at] = octet;
    return datagram;
}

/// A session that has sent E1a.
Trace asking() {
    Trace trace;
    trace.request(mapping());
    trace.sends();
    return trace;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_matching)

// Which octet is changed, and to what.
BOOST_TEST_DECORATOR(*label("C6887-084"))

BOOST_DATA_TEST_CASE(an_answer_about_something_else_is_ignored,
                     boost::unit_test::data::make(std::vector<std::tuple<std::size_t, int>>{
                         {24, 0x00}, // nonce
                         {35, 0x45}, // nonce
                         {36, 17},   // protocol
                         {41, 0x91}, // internal port
                     }),
                     at, octet) {
    Trace trace = asking();
    trace.receives(with(at, static_cast<std::uint8_t>(octet))).expectsNothing();
    BOOST_TEST(trace.session.statistics().unattributed == 1U);
}

// What an answer is not matched by, and what is reserved.
BOOST_TEST_DECORATOR(*label("C6887-084") * label("C6887-009") * label("C6887-010") * label("C6887-067"))

BOOST_DATA_TEST_CASE(nothing_else_is_compared,
                     boost::unit_test::data::make(std::vector<std::tuple<std::size_t, int>>{
                         {2, 0xff},  // reserved in the header
                         {6, 0x01},  // lifetime
                         {12, 0xff}, // reserved in the header
                         {23, 0xff}, // reserved in the header
                         {37, 0xff}, // reserved in the body
                         {39, 0xff}, // reserved in the body
                         {42, 0x01}, // assigned port
                         {59, 0x01}, // assigned address
                     }),
                     at, octet) {
    Trace trace = asking();
    trace.receives(with(at, static_cast<std::uint8_t>(octet))).expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(an_answer_from_another_address_is_dropped, *label("C6887-035")) {
    Trace trace = asking();
    trace.receivesFrom({wire::Address::v4(192, 168, 1, 2), 5351}, success()).expectsNothing();
    BOOST_TEST(trace.session.statistics().foreign == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_from_another_port_is_dropped, *label("C6887-035")) {
    Trace trace = asking();
    trace.receivesFrom({wire::Address::v4(192, 168, 1, 1), 5352}, success()).expectsNothing();
}

// How much of a success arrives, or how much more.
BOOST_TEST_DECORATOR(*label("C6887-036") * label("C6887-039"))

BOOST_DATA_TEST_CASE(a_message_of_bad_length_is_dropped, boost::unit_test::data::make({0, 3, 20, 23, 24, 56, 61, 1104}),
                     length) {
    Trace trace = asking();
    Octets datagram = success();
    datagram.resize(static_cast<std::size_t>(length));
    trace.receives(datagram).expectsNothing();
    BOOST_TEST(trace.session.statistics().undecodable == 1U);
}

BOOST_AUTO_TEST_CASE(a_message_with_the_r_bit_clear_is_dropped, *label("C6887-037")) {
    Trace trace = asking();
    trace.receives(with(1, 0x01)).expectsNothing();
}

BOOST_AUTO_TEST_CASE(an_answer_of_an_opcode_never_asked_is_dropped, *label("C6887-040")) {
    Trace trace = asking();
    trace.receives(with(1, 0x85)).expectsNothing();
    BOOST_TEST(trace.session.statistics().unattributed == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_request_never_sent_is_ignored, *label("C6887-043")) {
    Trace trace;
    trace.receives(success()).expectsNothing().sendsNothing();
}

BOOST_AUTO_TEST_CASE(an_answer_to_a_request_still_in_line_is_ignored, *label("C6887-043")) {
    Config config = testConfig();
    config.window = 1;
    Trace trace{config};
    trace.request(mapping(1));
    trace.request(mapping(8080));
    trace.receives(success()).expectsNothing();
}

BOOST_AUTO_TEST_CASE(a_foreign_nonce_says_nothing_about_the_epoch, *label("C6887-041")) {
    Trace trace;
    trace.hold(mapping(8080), {.epoch = 123456});
    trace.hold(mapping(8081), {.epoch = 123456});
    Octets forged = with(24, 0);
    forged[8] = forged[9] = forged[10] = forged[11] = 0;
    trace.receives(forged).sendsNothing().silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(options_that_nobody_knows_are_skipped, *label("C6887-014")) {
    Trace trace = asking();
    Octets datagram = success();
    const Octets options = octets("5a 00 00 04  01 02 03 04  c8 ff 00 00");
    datagram.insert(datagram.end(), options.begin(), options.end());
    trace.receives(datagram).expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(a_duplicate_of_a_success_is_no_news) {
    Trace trace = asking();
    trace.receives(success()).expects(EventKind::granted);
    trace.advance(1s).receives(success()).expectsNothing().sendsNothing();
}

BOOST_AUTO_TEST_CASE(a_duplicate_that_took_a_minute_starts_no_recovery) {
    Trace trace;
    trace.hold(mapping(8081), {.epoch = 123456});
    trace.request(mapping());
    trace.sends();
    trace.receives(success()).expects(EventKind::granted);
    trace.advance(60s).receives(success()).expectsNothing().silentUntil(1799s);
}

BOOST_AUTO_TEST_CASE(a_duplicate_of_an_error_is_no_news) {
    Trace trace = asking();
    trace.answers({.code = wire::ResultCode::userExQuota, .lifetime = 30}).expects(EventKind::refused);
    trace.advance(10s).answers({.code = wire::ResultCode::userExQuota, .lifetime = 30}).expectsNothing();
    trace.silentUntil(30s - 1ms).within(30s, 30s);
}

BOOST_AUTO_TEST_CASE(an_error_may_be_followed_by_a_success, *label("C6887-018")) {
    Trace trace = asking();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 30}).expects(EventKind::refused);
    trace.answers().expects(EventKind::granted);
}

BOOST_AUTO_TEST_CASE(a_success_may_be_followed_by_an_error, *label("C6887-042")) {
    Trace trace = asking();
    trace.answers().expects(EventKind::granted);
    trace.advance(1000s).answers({.code = wire::ResultCode::notAuthorized, .lifetime = 1800});
    BOOST_TEST((trace.expects(EventKind::refused).error == wire::ResultCode::notAuthorized));
}

BOOST_AUTO_TEST_CASE(an_unsolicited_success_moves_the_mapping, *label("C6887-126")) {
    Trace trace = asking();
    trace.answers().expects(EventKind::granted);
    trace.advance(1000s).answers({.lifetime = 600, .port = 50000});
    const Event event = trace.expects(EventKind::moved);
    BOOST_TEST(event.grant.external.port == 50000);
    trace.within(1300s, 1375s).sends();
}

BOOST_AUTO_TEST_CASE(a_mapping_that_wanted_ipv6_may_get_ipv4) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.suggestedAddress = wire::Address::anyV6();
    const auto id = trace.request(wanted);
    trace.sends();
    trace.receives(success());
    BOOST_TEST(trace.expects(EventKind::granted, id).grant.external.address.isV4());
}

BOOST_AUTO_TEST_CASE(two_mappings_of_a_port_are_told_apart_by_the_family, *label("C6887-065")) {
    Trace trace;
    MappingRequest wanted = mapping();
    wanted.suggestedAddress = wire::Address::anyV6();
    const auto v6 = trace.request(wanted);
    const auto v4 = trace.request(mapping());
    trace.sends();
    trace.sends();
    trace.answers().expects(EventKind::granted, v4);
    Octets datagram = success();
    const Octets address = octets("20 01 0d b8  00 00 00 00  00 00 00 00  00 00 00 01");
    std::copy(address.begin(), address.end(), datagram.begin() + 44);
    trace.receives(datagram).expects(EventKind::granted, v6);
}

BOOST_AUTO_TEST_SUITE_END()
