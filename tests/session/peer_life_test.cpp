// SPDX-License-Identifier: MIT
// How an outbound mapping lives: as an inbound one, but that it is never shortened or deleted, and that its gateway may
// have it no more (RFC 6887 §12.2 to §12.4, §14).
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <tuple>

import portolan.testing.session;

using namespace portolan;
using namespace portolan::session;
using namespace portolan::testing;
using namespace std::chrono_literals;
using boost::unit_test::label;

namespace {

constexpr Answer cannotProvide{.code = wire::ResultCode::cannotProvideExternal, .lifetime = 30};

wire::PeerRequest read(const Octets& datagram) {
    return wire::decodePeerRequest(datagram).assume_value();
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_peer_life)

BOOST_AUTO_TEST_CASE(the_first_renewal_is_between_half_and_five_eighths_of_the_lifetime, *label("C6887-106")) {
    Spread spread;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        Trace trace{testConfig(seed)};
        trace.hold(outbound());
        trace.within(1800s, 2250s);
        spread.add(static_cast<double>(trace.elapsed().count()));
    }
    BOOST_TEST(spread.within(1'800'000, 2'250'000));
    BOOST_TEST(spread.fills(1'800'000, 2'250'000));
}

BOOST_AUTO_TEST_CASE(later_renewals_are_one_datagram_each_in_the_windows_of_map, *label("C6887-106")) {
    Trace trace;
    trace.hold(outbound());
    trace.within(1800s, 2250s).sends();
    trace.within(2700s, 2925s).sends();
    trace.within(3150s, 3262500ms).sends();
}

BOOST_AUTO_TEST_CASE(renewals_are_never_closer_than_four_seconds, *label("C6887-106")) {
    Trace trace;
    trace.hold(outbound(), {.lifetime = 10});
    Duration last = trace.elapsed();
    while (trace.elapsed() < 10s) {
        trace.advance(100ms);
        while (!trace.sent.empty()) {
            const Duration at = trace.sent.front().at - TimePoint{};
            trace.sent.pop_front();
            BOOST_TEST((at - last >= 4s));
            last = at;
        }
    }
}

BOOST_AUTO_TEST_CASE(a_renewal_suggests_what_was_assigned) {
    Trace trace;
    const auto id = trace.hold(outbound());
    const auto renewal = read(trace.within(1800s, 2250s).sends());
    BOOST_TEST(renewal.suggestedPort == 40123);
    BOOST_TEST((renewal.suggestedAddress == wire::Address::v4(203, 0, 113, 45)));
    trace.answers().expects(EventKind::renewed, id);
}

BOOST_AUTO_TEST_CASE(every_retransmission_and_renewal_has_the_same_nonce) {
    Trace trace;
    trace.request(outbound());
    const wire::Nonce first = read(trace.sends()).nonce;
    const wire::Nonce second = read(trace.within(2700ms, 3300ms).sends()).nonce;
    trace.answers();
    const wire::Nonce third = read(trace.within(1800s, 2255s).sends()).nonce;
    BOOST_TEST((first == second && second == third));
}

