// SPDX-License-Identifier: MIT
// echo_server [GATEWAY PORT]: an ordinary Asio echo server whose port Portolan opens on the gateway.
#include <array>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <utility>

import portolan;
import sample;

namespace net = portolan::net;
using net::ip::tcp;

net::awaitable<void> echo(tcp::socket socket) {
    for (std::array<char, 4096> room{};;) {
        const auto size = co_await socket.async_read_some(net::buffer(room), net::useAwaitable);
        co_await net::async_write(socket, net::buffer(room.data(), size), net::useAwaitable);
    }
}

net::awaitable<void> serve(tcp::acceptor acceptor) {
    for (;;) {
        auto socket = co_await acceptor.async_accept(net::useAwaitable);
        net::co_spawn(acceptor.get_executor(), echo(std::move(socket)), net::detached);
    }
}

net::awaitable<int> run(portolan::ClientOptions options) {
    const auto executor = co_await net::this_coro::executor;
    tcp::acceptor acceptor{executor, {tcp::v4(), 0}};
    const auto port = acceptor.local_endpoint().port();
    net::co_spawn(executor, serve(std::move(acceptor)), net::detached);

    portolan::Client client{executor, options};
    auto mapping = co_await client.map({.internalPort = port});
    if (!mapping) {
        fmt::print(stderr, "echo_server: {}\n", mapping.error().message());
        co_return 1;
    }
    const auto info = mapping.value().info();
    fmt::print("reachable at {}:{}\n", info.externalAddress.to_string(), info.externalPort);
    std::fflush(stdout);
    co_await net::signal_set{executor, SIGINT, SIGTERM}.async_wait(net::useAwaitable);
    const auto released = co_await mapping.value().release();
    fmt::print("{}\n", released ? "released" : released.error().message());
    co_return released ? 0 : 1;
}

int main(int argc, char** argv) {
    return runSample(argc, argv, run);
}
