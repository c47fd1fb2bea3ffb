// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>

import portolan.testing.race;

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(race_end)

BOOST_AUTO_TEST_CASE(what_upnp_holds_is_deleted_when_released) {
    Arena arena{upnpOnly()};
    const MappingId id = arena.request();
    arena.await().expects(EventKind::granted);
    arena.advance(2s);
    arena.release(id);
    arena.await();
    const auto event = arena.expects(EventKind::released);
    BOOST_TEST((event.id == id));
    BOOST_TEST(!event.error, event.error.message());
    BOOST_TEST((event.grant.via == Via::upnp));
    BOOST_TEST(arena.mappings() == 0U);
    BOOST_TEST(arena.referee.size() == 0U);
}

BOOST_AUTO_TEST_CASE(released_at_any_moment_of_the_race_nothing_is_left) {
    for (const bool closed : {false, true}) {
        for (Duration after{0}; after < 700ms; after += 5ms) {
            Arena arena{closed ? upnpOnly() : everything()};
            arena.closed = closed;
            arena.pcpDelay = 290ms;
            const MappingId id = arena.request();
            arena.advance(after);
            arena.events.clear();
            arena.release(id);
            arena.await();
            BOOST_TEST((arena.expects(EventKind::released).id == id));
            arena.advance(1min).expectsNothing();
            BOOST_TEST(arena.mappings() == 0U, "released after " << after.count() << " ms");
            BOOST_TEST(arena.referee.size() == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_is_detached_is_left_standing) {
    Arena arena{upnpOnly()};
    const MappingId id = arena.request();
    arena.await().expects(EventKind::granted);
    arena.referee.handleDetach(id);
    arena.settle();
    arena.advance(2s).expectsNothing();
    BOOST_TEST(arena.mappings() == 1U);
    BOOST_TEST(arena.referee.size() == 0U);
    BOOST_TEST(!arena.referee.nextTimeout().has_value());
}

BOOST_AUTO_TEST_CASE(a_deletion_that_fails_tells_why) {
    Arena arena{upnpOnly()};
    const MappingId id = arena.request();
    arena.await().expects(EventKind::granted);
    arena.dark = true;
    arena.release(id);
    arena.await();
    const auto event = arena.expects(EventKind::released);
    BOOST_TEST((event.error == Errc::noAnswer));
    BOOST_TEST(event.byUpnp);
}

BOOST_AUTO_TEST_CASE(the_external_address_is_told_by_whoever_knows_it) {
    for (const bool upnp : {false, true}) {
        Arena arena{upnp ? upnpOnly() : everything()};
        const MappingId id = arena.askAddress();
        arena.await();
        const auto event = arena.expects(EventKind::address);
        BOOST_TEST((event.id == id));
        BOOST_TEST((event.grant.external.address == wire::Address::v4(203, 0, 113, 45)));
        arena.advance(1min).expectsNothing();
        BOOST_TEST(arena.referee.size() == 0U);
        BOOST_TEST(arena.mappings() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(an_address_that_nobody_knows_is_told_with_both_reasons) {
    Arena arena{simulator::Config::silent()};
    arena.closed = true;
    const MappingId id = arena.askAddress();
    arena.await();
    const auto event = arena.expects(EventKind::refused);
    BOOST_TEST((event.id == id));
    BOOST_TEST((event.error == Errc::unreachable));
    BOOST_TEST(event.other.has_value());
    BOOST_TEST(arena.referee.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_probe_is_of_pcp_and_nat_pmp) {
    Arena arena{everything(), Speak::upnp};
    const auto refused = arena.referee.handleProbe(arena.now);
    BOOST_TEST_REQUIRE(!refused.has_value());
    BOOST_TEST((refused.error().code == Errc::notAvailable));
    Arena both;
    BOOST_TEST(both.referee.handleProbe(both.now).has_value());
    both.settle();
    both.await();
    both.expects(EventKind::probed);
    BOOST_TEST(both.count("search") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