BOOST_AUTO_TEST_CASE(release_stops_renewing_and_sends_nothing, *label("C6887-100")) {
    Trace trace;
    const auto id = trace.hold(outbound());
    trace.release(id).expects(EventKind::released, id);
    trace.silentUntil(10'000s);
    BOOST_TEST(trace.session.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_given_up_is_sent_no_more_and_not_deleted, *label("C6887-100")) {
    Trace trace;
    const auto id = trace.request(outbound());
    trace.sends();
    trace.release(id).expects(EventKind::released, id);
    trace.silentUntil(10'000s);
}

BOOST_AUTO_TEST_CASE(the_late_answer_to_what_was_given_up_is_ignored, *label("C6887-100")) {
    Trace trace;
    const auto id = trace.request(outbound());
    trace.sends();
    trace.release(id).expects(EventKind::released, id);
    trace.answers().expectsNothing().silentUntil(10'000s);
}

BOOST_AUTO_TEST_CASE(a_deletion_is_refused, *label("C6887-100")) {
    Session session{testConfig()};
    const auto id = session.handleDelete(TimePoint{}, outbound());
    BOOST_TEST((!id && id.error().code == Errc::invalidRequest));
}

BOOST_AUTO_TEST_CASE(what_was_released_may_be_wanted_again) {
    Trace trace;
    const auto id = trace.hold(outbound());
    trace.release(id).expects(EventKind::released, id);
    trace.hold(outbound());
}

BOOST_AUTO_TEST_CASE(a_suggestion_that_cannot_be_honoured_is_told_and_dropped) {
    Trace trace;
    MappingRequest wanted = outbound();
    wanted.suggestedPort = 6100;
    wanted.suggestedAddress = wire::Address::v4(203, 0, 113, 9);
    const auto id = trace.request(wanted);
    trace.sends();
    trace.answers(cannotProvide);
    const Event refusal = trace.expects(EventKind::refused, id);
    BOOST_TEST((refusal.error == wire::ResultCode::cannotProvideExternal));
    BOOST_TEST((refusal.retryAfter == 30s));
    const auto again = read(trace.silentUntil(30s - 1ms).at(30s).sends());
    BOOST_TEST(again.suggestedPort == 0);
    BOOST_TEST((again.suggestedAddress == wire::Address::anyV4()));
}

BOOST_AUTO_TEST_CASE(a_held_one_that_cannot_be_made_again_as_it_was_is_lost) {
    Trace trace;
    const auto id = trace.hold(outbound());
    trace.within(1800s, 2250s).sends();
    const Duration renewal = trace.elapsed();
    trace.answers(cannotProvide).expects(EventKind::lost, id);
    BOOST_TEST((trace.expects(EventKind::refused, id).error == wire::ResultCode::cannotProvideExternal));
    BOOST_TEST(read(trace.silentUntil(renewal + 30s - 1ms).at(renewal + 30s).sends()).suggestedPort == 0);
    trace.answers({.port = 50000}).expects(EventKind::granted, id);
}

BOOST_AUTO_TEST_CASE(another_error_keeps_the_suggestion) {
    Trace trace;
    MappingRequest wanted = outbound();
    wanted.suggestedPort = 6100;
    trace.request(wanted);
    trace.sends();
    trace.answers({.code = wire::ResultCode::networkFailure, .lifetime = 30});
    BOOST_TEST(read(trace.at(30s).sends()).suggestedPort == 6100);
}

BOOST_AUTO_TEST_CASE(no_resources_for_one_keeps_back_all_new_ones, *label("C6887-104")) {
    Trace trace;
    const auto id = trace.request(outbound());
    trace.sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 60}).expects(EventKind::refused, id);
    const auto other = trace.request(mapping(8080));
    BOOST_TEST((trace.expects(EventKind::refused, other).error == wire::ResultCode::noResources));
    trace.silentUntil(60s - 1ms).at(60s).sends();
}

BOOST_AUTO_TEST_CASE(no_resources_for_a_renewal_keeps_back_new_outbound_mappings, *label("C6887-104")) {
    Trace trace;
    const auto id = trace.hold(mapping(8080));
    trace.within(1800s, 2250s).sends();
    trace.answers({.code = wire::ResultCode::noResources, .lifetime = 60}).expects(EventKind::refused, id);
    const auto other = trace.request(outbound());
    BOOST_TEST((trace.expects(EventKind::refused, other).error == wire::ResultCode::noResources));
    trace.sendsNothing();
}

BOOST_AUTO_TEST_CASE(after_a_restart_mappings_of_both_kinds_are_requested_again, *label("C6887-123")) {
    Trace trace;
    for (std::uint16_t port = 8080; port < 8083; ++port) {
        trace.hold(mapping(port));
    }
    trace.hold(outbound());
    trace.at(600s).receives(announcement(0)).at(605s);
    std::set<std::tuple<wire::Opcode, std::uint16_t>> asked;
    for (const Sent& sent : trace.sent) {
        const bool peer = wire::decodePeerRequest(sent.octets).has_value();
        const auto suggested =
            peer ? read(sent.octets).suggestedPort : wire::decodeMapRequest(sent.octets).assume_value().suggestedPort;
        BOOST_TEST(suggested == 40123);
        const auto internal =
            peer ? read(sent.octets).internalPort : wire::decodeMapRequest(sent.octets).assume_value().internalPort;
        asked.emplace(peer ? wire::Opcode::peer : wire::Opcode::map, internal);
    }
    BOOST_TEST(asked.size() == 4U);
    BOOST_TEST(asked.contains({wire::Opcode::peer, 49152}));
}

BOOST_AUTO_TEST_CASE(what_a_restarted_gateway_makes_as_it_was_is_recovered) {
    Trace trace;
    const auto id = trace.hold(outbound());
    trace.at(600s).receives(announcement(0)).within(600s, 605s).sends();
    trace.answers({.epoch = 3}).expects(EventKind::recovered, id);
}

BOOST_AUTO_TEST_CASE(an_update_tells_of_another_external_side, *label("C6887-126")) {
    Trace trace;
    const auto id = trace.hold(outbound());
    trace.advance(60s).answers({.lifetime = 1200, .port = 50000});
    const Event moved = trace.expects(EventKind::moved, id);
    BOOST_TEST(moved.grant.external.port == 50000);
    trace.within(60s + 600s, 60s + 750s).sends();
}

BOOST_AUTO_TEST_CASE(an_update_may_tell_that_the_mapping_is_gone, *label("C6887-126")) {
    Trace trace;
    const auto id = trace.hold(outbound());
    trace.advance(60s).answers(cannotProvide).expects(EventKind::lost, id);
    trace.expects(EventKind::refused, id);
}

BOOST_AUTO_TEST_CASE(what_ran_out_is_asked_for_as_it_was) {
    Trace trace;
    const auto id = trace.hold(outbound(), {.lifetime = 120});
    trace.at(120s).expects(EventKind::lost, id);
    trace.clear().advance(5s);
    BOOST_TEST_REQUIRE(!trace.sent.empty());
    BOOST_TEST(read(trace.sent.front().octets).suggestedPort == 40123);
}

BOOST_AUTO_TEST_SUITE_END()
