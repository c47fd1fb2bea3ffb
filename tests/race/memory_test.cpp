// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>

import portolan.testing.race;

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

Arena& mapped(Arena& arena, std::uint16_t port) {
    arena.request(tcp(port));
    arena.await();
    arena.expects(EventKind::granted);
    arena.sent.clear();
    return arena;
}

} // namespace

BOOST_AUTO_TEST_SUITE(race_memory)

BOOST_AUTO_TEST_CASE(a_gateway_of_pcp_is_not_searched_again) {
    Arena arena;
    mapped(arena, 1111);
    arena.request(tcp(2222));
    arena.advance(10s);
    arena.expects(EventKind::granted);
    BOOST_TEST(arena.count("search") == 0U);
}

BOOST_AUTO_TEST_CASE(a_gateway_of_upnp_is_asked_by_it_at_once_and_by_nothing_else) {
    Arena arena{upnpOnly()};
    mapped(arena, 1111);
    const TimePoint began = arena.now;
    arena.request(tcp(2222));
    arena.await();
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
    BOOST_TEST((arena.now - began < 20ms));
    BOOST_TEST(arena.count("search") == 0U);
    BOOST_TEST(arena.count("PCP") == 0U);
}

BOOST_AUTO_TEST_CASE(in_strict_order_pcp_is_asked_first_all_the_same) {
    Arena arena{upnpOnly(), Speak::strict};
    mapped(arena, 1111);
    arena.request(tcp(2222));
    BOOST_TEST(arena.count("PCP") == 1U);
    arena.advance(3900ms).expectsNothing();
    arena.await();
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
}

BOOST_AUTO_TEST_CASE(it_is_forgotten_after_ten_minutes) {
    Arena arena;
    mapped(arena, 1111);
    BOOST_TEST(arena.referee.remembers(arena.now + 9min));
    arena.advance(11min);
    BOOST_TEST(!arena.referee.remembers(arena.now));
    arena.request(tcp(2222));
    BOOST_TEST(arena.count("search") == 12U);
}

BOOST_AUTO_TEST_CASE(a_gateway_of_pcp_that_does_not_answer_any_more_is_searched_after_a_second) {
    Arena arena;
    mapped(arena, 1111);
    arena.gateway.setPcpEnabled(false);
    arena.gateway.setNatPmpEnabled(false);
    arena.request(tcp(2222));
    arena.advance(900ms);
    BOOST_TEST(arena.count("search") == 0U);
    arena.advance(2s);
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
}

BOOST_AUTO_TEST_CASE(a_gateway_of_upnp_that_does_not_answer_any_more_is_asked_by_pcp) {
    Arena arena{upnpOnly()};
    mapped(arena, 1111);
    arena.dark = true;
    arena.gateway.setPcpEnabled(true);
    arena.request(tcp(2222));
    arena.await(2min);
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::pcp));
}

BOOST_AUTO_TEST_CASE(a_network_that_was_gone_is_not_remembered) {
    Arena arena;
    mapped(arena, 1111);
    arena.referee.handleReturn(arena.now);
    BOOST_TEST(!arena.referee.remembers(arena.now));
}

BOOST_AUTO_TEST_SUITE_END()
