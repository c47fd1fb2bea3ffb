// SPDX-License-Identifier: MIT
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

import portolan.simulator.stage;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::stage;

namespace {

const net::ip::address_v4 stranger{{127, 0, 0, 9}};

/// A gateway that tells what its forwarders do, a host behind it that asks, and its service.
struct Scene {
    net::io_context context;
    std::vector<std::pair<Forwarding, Endpoint>> reports;
    Server gateway{context.get_executor(), options()};
    Host host{context, gateway.endpoint()};
    udp::socket service{context, {net::ip::address_v4::loopback(), 0}};
    udp::socket peer{context, {net::ip::address_v4::loopback(), 0}};
    udp::socket otherPeer{context, {stranger, 0}};

    ServerOptions options() {
        ServerOptions asked;
        asked.udpPeers = 1;
        asked.onForwarding = [this](MappingId, Forwarding what, const Endpoint& from) {
            reports.emplace_back(what, from);
        };
        return asked;
    }

    net::awaitable<udp::endpoint> mapService(wire::Options filters = {}) {
        wire::MapRequest request = mapRequest(wire::Protocol::udp, service.local_endpoint().port());
        request.options = filters;
        const auto response = co_await host.map(request);
        BOOST_TEST_REQUIRE((response.resultCode == wire::ResultCode::success));
        co_return toAsio<udp>(Endpoint{response.assignedAddress, response.assignedPort});
    }

    /// Runs the gateway until it has told of as many things.
    void runUntilReports(std::size_t count) {
        play(context, [&]() -> net::awaitable<void> {
            while (reports.size() < count) {
                co_await net::post(context, net::useAwaitable);
            }
        });
    }
};

net::awaitable<void> send(udp::socket& from, std::string text, udp::endpoint to) {
    co_await from.async_send_to(net::buffer(text), to, net::useAwaitable);
}

/// The next datagram, and whom it came from.
net::awaitable<std::pair<std::string, udp::endpoint>> hear(udp::socket& at) {
    std::string text(2048, '\0');
    udp::endpoint from;
    text.resize(co_await at.async_receive_from(net::buffer(text), from, net::useAwaitable));
    co_return std::pair{text, from};
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_udp_forwarder, Scene)

BOOST_AUTO_TEST_CASE(carries_datagrams_in_and_the_answers_back_from_the_external_port) {
    play(context, [&]() -> net::awaitable<void> {
        const udp::endpoint external = co_await mapService();
        co_await send(peer, "ahoy", external);
        const auto [question, inner] = co_await hear(service);
        BOOST_TEST(question == "ahoy");
        co_await send(service, "hello", inner);
        const auto [answer, outer] = co_await hear(peer);
        BOOST_TEST(answer == "hello");
        BOOST_TEST((outer == external));
    });
}

BOOST_AUTO_TEST_CASE(refuses_a_peer_beyond_the_limit) {
    play(context, [&]() -> net::awaitable<void> {
        const udp::endpoint external = co_await mapService();
        co_await send(peer, "first", external);
        (void)co_await hear(service);
        co_await send(otherPeer, "second", external);
    });
    runUntilReports(2);
    BOOST_TEST((reports[0].first == Forwarding::opened));
    BOOST_TEST((reports[1] == std::pair{Forwarding::refused, toEndpoint(otherPeer.local_endpoint())}));
}

BOOST_AUTO_TEST_CASE(lets_in_only_whom_the_filter_admits) {
    std::array<std::uint8_t, 64> room{};
    wire::OptionWriter writer{room};
    (void)writer.add(wire::Filter{128, 0, toEndpoint(udp::endpoint{stranger, 0}).address});
    play(context, [&]() -> net::awaitable<void> {
        const udp::endpoint external = co_await mapService(writer.options());
        co_await send(peer, "let me in", external);
        co_await send(otherPeer, "ahoy", external);
        BOOST_TEST((co_await hear(service)).first == "ahoy");
    });
    BOOST_TEST_REQUIRE(reports.size() == 2U);
    BOOST_TEST((reports[0] == std::pair{Forwarding::refused, toEndpoint(peer.local_endpoint())}));
    BOOST_TEST((reports[1] == std::pair{Forwarding::opened, toEndpoint(otherPeer.local_endpoint())}));
}

BOOST_AUTO_TEST_SUITE_END()
