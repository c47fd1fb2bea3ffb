// SPDX-License-Identifier: MIT
// A program of another project: opens a port of a simulated gateway, and asks for its external address.
#include <cstdio>
#include <exception>
#include <string>

import portolan;
import portolan.simulator;

namespace net = portolan::net;

namespace {

net::awaitable<bool> run() {
    const auto executor = co_await net::this_coro::executor;
    portolan::simulator::Server gateway{executor};
    portolan::ClientOptions options;
    options.gateway = gateway.endpoint();
    portolan::Client client{executor, options};
    auto mapping = co_await client.map({.internalPort = 8080});
    if (!mapping) {
        std::printf("not mapped: %s\n", mapping.error().message().c_str());
        co_return false;
    }
    const std::string external = mapping.value().info().externalAddress.to_string();
    const auto mapped = gateway.mappings();
    const bool stands = mapped.size() == 1 && mapped.front().internal.port == 8080 && external == "127.0.0.2";
    const bool released = (co_await mapping.value().release()).has_value() && gateway.mappings().empty();
    const bool passed = stands && released;
    std::printf("the installed package maps port 8080 to %s: %s\n", external.c_str(), passed ? "yes" : "no");
    co_return passed;
}

} // namespace

int main() {
    net::io_context context;
    bool passed = false;
    net::co_spawn(context, run(), [&](const std::exception_ptr& failure, bool outcome) {
        passed = !failure && outcome;
        context.stop();
    });
    context.run();
    return passed ? 0 : 1;
}
