// SPDX-License-Identifier: MIT
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdint>
#include <sys/resource.h>
#include <unistd.h>

#include "tcp_scene.hpp"

import portolan.simulator.stage;

using namespace portolan;
using namespace portolan::simulator;
using namespace portolan::simulator::stage;

namespace {

/// Leaves this process without a descriptor to open, for as long as it exists.
class NoDescriptorLeft {
public:
    NoDescriptorLeft() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int lowest = ::dup(STDIN_FILENO); // all below it are taken
        ::close(lowest);
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(lowest);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }

    NoDescriptorLeft(const NoDescriptorLeft&) = delete;
    NoDescriptorLeft& operator=(const NoDescriptorLeft&) = delete;

    ~NoDescriptorLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(simulator_tcp_descriptors, Scene)

BOOST_AUTO_TEST_CASE(waits_for_descriptors_without_burning_a_core) {
    tcp::socket peer{context};
    tcp::endpoint external;
    play(context, [&]() -> net::awaitable<void> { external = co_await mapService(); });
    peer.open(tcp::v4());
    {
        const NoDescriptorLeft exhausted;
        play(context, [&]() -> net::awaitable<void> { co_await peer.async_connect(external, net::useAwaitable); });
        int handlers = 0;
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{250};
        while (handlers < 100 && context.run_one_until(end) > 0) {
            ++handlers;
        }
        BOOST_TEST(handlers < 100);
    }
    play(context, [&]() -> net::awaitable<void> {
        tcp::socket served = co_await service.async_accept(net::useAwaitable);
        co_await write(served, "hello");
        BOOST_TEST(co_await read(peer, 5) == "hello");
    });
}

BOOST_AUTO_TEST_SUITE_END()
