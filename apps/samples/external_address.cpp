// SPDX-License-Identifier: MIT
// external_address [GATEWAY PORT]: prints the external address of this host's gateway.
#include <cstdio>
#include <fmt/format.h>

import portolan;
import sample;

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
    return runSample(argc, argv, run);
}
