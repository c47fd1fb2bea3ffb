// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
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

const std::string connectionType = "urn:schemas-upnp-org:service:WANIPConnection:1";

std::string addPortMapping(std::uint16_t external, std::uint16_t internal) {
    return "<s:Envelope><s:Body><u:AddPortMapping><NewRemoteHost/><NewExternalPort>" + std::to_string(external) +
           "</NewExternalPort><NewProtocol>TCP</NewProtocol><NewInternalPort>" + std::to_string(internal) +
           "</NewInternalPort><NewInternalClient>127.0.0.1</NewInternalClient><NewEnabled>1</NewEnabled>"
           "<NewPortMappingDescription/><NewLeaseDuration>600</NewLeaseDuration></u:AddPortMapping></s:Body></"
           "s:Envelope>";
}

/// A gateway that speaks UPnP on loopback, and a control point.
struct Scene {
    net::io_context context;
    std::optional<Server> gateway;
    tcp::acceptor service{context, {net::ip::address_v4::loopback(), 0}};

    void serve(ServerOptions options = {}) {
        options.config.igd.version = IgdVersion::v2;
        gateway.emplace(context.get_executor(), std::move(options));
    }

    [[nodiscard]] tcp::endpoint http() const {
        const std::string url = gateway->descriptionUrl().value();
        const auto colon = url.rfind(':');
        return {net::ip::address_v4::loopback(),
                static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1, url.rfind('/') - colon - 1)))};
    }

    /// Sends `request` and reads until the gateway closes.
    net::awaitable<std::string> exchange(std::string request) {
        tcp::socket socket{context};
        co_await socket.async_connect(http(), net::useAwaitable);
        co_await write(socket, std::move(request));
        co_return co_await readAll(socket);
    }

    static net::awaitable<std::string> readAll(tcp::socket& socket) {
        std::string all;
        for (std::string room(4096, '\0');;) {
            const auto [error, size] = co_await socket.async_read_some(net::buffer(room), net::asTuple);
            all += room.substr(0, size);
            if (error) {
                co_return all;
            }
        }
    }

    net::awaitable<std::string> invoke(std::string action, std::string body) {
        co_return co_await exchange("POST /ctl/WANIPConn1 HTTP/1.1\r\nSOAPAction: \"" + connectionType + "#" + action +
                                    "\"\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    net::awaitable<std::string> search(udp::socket& socket, udp::endpoint to) {
        const std::string text =
            "M-SEARCH * HTTP/1.1\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n";
        co_await socket.async_send_to(net::buffer(text), to, net::useAwaitable);
        std::string answer(2048, '\0');
        udp::endpoint from;
        answer.resize(co_await socket.async_receive_from(net::buffer(answer), from, net::useAwaitable));
        co_return answer;
    }
};

/// A TCP port of 127.0.0.2 that was free a moment ago.
std::uint16_t freePort(net::io_context& context) {
    return tcp::acceptor{context, {net::ip::address_v4{{127, 0, 0, 2}}, 0}}.local_endpoint().port();
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_igd_server, Scene)

BOOST_AUTO_TEST_CASE(is_found_by_unicast_and_serves_its_description_there) {
    serve();
    udp::socket asker{context, {net::ip::address_v4::loopback(), 0}};
    play(context, [&]() -> net::awaitable<void> {
        const std::string answer = co_await search(asker, gateway->ssdpEndpoint().value());
        BOOST_TEST(answer.find("LOCATION: " + gateway->descriptionUrl().value() + "\r\n") != answer.npos);
        const std::string page = co_await exchange("GET /rootDesc.xml HTTP/1.1\r\n\r\n");
        BOOST_TEST(page.starts_with("HTTP/1.1 200 OK\r\n"));
        BOOST_TEST(page.find("InternetGatewayDevice:2") != page.npos);
    });
}

