// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tcp_scene.hpp"

import portolan.simulator.stage;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::stage;
using boost::unit_test::label;

namespace {

/// The request of NAT-PMP for that TCP port (RFC 6886 §3.3); lifetime 0 deletes.
std::vector<std::uint8_t> natPmpRequest(std::uint16_t port, std::uint32_t lifetime) {
    std::vector<std::uint8_t> room(wire::natPmpMapRequestSize);
    (void)encode(wire::NatPmpMapRequest{wire::Protocol::tcp, port, 0, lifetime}, room);
    return room;
}

/// How reading from that connection ends.
net::awaitable<net::error_code> endOf(tcp::socket& connection) {
    std::string nothing(1, '\0');
    const auto [error, size] = co_await net::async_read(connection, net::buffer(nothing), net::asTuple);
    co_return error;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_tcp_forwarder, Scene)

BOOST_AUTO_TEST_CASE(carries_octets_both_ways) {
    play(context, [&]() -> net::awaitable<void> {
        const tcp::endpoint external = co_await mapService();
        tcp::socket peer{context};
        co_await peer.async_connect(external, net::useAwaitable);
        tcp::socket served = co_await service.async_accept(net::useAwaitable);
        co_await write(peer, "ahoy");
        BOOST_TEST(co_await read(served, 4) == "ahoy");
        co_await write(served, "hello");
        BOOST_TEST(co_await read(peer, 5) == "hello");
    });
}

BOOST_AUTO_TEST_CASE(resets_connections_beyond_the_limit) {
    std::vector<Forwarding> reports;
    ServerOptions options;
    options.tcpConnections = 1;
    options.onForwarding = [&](MappingId, Forwarding what, const Endpoint&) { reports.push_back(what); };
    Server narrow{context.get_executor(), options};
    Host asker{context, narrow.endpoint()};
    play(context, [&]() -> net::awaitable<void> {
        const auto response = co_await asker.map(mapRequest(wire::Protocol::tcp, port()));
        const auto external = toAsio<tcp>(Endpoint{response.assignedAddress, response.assignedPort});
        tcp::socket first{context};
        tcp::socket second{context};
        co_await first.async_connect(external, net::useAwaitable);
        tcp::socket served = co_await service.async_accept(net::useAwaitable);
        co_await second.async_connect(external, net::useAwaitable);
        std::string nothing(1, '\0');
        const auto [error, size] = co_await net::async_read(second, net::buffer(nothing), net::asTuple);
        BOOST_TEST((error == net::error::connection_reset));
    });
    BOOST_TEST((reports == std::vector{Forwarding::opened, Forwarding::refused}));
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_reset_leaves_its_mapping_the_lifetime_it_had, *label("S6887-105")) {
    std::vector<Forwarding> reports;
    ServerOptions options;
    options.onForwarding = [&](MappingId, Forwarding what, const Endpoint&) { reports.push_back(what); };
    Server router{context.get_executor(), options};
    Host asker{context, router.endpoint()};
    play(context, [&]() -> net::awaitable<void> {
        const auto response = co_await asker.map(mapRequest(wire::Protocol::tcp, port()));
        const TimePoint expiry = router.mappings().front().expiry;
        tcp::socket peer{context};
        co_await peer.async_connect(toAsio<tcp>(Endpoint{response.assignedAddress, response.assignedPort}),
                                    net::useAwaitable);
        tcp::socket served = co_await service.async_accept(net::useAwaitable);
        peer.set_option(net::socket_base::linger{true, 0});
        peer.close(); // by a reset
        BOOST_TEST((co_await endOf(served) == net::error::connection_reset));
        served.close();
        while (reports.size() < 2) {
            co_await net::post(context, net::useAwaitable);
        }
        BOOST_TEST((reports == std::vector{Forwarding::opened, Forwarding::closed}));
        BOOST_TEST_REQUIRE(router.mappings().size() == 1U);
        BOOST_TEST((router.mappings().front().expiry == expiry));
    });
}

BOOST_AUTO_TEST_CASE(the_end_of_a_mapping_resets_both_ends_of_its_connections, *label("S6886-030")) {
    play(context, [&]() -> net::awaitable<void> {
        const auto granted = wire::decodeNatPmpMapResponse(co_await host.ask(natPmpRequest(port(), 600))).value();
        tcp::socket peer{context};
        co_await peer.async_connect({net::ip::address_v4{{127, 0, 0, 2}}, granted.assignedPort}, net::useAwaitable);
        tcp::socket served = co_await service.async_accept(net::useAwaitable);
        (void)co_await host.ask(natPmpRequest(port(), 0));
        BOOST_TEST((co_await endOf(peer) == net::error::connection_reset));
        BOOST_TEST((co_await endOf(served) == net::error::connection_reset));
    });
}

BOOST_AUTO_TEST_SUITE_END()
