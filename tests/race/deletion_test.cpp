// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <utility>

import portolan.testing.race;

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

/// The event that ends the deletion of what an earlier run left at this gateway.
race::Event erased(Arena& arena, Where where = Where::current()) {
    const MappingId id = arena.erase();
    arena.await(30s);
    auto event = arena.expects(EventKind::released, where);
    BOOST_TEST((event.id == id));
    arena.advance(30s).expectsNothing();
    BOOST_TEST(arena.referee.size() == 0U);
    return event;
}

void leaveMapping(Arena& arena) {
    const MappingId id = arena.request();
    arena.await().expects(EventKind::granted);
    arena.referee.handleDetach(id);
    arena.advance(15min); // what the gateway speaks is forgotten
}

} // namespace

BOOST_AUTO_TEST_SUITE(race_deletion)

BOOST_AUTO_TEST_CASE(what_an_earlier_run_left_by_upnp_is_deleted) {
    for (const bool closed : {false, true}) {
        Arena arena{upnpOnly()};
        arena.closed = closed;
        leaveMapping(arena);
        BOOST_TEST(arena.mappings() == 1U);
        BOOST_TEST(!erased(arena).error);
        BOOST_TEST(arena.mappings() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(what_an_earlier_run_left_by_pcp_is_deleted_by_pcp_alone) {
    Arena arena;
    leaveMapping(arena);
    arena.sent.clear();
    BOOST_TEST(!erased(arena).error);
    BOOST_TEST(arena.mappings() == 0U);
    BOOST_TEST(arena.count("GET") == 0U);
}

BOOST_AUTO_TEST_CASE(how_often_it_was_asked_is_known_when_pcp_is_given_up_and_upnp_is_not) {
    Arena arena{upnpOnly()};
    arena.upnpDelay = 1h;
    const MappingId id = arena.erase();
    while (arena.session.size() != 0) {
        arena.advance(1s);
    }
    BOOST_TEST(arena.referee.size() != 0U);
    BOOST_TEST(arena.referee.transmissions(id) >= 2U);
}

BOOST_AUTO_TEST_CASE(where_nothing_stands_by_upnp_and_pcp_is_silent_it_is_gone) {
    Arena arena{upnpOnly()};
    BOOST_TEST(!erased(arena).error);
}

BOOST_AUTO_TEST_CASE(a_refusal_by_pcp_is_told_unless_upnp_had_it) {
    Arena arena;
    leaveMapping(arena);
    auto foreign = tcp();
    foreign.nonce = wire::Nonce{{0xcc}};
    const MappingId id = arena.erase(foreign);
    arena.await(30s);
    const auto event = arena.expects(EventKind::released);
    BOOST_TEST((event.id == id));
    BOOST_TEST((event.error == wire::ResultCode::notAuthorized));
    BOOST_TEST(arena.mappings() == 1U);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_is_not_there_is_told_by_both) {
    Arena arena{simulator::Config::silent()};
    arena.closed = true;
    const auto event = erased(arena);
    BOOST_TEST((event.error == Errc::unreachable));
    BOOST_TEST(event.other.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
