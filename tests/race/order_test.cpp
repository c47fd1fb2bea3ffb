// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <utility>

import portolan.testing.race;

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

/// How long the first mapping takes at such a gateway.
Duration firstMapping(simulator::Config config, Speak speak, bool closed = false) {
    Arena arena{std::move(config), speak};
    arena.closed = closed;
    const TimePoint began = arena.now;
    arena.request();
    arena.await();
    arena.expects(EventKind::granted);
    return arena.now - began;
}

} // namespace

BOOST_AUTO_TEST_SUITE(race_order)

BOOST_AUTO_TEST_CASE(pcp_and_the_search_leave_at_the_same_moment) {
    Arena arena;
    const TimePoint began = arena.now;
    arena.request();
    BOOST_TEST(arena.count("PCP") == 1U);
    BOOST_TEST(arena.count("search") == 12U);
    BOOST_TEST((arena.sent.back().at == began));
}

BOOST_AUTO_TEST_CASE(a_gateway_of_all_protocols_maps_by_pcp_once) {
    Arena arena;
    arena.request();
    arena.await();
    const auto event = arena.expects(EventKind::granted);
    BOOST_TEST((event.grant.via == Via::pcp));
    arena.advance(1min);
    arena.expectsNothing();
    BOOST_TEST(arena.mappings() == 1U);
    BOOST_TEST(arena.count("GET") == 0U); // the search has ended
    BOOST_TEST(arena.point.size() == 0U);
}

BOOST_AUTO_TEST_CASE(the_first_mapping_is_as_soon_as_by_the_gateways_own_protocol_alone) {
    const auto differs = [](const simulator::Config& config, Speak own, bool closed = false) {
        return firstMapping(config, Speak::any, closed) - firstMapping(config, own, closed);
    };
    BOOST_TEST(differs(simulator::Config::pcpOnly(), Speak::pcp).count() == 0);
    BOOST_TEST(differs(simulator::Config::natPmpOnly(), Speak::natPmp).count() <= 20); // after PCP was refused
    BOOST_TEST(differs(upnpOnly(), Speak::upnp).count() == 0);
    BOOST_TEST(differs(upnpOnly(simulator::IgdVersion::v1), Speak::upnp).count() == 0);
    BOOST_TEST(differs(upnpOnly(), Speak::upnp, true).count() == 0);
    BOOST_TEST(differs(everything(), Speak::pcp).count() == 0);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_silent_by_pcp_serves_by_upnp) {
    Arena arena{upnpOnly()};
    arena.request();
    arena.await();
    const auto event = arena.expects(EventKind::granted);
    BOOST_TEST((event.grant.via == Via::upnp));
    BOOST_TEST(event.grant.external.port == 8080U);
    arena.advance(1h);
    arena.expectsNothing();
    BOOST_TEST(arena.mappings() == 1U);
    BOOST_TEST(arena.gateway.mappings().front().isUpnp());
    BOOST_TEST(arena.session.size() == 0U); // not asked any more
    BOOST_TEST(arena.count("PCP") == 3U);   // and asked to forget it, for a second
}

BOOST_AUTO_TEST_CASE(nothing_is_left_to_take_back_where_the_port_of_pcp_is_closed) {
    Arena arena{upnpOnly()};
    arena.closed = true;
    arena.request();
    arena.await();
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
    arena.advance(1min);
    BOOST_TEST(arena.count("PCP") == 1U);
}

BOOST_AUTO_TEST_CASE(a_slow_answer_by_pcp_is_preferred_within_the_grace) {
    for (const Duration answer : {240ms, 260ms}) {
        Arena arena{upnpOnly()};
        arena.request(tcp(1111));
        arena.await().expects(EventKind::granted); // UPnP is ready from here on
        arena.advance(2s);
        arena.referee.handleReturn(arena.now); // and what is spoken, forgotten
        arena.gateway.setPcpEnabled(true);
        arena.pcpDelay = answer / 2;
        arena.request(tcp(2222));
        arena.await();
        BOOST_TEST((arena.expects(EventKind::granted).grant.via == (answer < 250ms ? Via::pcp : Via::upnp)));
    }
}

