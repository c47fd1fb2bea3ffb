// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>

import portolan.testing.race;

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

/// A mapping that UPnP has lost, and that PCP has granted at another port.
struct MovedToPcp : Arena {
    MovedToPcp() : Arena(config()) {
        auto wanted = tcp();
        wanted.suggestedPort = 9999;
        id = request(wanted);
        await().expects(EventKind::granted);
        dark = true;
        advance(90min); // its lease goes on
        gateway.removeMapping(now.time_since_epoch(), gateway.mappings().front().id);
        gateway.addStatic(now.time_since_epoch(), wire::Protocol::tcp, {wire::Address::v4(192, 168, 1, 9), 80},
                          {wire::Address::v4(203, 0, 113, 45), 9999});
        gateway.setPcpEnabled(true);
        advance(1h);
        while (!events.empty() && events.front().kind == EventKind::refused) {
            events.pop_front();
        }
        expects(EventKind::lost);
        const auto event = expects(EventKind::granted);
        BOOST_TEST_REQUIRE((event.grant.via == Via::pcp));
        port = event.grant.external.port;
        BOOST_TEST_REQUIRE(port != 9999U);
    }

    static simulator::Config config() {
        auto config = upnpOnly();
        config.ports.quarantine = false;
        return config;
    }

    MappingId id{};
    std::uint16_t port = 0;
};

} // namespace

BOOST_AUTO_TEST_SUITE(race_change)

BOOST_AUTO_TEST_CASE(what_pcp_held_is_had_by_upnp_when_the_gateway_speaks_no_other_any_more) {
    Arena arena;
    const MappingId id = arena.request();
    arena.await().expects(EventKind::granted);
    arena.gateway.setPcpEnabled(false);
    arena.gateway.setNatPmpEnabled(false);
    arena.advance(3h);
    arena.expects(EventKind::lost);
    const auto event = arena.expects(EventKind::granted);
    BOOST_TEST((event.id == id));
    BOOST_TEST((event.grant.via == Via::upnp));
    BOOST_TEST(arena.mappings() == 1U);
}

BOOST_AUTO_TEST_CASE(what_upnp_held_is_had_by_pcp_when_the_gateway_speaks_no_other_any_more) {
    Arena arena{upnpOnly()};
    const MappingId id = arena.request();
    arena.await().expects(EventKind::granted);
    arena.gateway.setPcpEnabled(true);
    arena.dark = true;
    arena.advance(3h);
    while (!arena.events.empty() && arena.events.front().kind == EventKind::refused) {
        arena.events.pop_front();
    }
    arena.expects(EventKind::lost);
    const auto event = arena.expects(EventKind::granted);
    BOOST_TEST((event.id == id));
    BOOST_TEST((event.grant.via == Via::pcp));
    BOOST_TEST(arena.referee.request(id).has_value());
    BOOST_TEST(arena.referee.transmissions(id) == 0U);
    arena.release(id);
    arena.await();
    BOOST_TEST((arena.expects(EventKind::released).id == id));
    arena.advance(1h).expectsNothing();
    BOOST_TEST(arena.referee.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_restart_of_a_gateway_of_upnp_is_recovered_from) {
    Arena arena{upnpOnly()};
    const MappingId id = arena.request();
    arena.await().expects(EventKind::granted);
    arena.advance(1min);
    arena.gateway.resetState(arena.now.time_since_epoch());
    BOOST_TEST(arena.mappings() == 0U);
    arena.referee.handleDoubt(arena.now);
    arena.settle();
    arena.advance(10s);
    BOOST_TEST((arena.expects(EventKind::recovered).id == id));
    BOOST_TEST(arena.mappings() == 1U);
}

BOOST_AUTO_TEST_CASE(a_network_that_returns_has_upnp_serve_again_at_once) {
    Arena arena{upnpOnly()};
    const MappingId id = arena.request();
    arena.await().expects(EventKind::granted);
    arena.dark = true;
    arena.advance(6h); // the lease ended long ago, and searches are a quarter of an hour apart
    arena.sent.clear();
    arena.advance(2min);
    BOOST_TEST_REQUIRE(arena.count("search") == 0U); // the next one is far
    arena.dark = false;
    arena.events.clear();
    arena.referee.handleReturn(arena.now);
    arena.settle();
    arena.advance(10s);
    while (!arena.events.empty() && arena.events.front().kind == EventKind::refused) {
        arena.events.pop_front();
    }
    const auto event = arena.expects(EventKind::granted);
    BOOST_TEST((event.id == id));
    BOOST_TEST((event.grant.via == Via::upnp));
}

BOOST_AUTO_TEST_CASE(what_is_to_be_had_elsewhere_asks_for_the_port_that_is_held) {
    Arena arena{upnpOnly()};
    auto wanted = tcp();
    wanted.suggestedPort = 9999;
    wanted.wishes.description = "a café";
    wanted.wishes.prefix64 = true;
    const MappingId id = arena.request(wanted);
    arena.await().expects(EventKind::granted);
    BOOST_TEST(arena.referee.request(id)->suggestedPort == 9999U);
    BOOST_TEST(arena.referee.options(id)->description.value() == "Portolan: a caf");
    BOOST_TEST(arena.gateway.mappings().front().description == "Portolan: a caf");
    BOOST_TEST(arena.referee.options(id)->dropped);
}

BOOST_AUTO_TEST_CASE(what_pcp_holds_instead_of_upnp_asks_for_the_port_that_is_held) {
    MovedToPcp arena;
    BOOST_TEST(arena.referee.request(arena.id)->suggestedPort == arena.port);
}

BOOST_AUTO_TEST_CASE(what_pcp_holds_instead_of_upnp_is_had_by_upnp_again_at_the_same_port) {
    MovedToPcp arena;
    arena.gateway.setPcpEnabled(false);
    arena.dark = false;
    arena.advance(3h);
    arena.expects(EventKind::lost);
    const auto event = arena.expects(EventKind::granted);
    BOOST_TEST((event.grant.via == Via::upnp));
    BOOST_TEST(event.grant.external.port == arena.port);
}

BOOST_AUTO_TEST_CASE(what_was_changed_before_upnp_was_asked_reaches_it) {
    Arena arena{upnpOnly()};
    auto wanted = tcp();
    wanted.wishes.description = "a name";
    const MappingId id = arena.request(wanted);
    BOOST_TEST(arena.referee.handleChange(arena.now, id, {.description = "another"}).has_value());
    BOOST_TEST(*arena.referee.request(id)->wishes.description == "another");
    arena.await();
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
    BOOST_TEST(arena.gateway.mappings().front().description == "Portolan: another");
}

BOOST_AUTO_TEST_CASE(what_was_changed_after_upnp_was_asked_is_not_told_to_have_reached_it) {
    Arena arena{upnpOnly()};
    arena.upnpDelay = 60ms;
    auto wanted = tcp();
    wanted.wishes.description = "a name";
    const MappingId id = arena.request(wanted);
    while (arena.count("AddAnyPortMapping") == 0) {
        arena.advance(10ms);
    }
    BOOST_TEST(arena.referee.handleChange(arena.now, id, {.description = "another"}).has_value());
    arena.await().expects(EventKind::granted);
    BOOST_TEST(arena.gateway.mappings().front().description == "Portolan: a name");
    BOOST_TEST(arena.referee.options(id)->description.value() == "Portolan: a name");
}

BOOST_AUTO_TEST_SUITE_END()
