// SPDX-License-Identifier: MIT
// A simulated gateway on loopback and a client that is pointed at it, run by one thread until all is done.
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

import portolan;
import portolan.simulator;

namespace net = portolan::net;
namespace simulator = portolan::simulator;

/// The message of the error, if there is one.
template <class Result>
std::string why(const Result& outcome) {
    return outcome ? std::string{} : outcome.error().message();
}

struct House {
    explicit House(simulator::Config config = {}, portolan::ClientOptions clientOptions = {}) {
        simulator::ServerOptions serverOptions;
        config.announce.onStart = false;
        // Tests run beside each other: none may want the external port that another's gateway has just let go.
        config.seed += static_cast<std::uint64_t>(::getpid());
        serverOptions.config = std::move(config);
        gateway.emplace(context.get_executor(), std::move(serverOptions));
        clientOptions.gateway = gateway->endpoint();
        if (const auto ssdp = gateway->ssdpEndpoint(); ssdp && !clientOptions.searchPort) {
            clientOptions.searchPort = ssdp->port();
        }
        options = clientOptions;
        client.emplace(context.get_executor(), options);
    }

    /// Runs a coroutine to its end, and then until the context has nothing left to do but the gateway: whatever the
    /// client began is over. Fails the test if that takes longer than `limit`.
    void run(net::awaitable<void> story, std::chrono::seconds limit = std::chrono::seconds{20}) {
        std::exception_ptr failure;
        bool ended = false;
        net::co_spawn(context, std::move(story), [&](const std::exception_ptr& error) {
            failure = error;
            ended = true;
        });
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (!ended && std::chrono::steady_clock::now() < deadline) {
            context.run_one_until(deadline);
        }
        BOOST_TEST_REQUIRE(ended, "the story did not come to its end");
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

    /// Runs until `condition` holds.
    void runUntil(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds{20}) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (!condition() && std::chrono::steady_clock::now() < deadline) {
            context.run_one_until(deadline);
        }
        BOOST_TEST(condition());
    }

    [[nodiscard]] std::size_t mapped() const { return gateway->mappings().size(); }

    net::io_context context;
    std::optional<simulator::Server> gateway;
    portolan::ClientOptions options;
    std::optional<portolan::Client> client;
};
