// SPDX-License-Identifier: MIT
// One server with several addresses (RFC 7488 §3).
#include "talk.hpp"

#include <algorithm>
#include <span>

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;
using session::EventKind;

namespace {

constexpr wire::Address host4 = wire::Address::v4(192, 0, 2, 57);
constexpr wire::Address host6{{0x20, 0x01, 0x0d, 0xb8, 0x33, 0x33, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x57}};
constexpr wire::Address first = wire::Address::v4(192, 0, 2, 1);
constexpr wire::Address second = wire::Address::v4(192, 0, 2, 2);
constexpr wire::Address server6{{0x20, 0x01, 0x0d, 0xb8, 0x11, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

const std::vector<Destination> two{{first, host4}, {second, host4}};

constexpr Endpoint endpoint(const wire::Address& address) {
    return {address, wire::serverPort};
}

/// The nonce of a MAP request.
Octets nonceOf(const SentTo& sent) {
    return {sent.octets.begin() + 24, sent.octets.begin() + 36};
}

/// The next four datagrams go to this address.
void isAskedFourTimes(Talk& talk, const wire::Address& address) {
    for (int transmission = 0; transmission < 4; ++transmission) {
        BOOST_TEST(text(talk.next().to) == text(endpoint(address)));
    }
}

/// A mapping held by way of the second address, since the first one does not answer.
Talk heldAtSecond() {
    Talk talk{two};
    talk.request(mapping());
    isAskedFourTimes(talk, first);
    talk.answer(talk.next());
    BOOST_TEST_REQUIRE(talk.events.size() == 1U);
    BOOST_TEST((talk.events.front().kind == EventKind::granted));
    return talk;
}

} // namespace

BOOST_AUTO_TEST_SUITE(servers_address_choice)

BOOST_AUTO_TEST_CASE(where_a_mapping_of_ipv4_is_wanted_the_ipv4_address_is_asked_first, *label("C7488-001")) {
    // The candidate sources are those of IPv4, so there is none towards the IPv6 address.
    Talk talk{{{server6}, {first, host4}}};
    talk.request(mapping());
    BOOST_TEST(text(talk.next().to) == text(endpoint(first)));
}

BOOST_AUTO_TEST_CASE(of_both_families_the_order_is_that_of_rfc_6724, *label("C7488-001")) {
    Talk talk{{{first, host4}, {server6, host6}}};
    talk.request(mapping());
    BOOST_TEST(text(talk.next().to) == text(endpoint(server6)));
}

BOOST_AUTO_TEST_CASE(a_silent_address_is_asked_four_times_and_then_the_next_one, *label("C7488-002")) {
    Talk talk{two};
    talk.request(mapping());
    isAskedFourTimes(talk, first);
    const SentTo fifth = talk.next();
    BOOST_TEST(text(fifth.to) == text(endpoint(second)));
    BOOST_TEST((fifth.at - TimePoint{} >= 32100ms && fifth.at - TimePoint{} <= 61700ms)); // RFC 6887 §8.1.1
    talk.answer(fifth);
    BOOST_TEST_REQUIRE(talk.events.size() == 1U);
    BOOST_TEST((talk.events.front().kind == EventKind::granted));
}

BOOST_AUTO_TEST_CASE(a_late_answer_of_a_silent_address_means_nothing, *label("C7488-003")) {
    Talk talk{two};
    talk.request(mapping());
    const SentTo late = talk.next();
    for (int transmission = 1; transmission < 4; ++transmission) {
        talk.next();
    }
    BOOST_TEST(text(talk.next().to) == text(endpoint(second)));
    talk.answer(late);
    BOOST_TEST(talk.events.empty());
    BOOST_TEST(text(talk.next().to) == text(endpoint(second)));
}

BOOST_AUTO_TEST_CASE(a_hard_error_has_the_next_address_asked_at_once, *label("C7488-004")) {
    Talk talk{two};
    talk.request(mapping());
    const SentTo asked = talk.next();
    talk.pass(100ms);
    talk.unreachable(asked.to);
    BOOST_TEST_REQUIRE(talk.sent.size() == 1U);
    BOOST_TEST((talk.sent.front().at == talk.now));
    BOOST_TEST(text(talk.sent.front().to) == text(endpoint(second)));
    BOOST_TEST(talk.events.empty());
}

BOOST_AUTO_TEST_CASE(a_server_that_speaks_another_version_at_an_address_is_asked_at_the_next) {
    Talk talk{two};
    talk.request(mapping());
    const SentTo asked = talk.next();
    session::Event event;
    event.kind = EventKind::refused;
    event.error = Errc::versionNotSupported;
    talk.choice.handleEvent(talk.now, asked.to, event);
    BOOST_TEST(text(talk.choice.current().value()) == text(endpoint(second)));
}

BOOST_AUTO_TEST_CASE(when_all_are_exhausted_it_begins_again_after_15_minutes, *label("C7488-005")) {
    Talk talk{two};
    talk.request(mapping());
    isAskedFourTimes(talk, first);
    isAskedFourTimes(talk, second);
    while (talk.events.empty()) {
        talk.pass(10ms);
    }
    BOOST_TEST((talk.events.front().error == Errc::noAnswer)); // exhausted, and told
    const TimePoint exhausted = talk.now;
    const SentTo again = talk.next();
    BOOST_TEST(text(again.to) == text(endpoint(first)));
    BOOST_TEST((again.at - exhausted > 899s && again.at - exhausted <= 900s));
    BOOST_TEST(talk.sortings == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_anew_meanwhile_begins_at_once) {
    Talk talk{two};
    talk.request(mapping());
    isAskedFourTimes(talk, first);
    isAskedFourTimes(talk, second);
    talk.pass(60s);
    talk.request(mapping(8081));
    BOOST_TEST_REQUIRE(!talk.sent.empty());
    BOOST_TEST(text(talk.sent.front().to) == text(endpoint(first)));
}

BOOST_AUTO_TEST_CASE(the_address_that_answered_is_asked_from_then_on, *label("C7488-006")) {
    Talk talk = heldAtSecond();
    const SentTo renewal = talk.next();
    BOOST_TEST(text(renewal.to) == text(endpoint(second)));
    talk.answer(renewal);
    talk.request(mapping(8081));
    BOOST_TEST(text(talk.next().to) == text(endpoint(second)));
    BOOST_TEST(talk.sortings == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_refuses_is_an_answer, *label("C7488-006")) {
    Talk talk{two};
    talk.request(mapping());
    talk.answer(talk.next(), {.code = wire::ResultCode::notAuthorized, .lifetime = 60});
    BOOST_TEST(text(talk.next().to) == text(endpoint(first)));
    BOOST_TEST((talk.elapsed() > 59s));
}

BOOST_AUTO_TEST_CASE(when_it_does_not_answer_any_more_it_begins_again_with_the_first, *label("C7488-006")) {
    Talk talk = heldAtSecond();
    isAskedFourTimes(talk, second); // to renew
    const SentTo anew = talk.next();
    BOOST_TEST(text(anew.to) == text(endpoint(first)));
    BOOST_TEST((anew.at - TimePoint{} < 3600s)); // while the mapping stands still
    BOOST_TEST(talk.sortings == 2U);
    talk.answer(anew);
    BOOST_TEST(text(talk.next().to) == text(endpoint(first)));
}

BOOST_AUTO_TEST_CASE(a_hard_error_of_the_one_that_answered_has_another_asked_at_once, *label("C7488-004")) {
    Talk talk{two};
    talk.request(mapping());
    talk.answer(talk.next());
    const SentTo renewal = talk.next();
    talk.unreachable(renewal.to);
    BOOST_TEST_REQUIRE(!talk.sent.empty());
    BOOST_TEST((talk.sent.front().at == talk.now));
    BOOST_TEST(text(talk.sent.front().to) == text(endpoint(second)));
}

BOOST_AUTO_TEST_CASE(all_addresses_of_a_server_are_shown_the_same_nonce, *label("C7488-007")) {
    Talk talk{two};
    talk.request(mapping());
    const Octets nonce = nonceOf(talk.next());
    for (int datagram = 1; datagram < 8; ++datagram) {
        BOOST_TEST((nonceOf(talk.next()) == nonce));
    }
    BOOST_TEST((talk.elapsed() > 64s)); // they went to both addresses
}

BOOST_AUTO_TEST_CASE(a_server_without_an_address_to_ask_rests) {
    Talk talk{{{first}}};
    talk.request(mapping());
    BOOST_TEST((talk.choice.state() == AddressChoice::State::resting));
    BOOST_TEST((talk.choice.nextTimeout() == TimePoint{} + servers::restTime));
}

BOOST_AUTO_TEST_CASE(what_is_told_of_another_address_changes_nothing) {
    Talk talk{two};
    talk.request(mapping());
    talk.choice.handleHardError(talk.now, endpoint(second));
    talk.choice.handleSilence(talk.now, endpoint(second));
    BOOST_TEST(text(talk.choice.current().value()) == text(endpoint(first)));
}

BOOST_AUTO_TEST_SUITE_END()
