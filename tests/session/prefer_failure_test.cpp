// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

constexpr std::uint16_t wantedPort = 6100;
constexpr std::uint16_t otherPort = 6104;

MappingRequest exact() {
    MappingRequest wanted = mapping();
    wanted.suggestedPort = wantedPort;
    wanted.preferFailure = true;
    return wanted;
}

wire::MapRequest read(const Octets& datagram) {
    return wire::decodeMapRequest(datagram).assume_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_prefer_failure)

BOOST_AUTO_TEST_CASE(the_wanted_port_is_a_grant) {
    Trace trace;
    const auto id = trace.request(exact());
    trace.sends();
    trace.answers({.port = wantedPort}).expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(another_port_is_no_answer, *label("C6887-112")) {
    Trace trace;
    trace.request(exact());
    trace.sends();
    trace.answers({.port = otherPort}).expectsNothing().within(2700ms, 3300ms).sends();
}

BOOST_AUTO_TEST_CASE(another_address_than_the_wanted_is_no_answer, *label("C6887-112")) {
    Trace trace;
    MappingRequest wanted = exact();
    wanted.suggestedAddress = wire::Address::v4(203, 0, 113, 1);
    trace.request(wanted);
    trace.sends();
    trace.answers({.port = wantedPort}).expectsNothing().within(2700ms, 3300ms).sends();
}

BOOST_AUTO_TEST_CASE(another_port_that_comes_twice_is_still_no_answer) {
    Trace trace;
    trace.request(exact());
    trace.sends();
    trace.answers({.port = otherPort}).answers({.port = otherPort}).expectsNothing();
}

BOOST_AUTO_TEST_CASE(another_port_to_a_second_transmission_is_a_refusal) {
    Trace trace;
    const auto id = trace.request(exact());
    trace.sends();
    trace.answers({.port = otherPort}).within(2700ms, 3300ms).sends();
    trace.answers({.port = otherPort});
    BOOST_TEST((trace.expects(EventKind::refused, id).error == Errc::otherExternal));
}

BOOST_AUTO_TEST_CASE(what_was_wrongly_granted_is_deleted_and_the_right_asked_for_again) {
    Trace trace;
    const auto id = trace.request(exact());
    trace.sends();
    trace.answers({.port = otherPort}).within(2700ms, 3300ms).sends();
    trace.answers({.port = otherPort}).expects(EventKind::refused, id);
    BOOST_TEST(read(trace.sends()).lifetimeSeconds == 0U);
    trace.answers({.lifetime = 0}).expectsNothing();
    BOOST_TEST(read(trace.within(2min, 2min + 4s).sends()).suggestedPort == wantedPort);
    trace.answers({.port = wantedPort}).expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(what_was_wrongly_granted_may_be_released) {
    Trace trace;
    const auto id = trace.request(exact());
    trace.sends();
    trace.answers({.port = otherPort}).within(2700ms, 3300ms).sends();
    trace.answers({.port = otherPort}).expects(EventKind::refused, id);
    trace.sends();
    trace.release(id).sendsNothing().answers({.lifetime = 0}).expects(EventKind::released, id);
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_wrongly_granted_is_still_had_only_once) {
    Trace trace;
    trace.request(exact());
    trace.sends();
    trace.answers({.port = otherPort}).within(2700ms, 3300ms).sends();
    trace.answers({.port = otherPort});
    const auto again = trace.session.handleRequest(trace.now, exact());
    BOOST_TEST((!again && again.error().code == Errc::alreadyMapped));
}

BOOST_AUTO_TEST_CASE(a_held_mapping_that_is_renewed_elsewhere_twice_is_lost) {
    Trace trace;
    const auto id = trace.hold(exact(), {.port = wantedPort});
    trace.within(1800s, 2250s).sends();
    trace.answers({.port = otherPort}).expectsNothing();
    trace.within(2700s, 2925s).sends();
    trace.answers({.port = otherPort}).expects(EventKind::lost, id);
    trace.expects(EventKind::refused, id);
}

BOOST_AUTO_TEST_CASE(an_address_that_was_never_wanted_may_change) {
    Trace trace;
    const auto id = trace.hold(exact(), {.port = wantedPort});
    trace.within(1800s, 2250s).sends();
    trace.answers({.port = wantedPort, .address = wire::Address::v4(203, 0, 113, 99)}).expects(EventKind::moved, id);
}

BOOST_AUTO_TEST_CASE(after_an_address_change_the_port_is_wanted_at_any_address) {
    Trace trace;
    const auto id = trace.hold(exact(), {.port = wantedPort});
    trace.within(1800s, 2250s).sends();
    trace.answers({.code = wire::ResultCode::cannotProvideExternal, .lifetime = 30}).expects(EventKind::refused, id);
    const auto renewal = read(trace.within(2700s, 2925s).sends());
    BOOST_TEST((renewal.suggestedAddress == wire::Address::anyV4()));
    BOOST_TEST(renewal.suggestedPort == wantedPort);
}

BOOST_AUTO_TEST_CASE(a_refusal_holds_the_request_back) {
    Trace trace;
    trace.request(exact());
    trace.sends();
    trace.answers({.code = wire::ResultCode::cannotProvideExternal, .lifetime = 500});
    trace.silentUntil(500s - 1ms).at(500s).sends();
}

BOOST_AUTO_TEST_SUITE_END()
