// SPDX-License-Identifier: MIT
// What the README shows, in parts that tests/samples/readme_quotes_test.sh compares with it, run against a gateway.
#include <boost/test/unit_test.hpp>
#include <exception>
#include <fmt/format.h>
#include <utility>

import portolan;
import portolan.simulator;

namespace net = portolan::net;

namespace {

/// Runs it to its end, whatever else is still to be done.
void run(net::io_context& context, net::awaitable<void> story) {
    net::co_spawn(context, std::move(story), [&](const std::exception_ptr& failure) {
        context.stop();
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
    context.run();
}

// quote: open
net::awaitable<void> openPort(portolan::ClientOptions options) { // by default, the gateway of the default route
    portolan::Client client{co_await net::this_coro::executor, options};
    auto mapping = co_await client.map({.internalPort = 8080}); // portolan::result<portolan::Mapping>
    if (!mapping) {
        fmt::print("{}\n", mapping.error().message());
        co_return;
    }
    const auto info = mapping.value().info(); // externalAddress, externalPort, lifetime, via, ...
    fmt::print("reachable at {}:{}\n", info.externalAddress.to_string(), info.externalPort);
    const auto address = co_await client.externalAddress(); // portolan::result<net::ip::address>
    // ... The mapping is kept renewed while the handle lives.
    const auto released = co_await mapping.value().release(); // deleted at the gateway
    fmt::print("{}\n", address && released ? "as promised" : "not quite");
}

// end quote

net::awaitable<void> testRestart() {
    // quote: simulator
    const auto executor = co_await net::this_coro::executor;
    portolan::simulator::Server gateway{executor}; // on loopback, a free port
    portolan::ClientOptions options;
    options.gateway = gateway.endpoint();
    portolan::Client client{executor, options};
    auto mapping = co_await client.map({.internalPort = 8080});
    gateway.resetState(); // the gateway restarts, and has forgotten the mapping
    // end quote
    BOOST_TEST_REQUIRE(mapping.has_value());
    BOOST_TEST(gateway.mappings().empty());
    mapping.value().detach();
}

} // namespace

BOOST_AUTO_TEST_SUITE(readme)

BOOST_AUTO_TEST_CASE(a_port_is_opened_and_released) {
    net::io_context context;
    bool opened = false;
    portolan::simulator::ServerOptions serverOptions;
    serverOptions.onEvent = [&opened](const portolan::simulator::Event& event) {
        opened = opened || event.mapping.internal.port == 8080;
    };
    portolan::simulator::Server gateway{context.get_executor(), serverOptions};
    portolan::ClientOptions options;
    options.gateway = gateway.endpoint();
    run(context, openPort(options));
    BOOST_TEST(opened);
    BOOST_TEST(gateway.mappings().empty());
}

BOOST_AUTO_TEST_CASE(a_gateway_is_restarted) {
    net::io_context context;
    run(context, testRestart());
}

BOOST_AUTO_TEST_SUITE_END()
