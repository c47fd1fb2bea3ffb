// SPDX-License-Identifier: MIT
module;

#include <fmt/format.h>

/// What the samples have in common: their arguments, an event loop, and an exit status.
export module sample;

import portolan.std;
import portolan;

namespace net = portolan::net;

namespace {

/// The gateway to ask: the default route's without arguments, or GATEWAY PORT. None if they make no sense.
std::optional<portolan::ClientOptions> readArguments(int argc, const char* const* argv) {
    portolan::ClientOptions options;
    if (argc == 1) {
        return options;
    }
    if (argc != 3) {
        return std::nullopt;
    }
    net::error_code error;
    const auto address = net::ip::make_address(argv[1], error);
    const std::string_view digits{argv[2]};
    std::uint16_t port = 0; // and stays 0 if the number is too large
    const auto* const end = std::from_chars(digits.data(), digits.data() + digits.size(), port).ptr;
    if (error || end != digits.data() + digits.size() || port == 0) {
        return std::nullopt;
    }
    options.gateway.emplace(address, port);
    return options;
}

} // namespace

/// Runs `program` until it ends. The exit status is what it returns, 1 if it throws, 2 if the arguments make no sense.
export int runSample(int argc, const char* const* argv, net::awaitable<int> (*program)(portolan::ClientOptions)) {
    const auto options = readArguments(argc, argv);
    if (!options) {
        fmt::print(stderr, "usage: {} [GATEWAY PORT]\n", argv[0]);
        return 2;
    }
    try {
        net::io_context context;
        int status = 1;
        net::co_spawn(context, program(*options), [&](const std::exception_ptr& failure, int outcome) {
            if (failure) {
                std::rethrow_exception(failure);
            }
            status = outcome;
            context.stop(); // whatever else the program has begun
        });
        context.run();
        return status;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "{}: {}\n", argv[0], failure.what());
        return 1;
    }
}