BOOST_AUTO_TEST_CASE(is_found_by_multicast_at_the_same_port) {
    serve();
    udp::socket asker{context, {net::ip::address_v4::loopback(), 0}};
    asker.set_option(net::ip::multicast::outbound_interface{net::ip::address_v4::loopback()});
    play(context, [&]() -> net::awaitable<void> {
        const udp::endpoint group{net::ip::address_v4{{239, 255, 255, 250}}, gateway->ssdpEndpoint().value().port()};
        const std::string answer = co_await search(asker, group);
        BOOST_TEST(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    });
}

BOOST_AUTO_TEST_CASE(carries_octets_through_a_mapping_made_by_upnp) {
    serve();
    play(context, [&]() -> net::awaitable<void> {
        const std::uint16_t port = freePort(context);
        const std::string answer =
            co_await invoke("AddPortMapping", addPortMapping(port, service.local_endpoint().port()));
        BOOST_TEST(answer.starts_with("HTTP/1.1 200 OK\r\n"), answer);
        tcp::socket peer{context};
        co_await peer.async_connect({net::ip::address_v4{{127, 0, 0, 2}}, port}, net::useAwaitable);
        tcp::socket inner = co_await service.async_accept(net::useAwaitable);
        co_await write(peer, "ahoy");
        BOOST_TEST(co_await read(inner, 4) == "ahoy");
        co_await write(inner, "hello");
        BOOST_TEST(co_await read(peer, 5) == "hello");
    });
    BOOST_TEST(gateway->counters().octetsIn == 4U);
}

BOOST_AUTO_TEST_CASE(refuses_a_port_that_this_host_cannot_open) {
    serve();
    const tcp::acceptor taken{context, {net::ip::address_v4{{127, 0, 0, 2}}, 0}};
    play(context, [&]() -> net::awaitable<void> {
        const std::string answer =
            co_await invoke("AddPortMapping", addPortMapping(taken.local_endpoint().port(), 8080));
        BOOST_TEST(answer.find("<errorCode>718</errorCode>") != answer.npos);
    });
}

BOOST_AUTO_TEST_CASE(says_why_to_a_request_that_is_too_large) {
    serve();
    play(context, [&]() -> net::awaitable<void> {
        const std::string answer = co_await exchange(
            "POST /ctl/WANIPConn1 HTTP/1.1\r\nContent-Length: 9000000\r\n\r\n" + std::string(200000, 'x'));
        BOOST_TEST(answer.starts_with("HTTP/1.1 413 "), answer);
    });
}

BOOST_AUTO_TEST_CASE(leaves_a_peer_whose_request_does_not_end) {
    ServerOptions options;
    options.httpPatience = std::chrono::milliseconds{50};
    serve(std::move(options));
    play(context, [&]() -> net::awaitable<void> {
        BOOST_TEST((co_await exchange("GET /rootDesc.xml HTTP/1.1\r\nHost: ")).empty());
    });
}

BOOST_AUTO_TEST_CASE(serves_others_while_many_say_nothing) {
    serve();
    play(context, [&]() -> net::awaitable<void> {
        std::vector<tcp::socket> silent;
        for (int count = 0; count < 60; ++count) {
            silent.emplace_back(context);
            co_await silent.back().async_connect(http(), net::useAwaitable);
        }
        BOOST_TEST((co_await exchange("GET /rootDesc.xml HTTP/1.1\r\n\r\n")).starts_with("HTTP/1.1 200 OK\r\n"));
    });
}

BOOST_AUTO_TEST_CASE(moves_to_another_port_when_it_restarts_if_it_is_to) {
    ServerOptions options;
    options.config.igd.quirks.movesOnRestart = true;
    serve(std::move(options));
    const tcp::endpoint before = http();
    gateway->resetState();
    BOOST_TEST((http() != before));
    play(context, [&]() -> net::awaitable<void> {
        BOOST_TEST((co_await exchange("GET /rootDesc.xml HTTP/1.1\r\n\r\n")).starts_with("HTTP/1.1 200 OK\r\n"));
        tcp::socket socket{context};
        const auto [error] = co_await socket.async_connect(before, net::asTuple);
        BOOST_TEST((error == net::error::connection_refused));
    });
}

BOOST_AUTO_TEST_CASE(is_unreachable_while_it_is_paused_and_then_serves_at_the_same_place) {
    serve();
    const tcp::endpoint before = http();
    gateway->pause();
    play(context, [&]() -> net::awaitable<void> {
        tcp::socket socket{context};
        const auto [error] = co_await socket.async_connect(before, net::asTuple);
        BOOST_TEST((error == net::error::connection_refused));
    });
    gateway->resume();
    play(context, [&]() -> net::awaitable<void> {
        BOOST_TEST((co_await exchange("GET /rootDesc.xml HTTP/1.1\r\n\r\n")).starts_with("HTTP/1.1 200 OK\r\n"));
    });
}

BOOST_AUTO_TEST_CASE(has_no_description_without_upnp) {
    const Server plain{context.get_executor()};
    BOOST_TEST(!plain.descriptionUrl().has_value());
    BOOST_TEST(!plain.ssdpEndpoint().has_value());
}

BOOST_AUTO_TEST_CASE(leaves_nothing_to_do_after_it_is_closed) {
    serve();
    tcp::socket silent{context};
    play(context, [&]() -> net::awaitable<void> { co_await silent.async_connect(http(), net::useAwaitable); });
    gateway->close();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5}; // less than its patience
    while (context.run_one_until(end) > 0) {
    }
    BOOST_TEST(context.stopped());
}

BOOST_AUTO_TEST_SUITE_END()
