// SPDX-License-Identifier: MIT
// external_address [GATEWAY PORT]: prints the external address of this host's gateway.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fmt/format.h>

import portolan;

namespace net = portolan::net;

net::awaitable<int> run(portolan::ClientOptions options) {
    portolan::Client client{co_await net::this_coro::executor, options};
    const auto address = co_await client.externalAddress();
    if (!address) {
        fmt::print(stderr, "external_address: {}\n", address.error().message());
        co_return 1;
    }
    fmt::print("{}\n", address.value().to_string());
    co_return 0;
}

int main(int argc, char** argv) {
    portolan::ClientOptions options;
    if (argc == 3) {
        options.gateway = {net::ip::make_address(argv[1]), static_cast<std::uint16_t>(std::atoi(argv[2]))};
    }
    net::io_context context;
    int status = 1;
    net::co_spawn(context, run(options), [&](const std::exception_ptr&, int outcome) { status = outcome; });
    context.run();
    return status;
}
