// SPDX-License-Identifier: MIT
// A host with two links, and a simulated gateway at the other end of each: three network namespaces of this process.
// All of it is gone when the process ends.
#pragma once

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sched.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "support/print.hpp"

import portolan;
import portolan.simulator;

namespace net = portolan::net;
namespace simulator = portolan::simulator;

/// The message of the error, if there is one.
template <class Result>
std::string why(const Result& outcome) {
    return outcome ? std::string{} : outcome.error().message();
}

/// Runs `ip` with these words, in the namespace of this thread.
inline void ip(std::string_view words) {
    const std::string command = fmt::format("ip {}", words);
    BOOST_TEST_REQUIRE(std::system(command.c_str()) == 0, command); // NOLINT(bugprone-command-processor)
}

/// A network namespace, kept by a descriptor.
class Namespace {
public:
    /// Makes one, with a user namespace around it if that is what it takes, and enters it.
    Namespace() {
        const auto user = ::getuid();
        if (::unshare(CLONE_NEWNET) != 0) {
            if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
                fmt::print("skip: no network namespaces without being root\n");
                std::fflush(stdout);
                std::_Exit(77);
            }
            std::ofstream{"/proc/self/uid_map"} << fmt::format("0 {} 1", user);
        }
        descriptor_ = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        ip("link set lo up");
    }

    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;

    ~Namespace() { ::close(descriptor_); }

    void enter() const { BOOST_TEST_REQUIRE(::setns(descriptor_, CLONE_NEWNET) == 0); }

    /// A name of it that `ip` takes.
    [[nodiscard]] std::string path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), descriptor_); }

private:
    int descriptor_ = -1;
};

/// One end of the street: a link of the host's, and the gateway there.
struct End {
    Namespace space{};
    std::optional<simulator::Server> gateway{};

    [[nodiscard]] auto mappings() const { return gateway->mappings(); }
};

/// The host is 10.0.1.2 and 2001:db8:1::5 on eth1, and 10.0.2.2 and 2001:db8:2::5 on eth2; the gateways are 10.0.1.1 or
/// 2001:db8:1::1, and so on.
struct Street {
    explicit Street(bool v6 = false) {
        connect(1, first, v6);
        connect(2, second, v6);
        host.enter();
    }

    ~Street() {
        client.reset();
        first.gateway.reset();
        second.gateway.reset();
    }

    Street(const Street&) = delete;
    Street& operator=(const Street&) = delete;

    void start(portolan::ClientOptions options = {}) {
        options.releaseTimeout = std::chrono::milliseconds{500};
        client.emplace(context.get_executor(), std::move(options));
    }

    /// Runs a coroutine to its end. Fails the test if that takes longer than `limit`.
    void run(net::awaitable<void> story, std::chrono::seconds limit = std::chrono::seconds{30}) {
        std::exception_ptr failure;
        bool ended = false;
        net::co_spawn(context, std::move(story), [&](const std::exception_ptr& error) {
            failure = error;
            ended = true;
        });
        runUntil([&ended] { return ended; }, limit);
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

    void runUntil(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds{30}) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (!condition() && std::chrono::steady_clock::now() < deadline) {
            context.run_one_until(deadline);
        }
        BOOST_TEST_REQUIRE(condition(), "it did not come to pass in time");
    }

    /// Lets this time pass.
    void wait(std::chrono::milliseconds time) { context.run_until(std::chrono::steady_clock::now() + time); }

    /// What the host sends to the gateway on this link gets lost from now on, without a word: it goes to nobody's
    /// hardware address.
    static void silence(int number) {
        ip(fmt::format("neigh replace 10.0.{}.1 lladdr 02:00:00:00:00:99 dev eth{} nud permanent", number, number));
    }

    Namespace host{};
    End first{};
    End second{};
    net::io_context context{};
    std::optional<portolan::Client> client{};

private:
    void connect(int number, End& end, bool v6) {
        host.enter();
        ip(fmt::format("link add eth{} type veth peer name lan0 netns {}", number, end.space.path()));
        ip(fmt::format("link set eth{} addrgenmode none up", number));
        ip(fmt::format("addr add 10.0.{}.2/24 dev eth{}", number, number));
        ip(fmt::format("addr add 2001:db8:{}::5/64 dev eth{} nodad", number, number));
        end.space.enter();
        ip("link set lan0 addrgenmode none up");
        ip(fmt::format("addr add 10.0.{}.1/24 dev lan0", number));
        ip(fmt::format("addr add 2001:db8:{}::1/64 dev lan0 nodad", number));
        simulator::ServerOptions options;
        options.forwards = false;
        options.config.announce.onStart = false;
        options.config.ipv6Firewall = v6;
        options.config.lifetimes.minimum = std::chrono::seconds{1};
        options.config.initialEpochSeconds = static_cast<std::uint32_t>(1000 * number);
        const std::string address = v6 ? fmt::format("2001:db8:{}::1", number) : fmt::format("10.0.{}.1", number);
        options.listen = {net::ip::make_address(address), portolan::wire::serverPort};
        end.gateway.emplace(context.get_executor(), std::move(options));
        if (!v6) {
            end.gateway->setExternalAddress(net::ip::make_address(fmt::format("203.0.113.{}", number)));
        }
    }
};
