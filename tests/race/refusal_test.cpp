// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

import portolan.testing.race;

using namespace portolan;
using namespace portolan::testing;
using namespace std::chrono_literals;

namespace {

simulator::Config with(const std::function<void(simulator::Config&)>& change, simulator::Config config = everything()) {
    change(config);
    return config;
}

} // namespace

BOOST_AUTO_TEST_SUITE(race_refusal)

BOOST_AUTO_TEST_CASE(a_refusal_of_policy_is_the_answer_and_upnp_is_not_asked) {
    Arena arena{with([](auto& config) { config.quirks.refusesMappings = true; })};
    arena.request();
    arena.await();
    BOOST_TEST((arena.expects(EventKind::refused).error == wire::ResultCode::notAuthorized));
    arena.advance(5s);
    BOOST_TEST(arena.count("AddAnyPortMapping") == 0U);
    BOOST_TEST(arena.mappings() == 0U);
}

BOOST_AUTO_TEST_CASE(a_quota_is_the_answer) {
    Arena arena{with([](auto& config) { config.ports.perHost = 0; })};
    arena.request();
    arena.await();
    BOOST_TEST((arena.expects(EventKind::refused).error == wire::ResultCode::userExQuota));
    BOOST_TEST(arena.count("GET") == 0U);
}

BOOST_AUTO_TEST_CASE(a_port_that_is_taken_is_the_answer_where_no_other_will_do) {
    Arena arena;
    arena.gateway.addStatic(1h, wire::Protocol::tcp, {wire::Address::v4(192, 168, 1, 9), 80},
                            {wire::Address::v4(203, 0, 113, 45), 8080});
    auto wanted = tcp();
    wanted.suggestedPort = 8080;
    wanted.preferFailure = true;
    arena.request(wanted);
    arena.await();
    BOOST_TEST((arena.expects(EventKind::refused).error == wire::ResultCode::cannotProvideExternal));
    arena.advance(5s);
    BOOST_TEST(arena.mappings() == 1U);
}

BOOST_AUTO_TEST_CASE(what_says_only_that_it_is_not_spoken_lets_upnp_go_on) {
    Arena arena{with([](auto& config) { config.pcp.map = false; })}; // UNSUPP_OPCODE
    arena.request();
    arena.await();
    BOOST_TEST((arena.expects(EventKind::granted).grant.via == Via::upnp));
    arena.advance(1min).expectsNothing();
    BOOST_TEST(arena.mappings() == 1U);
    BOOST_TEST(arena.count("PCP") == 1U); // refused: nothing to take back
}

BOOST_AUTO_TEST_CASE(where_nothing_serves_both_say_why) {
    Arena arena{simulator::Config::silent()};
    arena.closed = true;
    arena.request();
    arena.await();
    const auto event = arena.expects(EventKind::refused);
    BOOST_TEST((event.error == Errc::unreachable));
    BOOST_TEST(!event.byUpnp);
    BOOST_REQUIRE(event.other.has_value());
    BOOST_TEST(event.other->byUpnp);
    BOOST_TEST(event.other->detail.find("search") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(silence_of_all_is_left_to_who_waits) {
    Arena arena{simulator::Config::silent()};
    const MappingId id = arena.request();
    arena.advance(20s).expectsNothing();
    BOOST_TEST(arena.referee.upnpSays(id)->detail.find("search") != std::string::npos);
    BOOST_TEST(arena.referee.transmissions(id) >= 2U);
}

BOOST_AUTO_TEST_CASE(a_no_of_upnp_is_told_once_the_others_have_had_their_time) {
    Arena arena{with(
        [](auto& config) {
            config.igd.mapsForOthers = false;
            config.ports.perHost = 0;
        },
        upnpOnly())};
    const TimePoint began = arena.now;
    arena.request();
    arena.await();
    const auto event = arena.expects(EventKind::refused);
    BOOST_TEST(event.byUpnp);
    BOOST_TEST((event.error.category() == upnp::igdCategory()), event.error.message());
    BOOST_TEST((event.other->error == Errc::noAnswer));
    BOOST_TEST((arena.now - began == 4s));
}

BOOST_AUTO_TEST_CASE(what_upnp_cannot_express_goes_to_pcp_alone) {
    auto peer = tcp();
    peer.remote = session::Endpoint{wire::Address::v4(198, 51, 100, 7), 5222};
    auto filtered = tcp();
    filtered.filters.emplace_back().remoteAddress = wire::Address::v4(198, 51, 100, 7);
    auto set = tcp();
    set.wishes.portSet = session::PortSetWish{4};
    auto allPorts = tcp(0);
    auto sctp = tcp();
    sctp.protocol = wire::Protocol::sctp;
    auto forAnother = tcp();
    forAnother.thirdParty = wire::Address::v4(192, 168, 1, 9);
    auto crossing = tcp();
    crossing.suggestedAddress = wire::Address::anyV6();
    for (const auto& wanted : {peer, filtered, set, allPorts, sctp, forAnother, crossing}) {
        Arena arena;
        arena.request(wanted);
        arena.advance(10s);
        BOOST_TEST(arena.count("search") == 0U);
        BOOST_TEST(arena.count("PCP") != 0U);
        Arena alone{everything(), Speak::upnp};
        const auto refused = alone.referee.handleRequest(alone.now, wanted);
        BOOST_TEST_REQUIRE(!refused.has_value());
        BOOST_TEST((refused.error().code == Errc::notAvailable));
        BOOST_TEST(refused.error().detail.starts_with("UPnP has no "), refused.error().detail);
        Arena closed{upnpOnly()};
        closed.closed = true;
        const auto reason = closed.referee.upnpSays(closed.request(wanted))->detail;
        BOOST_TEST(refused.error().detail.ends_with(reason.substr(reason.find("no "))));
        closed.await();
        BOOST_TEST(closed.expects(EventKind::refused).other->detail == reason);
    }
}

BOOST_AUTO_TEST_CASE(a_port_that_is_held_by_upnp_is_not_mapped_twice) {
    Arena arena{upnpOnly()};
    arena.request();
    arena.await();
    const auto again = arena.referee.handleRequest(arena.now, tcp());
    BOOST_TEST_REQUIRE(!again.has_value());
    BOOST_TEST((again.error().code == Errc::alreadyMapped));
}

BOOST_AUTO_TEST_CASE(a_mapping_by_upnp_is_not_changed) {
    Arena arena{upnpOnly()};
    const MappingId id = arena.request();
    arena.await();
    const auto changed = arena.referee.handleChange(arena.now, id, {.description = "another"});
    BOOST_TEST_REQUIRE(!changed.has_value());
    BOOST_TEST((changed.error().code == Errc::notAvailable));
}

BOOST_AUTO_TEST_SUITE_END()
