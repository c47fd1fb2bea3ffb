// SPDX-License-Identifier: MIT
// The anycast addresses of PCP (RFC 7723), after a default router.
#include "talk.hpp"

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;
using session::EventKind;

namespace {

constexpr wire::Address host = wire::Address::v4(192, 168, 1, 57);
constexpr wire::Address router = wire::Address::v4(192, 168, 1, 1);

Talk withAnycast() {
    return Talk{{{router, host}, {servers::anycastV4, host}}, {servers::anycastV4}};
}

constexpr std::uint8_t announce = 0;
constexpr std::uint8_t map = 1;

std::uint8_t opcodeOf(const SentTo& sent) {
    return sent.octets[1];
}

} // namespace

BOOST_AUTO_TEST_SUITE(servers_anycast)

BOOST_AUTO_TEST_CASE(the_anycast_address_is_asked_when_the_router_is_silent, *label("C7723-001")) {
    Talk talk = withAnycast();
    talk.request(mapping());
    for (int transmission = 0; transmission < 4; ++transmission) {
        BOOST_TEST(text(talk.next().to) == "192.168.1.1:5351");
    }
    BOOST_TEST(text(talk.next().to) == "192.0.0.9:5351");
}

BOOST_AUTO_TEST_CASE(the_first_datagram_there_is_an_announce, *label("C7723-005")) {
    Talk talk = withAnycast();
    talk.request(mapping());
    talk.unreachable(talk.next().to);
    const SentTo probe = talk.next();
    BOOST_TEST(text(probe.to) == "192.0.0.9:5351");
    BOOST_TEST(opcodeOf(probe) == announce);
    BOOST_TEST(talk.sent.empty());
    talk.answerProbe(probe);
    const SentTo request = talk.next();
    BOOST_TEST(text(request.to) == "192.0.0.9:5351");
    BOOST_TEST(opcodeOf(request) == map);
    talk.answer(request);
    BOOST_TEST((talk.events.back().kind == EventKind::granted));
}

BOOST_AUTO_TEST_CASE(where_nobody_answers_the_announce_nothing_else_is_sent, *label("C7723-005")) {
    Talk talk = withAnycast();
    talk.request(mapping());
    talk.unreachable(talk.next().to);
    for (int transmission = 0; transmission < 4; ++transmission) {
        BOOST_TEST(opcodeOf(talk.next()) == announce);
    }
    while (talk.choice.state() == AddressChoice::State::asking) {
        talk.pass(100ms);
    }
    BOOST_TEST((talk.choice.state() == AddressChoice::State::resting));
    const SentTo again = talk.next();
    BOOST_TEST(text(again.to) == "192.168.1.1:5351");
}

BOOST_AUTO_TEST_CASE(another_server_behind_the_address_is_told_by_its_epoch, *label("C7723-004")) {
    session::Config config = testConfig();
    config.server = {servers::anycastV4, wire::serverPort};
    Trace trace{config};
    for (std::uint16_t port = 8080; port < 8083; ++port) {
        trace.hold(mapping(port), {.epoch = 90'000});
    }
    trace.within(1800s, 2250s).sends(); // the routes have changed: another server takes the renewal
    trace.answers({.epoch = 10});
    std::size_t asked = 0;
    while (asked < 2) {
        trace.within(1800s, 2300s).sends();
        trace.answers({.epoch = 11});
        ++asked;
    }
    unsigned recovered = 0;
    for (const session::Event& event : trace.events) {
        recovered += event.kind == EventKind::recovered ? 1U : 0U;
    }
    BOOST_TEST(recovered >= 2U);
}

BOOST_AUTO_TEST_SUITE_END()
