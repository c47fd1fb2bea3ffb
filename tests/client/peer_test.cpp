// SPDX-License-Identifier: MIT
// Outbound mappings, by PEER (RFC 6887 §12).
#include "house.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

using boost::unit_test::label;
using portolan::ChangeKind;
using namespace std::chrono_literals;

namespace {

portolan::PeerRequest toFriend(std::uint16_t internalPort = 49152) {
    return {.internalPort = internalPort, .remoteAddress = net::ip::make_address("198.51.100.7"), .remotePort = 5222};
}

simulator::Mapping only(const House& house) {
    const std::vector<simulator::Mapping> all = house.gateway->mappings();
    BOOST_TEST_REQUIRE(all.size() == 1U);
    return all.front();
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_peer)

BOOST_AUTO_TEST_CASE(makes_an_outbound_mapping_and_reports_it) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto peer = co_await h.client->peer(toFriend());
        BOOST_TEST_REQUIRE(peer.has_value(), why(peer));
        const portolan::MappingInfo info = peer.value().info();
        BOOST_TEST(info.externalAddress.to_string() == "127.0.0.2");
        BOOST_TEST(info.externalPort != 0);
        BOOST_TEST(info.internalPort == 49152);
        BOOST_TEST(info.remoteAddress.to_string() == "198.51.100.7");
        BOOST_TEST(info.remotePort == 5222);
        BOOST_TEST(info.lifetime.count() == 7200);
        BOOST_TEST(info.held);
        BOOST_TEST((only(h).kind == simulator::Kind::peer));
    }(house));
}

BOOST_AUTO_TEST_CASE(an_inbound_mapping_has_no_remote_peer) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 8080});
        BOOST_TEST(mapping.value().info().remoteAddress.is_unspecified());
        BOOST_TEST(mapping.value().info().remotePort == 0);
    }(house));
}

BOOST_AUTO_TEST_CASE(release_completes_at_once_and_leaves_the_mapping_to_the_gateway, *label("C6887-100")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto peer = co_await h.client->peer(toFriend());
        const auto before = h.gateway->counters().datagramsIn;
        BOOST_TEST((co_await peer.value().release()).has_value());
        BOOST_TEST(h.gateway->counters().datagramsIn == before);
        BOOST_TEST(h.mapped() == 1U);
    }(house));
}

BOOST_AUTO_TEST_CASE(a_dropped_handle_leaves_the_mapping_to_the_gateway, *label("C6887-100")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        {
            auto peer = co_await h.client->peer(toFriend());
        }
        const auto address = co_await h.client->externalAddress(); // what was to be sent was sent before this
        BOOST_TEST(address.has_value());
        BOOST_TEST(h.gateway->counters().datagramsIn <= 3U);
    }(house));
    BOOST_TEST(house.mapped() >= 1U);
}

BOOST_AUTO_TEST_CASE(several_peers_of_one_port_and_its_mapping_share_a_nonce) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto mapping = co_await h.client->map({.internalPort = 49152});
        auto first = co_await h.client->peer(toFriend());
        auto request = toFriend();
        request.remotePort = 443;
        auto second = co_await h.client->peer(request);
        BOOST_TEST_REQUIRE(second.has_value(), why(second)); // a gateway refuses another nonce (RFC 6887 §12.3)
        BOOST_TEST((first.value().info().nonce == second.value().info().nonce));
        BOOST_TEST((first.value().info().nonce == mapping.value().info().nonce));
    }(house));
}

BOOST_AUTO_TEST_CASE(each_gateway_is_told_another_nonce, *label("C6887-101")) {
    House house;
    House other;
    portolan::ClientOptions options = other.options;
    options.identity = portolan::Identity::random();
    house.options.identity = options.identity;
    portolan::Client here{house.context.get_executor(), house.options};
    portolan::Client there{other.context.get_executor(), options};
    house.run([](portolan::Client& client) -> net::awaitable<void> {
        BOOST_TEST((co_await client.peer(toFriend())).has_value());
    }(here));
    other.run([](portolan::Client& client) -> net::awaitable<void> {
        BOOST_TEST((co_await client.peer(toFriend())).has_value());
    }(there));
    BOOST_TEST((only(house).nonce != only(other).nonce));
}

BOOST_AUTO_TEST_CASE(a_new_client_has_new_nonces, *label("C6887-102")) {
    House house;
    portolan::Client other{house.context.get_executor(), house.options};
    house.run([](House& h, portolan::Client& second) -> net::awaitable<void> {
        auto here = co_await h.client->peer(toFriend(49152));
        auto there = co_await second.peer(toFriend(49153));
        BOOST_TEST_REQUIRE(here.has_value(), why(here));
        BOOST_TEST_REQUIRE(there.has_value(), why(there));
        const auto again = co_await second.peer(toFriend(49152)); // the same in all but the client
        BOOST_TEST((again.error().code == portolan::wire::ResultCode::notAuthorized));
    }(house, other));
}

BOOST_AUTO_TEST_CASE(wildcards_are_refused_without_asking, *label("C6887-094") * label("C6887-097")) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto everyPort = toFriend(0);
        auto everyPeer = toFriend();
        everyPeer.remotePort = 0;
        for (const auto& request : {everyPort, everyPeer}) {
            const auto peer = co_await h.client->peer(request);
            BOOST_TEST_REQUIRE(!peer.has_value());
            BOOST_TEST((peer.error().code == portolan::Errc::invalidRequest));
            BOOST_TEST(!peer.error().detail.empty());
        }
    }(house));
    BOOST_TEST(house.gateway->counters().datagramsIn == 0U);
}

BOOST_AUTO_TEST_CASE(an_external_side_that_cannot_be_had_is_an_error) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto request = toFriend();
        request.externalAddress = net::ip::make_address("203.0.113.9");
        request.externalPort = 6100;
        const auto peer = co_await h.client->peer(request);
        BOOST_TEST_REQUIRE(!peer.has_value());
        BOOST_TEST((peer.error().code == portolan::wire::ResultCode::cannotProvideExternal));
        BOOST_TEST(peer.error().retryAfter.has_value());
    }(house));
}

BOOST_AUTO_TEST_CASE(an_external_address_that_changes_is_told) {
    House house;
    house.run([](House& h) -> net::awaitable<void> {
        auto peer = co_await h.client->peer(toFriend());
        h.gateway->setExternalAddress(net::ip::make_address("127.0.0.3"));
        const auto event = co_await peer.value().changed();
        BOOST_TEST_REQUIRE(event.has_value(), why(event));
        BOOST_TEST((event.value().kind == ChangeKind::moved));
        BOOST_TEST(event.value().after.externalAddress.to_string() == "127.0.0.3");
        BOOST_TEST(event.value().after.remotePort == 5222);
    }(house));
}

BOOST_AUTO_TEST_CASE(nat_pmp_cannot_express_it) {
    House house{simulator::Config::natPmpOnly()};
    house.run([](House& h) -> net::awaitable<void> {
        const auto peer = co_await h.client->peer(toFriend());
        BOOST_TEST_REQUIRE(!peer.has_value());
        BOOST_TEST((peer.error().code == portolan::Errc::notAvailable));
    }(house));
}

BOOST_AUTO_TEST_SUITE_END()
