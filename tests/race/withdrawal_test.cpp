// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>

import portolan.testing.race;

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

/// A gateway of NAT-PMP and UPnP that says so, and of which nothing is heard by NAT-PMP after that.
struct SaysItsVersionOnly : Arena {
    SaysItsVersionOnly() : Arena(config()) {
        pcpDelay = 10ms;
        id = request();
        advance(25ms); // PCP was refused, and NAT-PMP is asked
        BOOST_TEST_REQUIRE(count("NAT-PMP") == 1U);
    }

    static simulator::Config config() {
        auto config = simulator::Config::natPmpOnly();
        config.igd.version = simulator::IgdVersion::v2;
        return config;
    }

    MappingId id{};
};

/// A gateway that has mapped by UPnP, and whose word of that comes after PCP or NAT-PMP has granted the same.
struct SlowToSayThatUpnpMapped : Arena {
    explicit SlowToSayThatUpnpMapped(Via other) {
        gateway.setPcpEnabled(false);
        gateway.setNatPmpEnabled(false);
        const MappingId first = request(tcp(1111));
        await().expects(EventKind::granted);
        release(first); // UPnP is ready from here on
        await().expects(EventKind::released);
        advance(1min);
        referee.handleReturn(now); // and what is spoken, forgotten
        gateway.setPcpEnabled(other == Via::pcp);
        gateway.setNatPmpEnabled(other == Via::natPmp);
        pcpDelay = 200ms;
        sent.clear();
        id = request();
        while (count("AddAnyPortMapping") == 0) {
            advance(1ms);
        }
        upnpDelay = 2s;
        await(1s);
        const auto event = expects(EventKind::granted);
        BOOST_TEST_REQUIRE((event.grant.via == other));
    }

    MappingId id{};
};

} // namespace

BOOST_AUTO_TEST_SUITE(race_withdrawal)

BOOST_AUTO_TEST_CASE(nat_pmp_that_was_silent_is_asked_again_when_upnp_refuses) {
    SaysItsVersionOnly arena;
    arena.gateway.setNatPmpEnabled(false);
    arena.gateway.quirks().refusesMappings = true;
    arena.advance(10s);
    BOOST_TEST(arena.count("AddAnyPortMapping") == 1U); // and refused: 606
    arena.gateway.setNatPmpEnabled(true);
    arena.gateway.quirks().refusesMappings = false;
    arena.advance(5min);
    while (!arena.events.empty() && arena.events.front().kind == EventKind::refused) {
        arena.events.pop_front();
    }
    const auto event = arena.expects(EventKind::granted);
    BOOST_TEST((event.id == arena.id));
    BOOST_TEST((event.grant.via == Via::natPmp));
    arena.advance(30min).expectsNothing();
    BOOST_TEST(arena.mappings() == 1U);
}

BOOST_AUTO_TEST_CASE(a_release_waits_for_what_is_being_taken_back) {
    SaysItsVersionOnly arena;
    arena.deaf = true; // it maps, and its answer is lost
    arena.advance(4100ms);
    BOOST_TEST(arena.mappings() == 0U); // deleted, which is not heard, either
    BOOST_TEST(arena.session.size() == 1U);
    arena.release(arena.id);
    arena.expectsNothing();
    arena.deaf = false;
    arena.await(5s);
    const auto event = arena.expects(EventKind::released);
    BOOST_TEST((event.id == arena.id));
    BOOST_TEST(!event.error, event.error.message());
    arena.advance(1min).expectsNothing();
    BOOST_TEST(arena.mappings() == 0U);
    BOOST_TEST(arena.referee.size() == 0U);
    BOOST_TEST(!arena.referee.nextTimeout().has_value());
}

BOOST_AUTO_TEST_CASE(a_release_does_not_wait_for_ever_for_what_cannot_be_taken_back) {
    SaysItsVersionOnly arena;
    arena.deaf = true;
    arena.advance(4100ms);
    arena.release(arena.id);
    arena.await(5s);
    BOOST_TEST((arena.expects(EventKind::released).error == Errc::noAnswer));
    arena.advance(1min).expectsNothing();
    BOOST_TEST(arena.referee.size() == 0U);
}

/// It is told only once the external address is known, which is asked for after it was granted.
BOOST_AUTO_TEST_CASE(what_nat_pmp_has_granted_and_not_told_is_taken_back_before_upnp_is_asked) {
    auto config = simulator::Config::natPmpOnly();
    config.igd.version = simulator::IgdVersion::v2;
    Arena arena{config};
    arena.pcpDelay = 800ms;  // the mapping is granted after 3.2 s, and its address is known after 4.8 s
    arena.upnpDelay = 200ms; // not ready before PCP was refused
    arena.request();
    arena.advance(3900ms).expectsNothing();
    BOOST_TEST(arena.mappings() == 1U);
    arena.advance(1min);
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
    BOOST_TEST(arena.mappings() == 1U);
    BOOST_TEST(arena.gateway.mappings().front().isUpnp());
}

/// NAT-PMP is given the mapping that UPnP has just made at such a gateway, and it goes when UPnP's is taken back.
BOOST_AUTO_TEST_CASE(what_goes_with_the_mapping_of_upnp_that_is_taken_back_is_made_again) {
    SlowToSayThatUpnpMapped arena{Via::natPmp};
    BOOST_TEST(arena.mappings() == 1U); // for both
    arena.advance(1min);
    BOOST_TEST(arena.count("DeletePortMapping") == 1U);
    BOOST_TEST(arena.mappings() == 1U);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_taken_back_of_upnp_is_taken_back_later) {
    SlowToSayThatUpnpMapped arena{Via::pcp};
    arena.dark = true;
    arena.advance(15s);
    BOOST_TEST(arena.mappings() == 2U);
    BOOST_TEST(arena.point.size() == 0U); // given up
    arena.dark = false;
    arena.advance(1min);
    BOOST_TEST(arena.mappings() == 1U);
    BOOST_TEST(!arena.gateway.mappings().front().isUpnp());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_taken_back_of_upnp_is_given_up) {
    SlowToSayThatUpnpMapped arena{Via::pcp};
    arena.dark = true;
    arena.advance(2min).expectsNothing();
    BOOST_TEST(!arena.referee.nextTimeout().has_value());
    BOOST_TEST(arena.point.size() == 0U);
    arena.release(arena.id);
    arena.await();
    BOOST_TEST(!arena.expects(EventKind::released).error);
    BOOST_TEST(arena.referee.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
