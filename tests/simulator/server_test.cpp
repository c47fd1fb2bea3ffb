// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

import portolan.simulator.stage;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::stage;
using boost::unit_test::label;

namespace {

/// A gateway that logs, a host behind it that asks, and its service.
struct Scene {
    net::io_context context;
    std::vector<std::string> lines;
    std::optional<Server> gateway;
    std::optional<Host> host;
    tcp::acceptor service{context, {net::ip::address_v4::loopback(), 0}};

    void serve(ServerOptions options = {}) {
        options.log = [this](std::string_view line) { lines.emplace_back(line); };
        gateway.emplace(context.get_executor(), std::move(options));
        host.emplace(context, gateway->endpoint());
    }

    net::awaitable<tcp::endpoint> mapService() {
        const auto response = co_await host->map(mapRequest(wire::Protocol::tcp, service.local_endpoint().port()));
        BOOST_TEST_REQUIRE((response.resultCode == wire::ResultCode::success));
        co_return toAsio<tcp>(Endpoint{response.assignedAddress, response.assignedPort});
    }

    [[nodiscard]] bool logged(std::string_view words) const {
        return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(words) != line.npos; });
    }
};

net::awaitable<bool> connects(net::io_context& context, tcp::endpoint to) {
    tcp::socket peer{context};
    const auto [error] = co_await peer.async_connect(to, net::asTuple);
    co_return !error;
}

/// A socket that hears what is sent to 224.0.0.1 on loopback, at a port of its own.
udp::socket groupMember(net::io_context& context) {
    udp::socket member{context, {net::ip::address_v4::any(), 0}};
    member.set_option(
        net::ip::multicast::join_group{net::ip::address_v4{{224, 0, 0, 1}}, net::ip::address_v4::loopback()});
    return member;
}

ServerOptions announcingTo(const udp::socket& member) {
    ServerOptions options;
    options.config.announce.onStart = false;
    options.config.announce.destinations = {{wire::Address::v4(224, 0, 0, 1), member.local_endpoint().port()}};
    return options;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_server, Scene)

