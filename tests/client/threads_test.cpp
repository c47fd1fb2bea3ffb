// SPDX-License-Identifier: MIT
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <thread>
#include <vector>

import portolan;
import portolan.simulator;

namespace net = portolan::net;
namespace simulator = portolan::simulator;

BOOST_AUTO_TEST_SUITE(client_threads)

BOOST_AUTO_TEST_CASE(one_client_serves_coroutines_on_several_threads) {
    constexpr unsigned callers = 64;
    net::io_context context;
    simulator::ServerOptions serverOptions;
    serverOptions.config.announce.onStart = false;
    const auto strand = net::make_strand(context);
    simulator::Server gateway{strand, serverOptions};
    portolan::ClientOptions options;
    options.gateway = gateway.endpoint();
    portolan::Client client{context.get_executor(), options};

    std::atomic<unsigned> released = 0;
    std::atomic<unsigned> ended = 0;
    const auto caller = [&](std::uint16_t port) -> net::awaitable<void> {
        auto mapping = co_await client.map({.internalPort = port});
        if (mapping && mapping.value().info().held && co_await mapping.value().release()) {
            ++released;
        }
        if (++ended == callers) {
            net::post(strand, [&] { gateway.close(); }); // then nothing is left to be done
        }
    };
    for (unsigned i = 0; i < callers; ++i) {
        net::co_spawn(context, caller(static_cast<std::uint16_t>(20000 + i)), net::detached);
    }
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < 4; ++i) {
        threads.emplace_back([&] { context.run(); });
    }
    threads.clear();
    BOOST_TEST(released == callers);
}

BOOST_AUTO_TEST_SUITE_END()