BOOST_AUTO_TEST_CASE(what_pcp_grants_after_upnp_has_served_is_taken_back) {
    Arena arena;
    arena.pcpDelay = 300ms; // the answer comes 600 ms after the request
    arena.request();
    arena.await();
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
    arena.advance(1min);
    BOOST_TEST(arena.mappings() == 1U);
    BOOST_TEST(arena.gateway.mappings().front().isUpnp());
}

BOOST_AUTO_TEST_CASE(what_upnp_was_asked_for_is_taken_back_when_pcp_grants) {
    Arena arena;
    arena.pcpDelay = 310ms;
    arena.upnpDelay = 60ms; // asked after 500 ms and more, and granted after the answer of PCP came
    arena.request();
    arena.await();
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::pcp));
    arena.advance(1min);
    arena.expectsNothing();
    BOOST_TEST(arena.mappings() == 1U);
    BOOST_TEST(!arena.gateway.mappings().front().isUpnp());
    BOOST_TEST(arena.point.size() == 0U);
}

BOOST_AUTO_TEST_CASE(in_strict_order_upnp_is_begun_after_the_others_were_silent) {
    Arena arena{upnpOnly(), Speak::strict};
    const TimePoint began = arena.now;
    arena.request();
    arena.advance(3900ms);
    BOOST_TEST(arena.count("search") == 0U);
    BOOST_TEST(arena.count("PCP") >= 2U);
    arena.await();
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
    BOOST_TEST((arena.now - began < 6s));
}

BOOST_AUTO_TEST_CASE(in_strict_order_a_no_is_enough_to_begin_upnp) {
    Arena arena{upnpOnly(), Speak::strict};
    arena.closed = true;
    arena.request();
    arena.await(1s);
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
}

BOOST_AUTO_TEST_CASE(in_strict_order_a_gateway_of_pcp_is_never_searched) {
    Arena arena{everything(), Speak::strict};
    arena.request();
    arena.advance(1min);
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::pcp));
    BOOST_TEST(arena.count("search") == 0U);
}

BOOST_AUTO_TEST_CASE(one_search_is_made_for_all_who_wait) {
    Arena arena{upnpOnly()};
    for (std::uint16_t port = 7000; port < 7010; ++port) {
        arena.request(tcp(port));
    }
    arena.advance(10s);
    BOOST_TEST(arena.events.size() == 10U);
    BOOST_TEST(arena.mappings() == 10U);
    BOOST_TEST(arena.count("search") == 12U);
}

BOOST_AUTO_TEST_CASE(many_who_stand_in_line_for_pcp_are_not_sent_to_upnp) {
    Arena arena{everything(), Speak::any, 1, 1};
    arena.pcpDelay = 100ms; // one after another: 10 s for all
    for (std::uint16_t port = 7000; port < 7050; ++port) {
        arena.request(tcp(port));
    }
    arena.advance(20s);
    BOOST_TEST(arena.events.size() == 50U);
    BOOST_TEST(std::ranges::all_of(arena.events, [](const auto& event) { return event.grant.via == Via::pcp; }));
    BOOST_TEST(arena.count("AddAnyPortMapping") == 0U);
    BOOST_TEST(arena.mappings() == 50U);
}

BOOST_AUTO_TEST_CASE(only_the_protocol_named_is_spoken) {
    for (const Speak speak : {Speak::pcp, Speak::natPmp, Speak::upnp}) {
        Arena arena{everything(), speak};
        arena.request();
        arena.advance(5s);
        const auto via = arena.expects(EventKind::granted).grant.via;
        BOOST_TEST((via == (speak == Speak::pcp ? Via::pcp : speak == Speak::natPmp ? Via::natPmp : Via::upnp)));
        BOOST_TEST((arena.count("search") != 0U) == (speak == Speak::upnp));
        BOOST_TEST((arena.count("PCP") != 0U) == (speak == Speak::pcp));
    }
}

BOOST_AUTO_TEST_SUITE_END()