BOOST_AUTO_TEST_CASE(is_unreachable_while_it_is_paused_and_then_answers_at_the_same_place) {
    serve();
    play(context, [&]() -> net::awaitable<void> {
        (void)co_await mapService();
        gateway->pause();
        BOOST_CHECK_EXCEPTION(co_await mapService(), net::system_error, [](const net::system_error& thrown) {
            return thrown.code() == net::error::connection_refused;
        });
        gateway->resume();
        (void)co_await mapService();
    });
    BOOST_TEST(gateway->mappings().size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_translation_hosts_are_told_that_the_port_is_unreachable, *label("S6886-045")) {
    serve();
    gateway->apply([](Gateway& core, TimePoint) { core.setNatEnabled(false); });
    play(context, [&]() -> net::awaitable<void> {
        BOOST_CHECK_EXCEPTION(co_await host->ask({0, 0}), net::system_error, [](const net::system_error& thrown) {
            return thrown.code() == net::error::connection_refused;
        });
    });
}

BOOST_AUTO_TEST_CASE(serves_requests_by_udp_and_by_nothing_else, *label("S6887-023")) {
    serve();
    play(context, [&]() -> net::awaitable<void> {
        const udp::endpoint served = gateway->endpoint();
        (void)co_await mapService();
        tcp::socket asker{context};
        const auto [error] = co_await asker.async_connect({served.address(), served.port()}, net::asTuple);
        BOOST_TEST((error == net::error::connection_refused));
    });
}

BOOST_AUTO_TEST_CASE(moves_the_forwarder_when_the_external_address_changes) {
    serve();
    play(context, [&]() -> net::awaitable<void> {
        const tcp::endpoint before = co_await mapService();
        const tcp::endpoint after{net::ip::address_v4{{127, 0, 0, 3}}, before.port()};
        gateway->setExternalAddress(after.address());
        BOOST_TEST(co_await connects(context, after));
        BOOST_TEST(!co_await connects(context, before));
    });
}

BOOST_AUTO_TEST_CASE(a_filter_turns_away_a_connection_from_elsewhere) {
    std::vector<Forwarding> reports;
    ServerOptions options;
    options.onForwarding = [&](MappingId, Forwarding what, const Endpoint&) { reports.push_back(what); };
    serve(std::move(options));
    std::array<std::uint8_t, 64> room{};
    wire::OptionWriter writer{room};
    (void)writer.add(wire::Filter{128, 0, wire::Address::v4(127, 0, 0, 9)});
    play(context, [&]() -> net::awaitable<void> {
        wire::MapRequest request = mapRequest(wire::Protocol::tcp, service.local_endpoint().port());
        request.options = writer.options();
        const auto response = co_await host->map(request);
        tcp::socket peer{context};
        co_await peer.async_connect(toAsio<tcp>(Endpoint{response.assignedAddress, response.assignedPort}),
                                    net::useAwaitable);
        std::string nothing(1, '\0');
        const auto [error, size] = co_await net::async_read(peer, net::buffer(nothing), net::asTuple);
        BOOST_TEST((error == net::error::connection_reset));
    });
    BOOST_TEST((reports == std::vector{Forwarding::refused}));
}

BOOST_AUTO_TEST_CASE(tells_one_event_after_another_though_a_listener_causes_more) {
    int depth = 0;
    int deepest = 0;
    std::vector<Change> changes;
    ServerOptions options;
    options.onEvent = [&](const Event& event) {
        deepest = std::max(deepest, ++depth);
        changes.push_back(event.change);
        if (event.change == Change::mapped) {
            gateway->resetState();
        }
        --depth;
    };
    serve(std::move(options));
    play(context, [&]() -> net::awaitable<void> { (void)co_await mapService(); });
    BOOST_TEST(deepest == 1);
    BOOST_TEST((changes == std::vector{Change::mapped, Change::lost}));
}

BOOST_AUTO_TEST_CASE(tells_nothing_after_a_listener_closed_it) {
    std::size_t told = 0;
    serve({.onEvent = [&](const Event& event) {
        told += event.change == Change::lost ? 1 : 0;
        if (event.change == Change::lost) {
            gateway->close();
        }
    }});
    play(context, [&]() -> net::awaitable<void> {
        (void)co_await mapService();
        (void)co_await host->map(mapRequest(wire::Protocol::tcp, 9));
    });
    gateway->resetState();
    BOOST_TEST(told == 1U);
}

BOOST_AUTO_TEST_CASE(does_not_answer_from_another_address_than_it_should) {
    ServerOptions options;
    options.config = Config::answersFromElsewhere({wire::Address::v4(192, 0, 2, 1), 5351});
    options.forwards = false;
    serve(std::move(options));
    // A socket that takes datagrams from anyone.
    udp::socket asker{context, {net::ip::address_v4::loopback(), 0}};
    play(context, [&]() -> net::awaitable<void> {
        const std::vector<std::uint8_t> question{0, 0};
        co_await asker.async_send_to(net::buffer(question), gateway->endpoint(), net::useAwaitable);
        while (gateway->counters().answers == 0) {
            co_await net::post(context, net::useAwaitable);
        }
        gateway->apply([](Gateway& core, TimePoint) { core.quirks().answersFrom.reset(); });
        co_await asker.async_send_to(net::buffer(question), gateway->endpoint(), net::useAwaitable);
        std::vector<std::uint8_t> answer(64);
        udp::endpoint from;
        (void)co_await asker.async_receive_from(net::buffer(answer), from, net::useAwaitable);
        BOOST_TEST((from == gateway->endpoint()));
    });
    BOOST_TEST(logged("cannot answer from 192.0.2.1:5351"));
}

BOOST_AUTO_TEST_CASE(announces_on_loopback) {
    udp::socket member = groupMember(context);
    serve(announcingTo(member));
    gateway->resetState();
    play(context, [&]() -> net::awaitable<void> {
        std::vector<std::uint8_t> heard(64);
        udp::endpoint from;
        heard.resize(co_await member.async_receive_from(net::buffer(heard), from, net::useAwaitable));
        BOOST_TEST((from == gateway->endpoint()));
        BOOST_TEST(wire::decodeAnnounceResponse(heard).has_value());
    });
}

BOOST_AUTO_TEST_CASE(does_not_announce_beyond_loopback_unasked) {
    const udp::socket member = groupMember(context);
    ServerOptions options = announcingTo(member);
    options.listen = {net::ip::address_v4::any(), 0};
    serve(std::move(options));
    gateway->resetState();
    BOOST_TEST(logged("no announcements from 0.0.0.0"));
}

BOOST_AUTO_TEST_SUITE_END()
