// SPDX-License-Identifier: MIT
module;

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :forwarder;
import :tcp_forwarder;

namespace portolan::simulator {

using net::ip::tcp;

namespace {

constexpr std::size_t pumpBufferSize = 16384;

/// Where no connection can be accepted, for lack of descriptors say, that is tried again after this.
constexpr std::chrono::milliseconds acceptPause{100};

/// Closes so that the other end sees a reset (RFC 6886 §3.4).
void reset(tcp::socket& socket) {
    net::error_code ignored;
    socket.set_option(net::socket_base::linger{true, 0}, ignored);
    socket.close(ignored);
}

} // namespace

struct TcpConnection {
    tcp::socket outer;
    tcp::socket inner;
    Endpoint peer;
    unsigned directions = 2; ///< that still carry octets
};

TcpForwarder::TcpForwarder(tcp::acceptor acceptor, const Endpoint& internal, const TcpLimits& limits,
                           ForwarderHooks hooks)
    : acceptor_(std::move(acceptor))
    , timer_(acceptor_.get_executor())
    , internal_(internal)
    , limits_(limits)
    , hooks_(std::move(hooks)) {}

void TcpForwarder::start() {
    net::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), net::detached);
}

void TcpForwarder::stop() {
    stopped_ = true;
    net::error_code ignored;
    acceptor_.close(ignored);
    timer_.cancel();
    for (const Shared& connection : connections_) {
        reset(connection->outer);
        reset(connection->inner);
    }
    connections_.clear();
}

net::awaitable<void> TcpForwarder::accept(std::shared_ptr<TcpForwarder> self) {
    while (!stopped_) {
        auto [error, socket] = co_await acceptor_.async_accept(net::asTuple);
        if (stopped_ || error == net::error::operation_aborted) {
            co_return;
        }
        if (error) {
            timer_.expires_after(acceptPause);
            (void)co_await timer_.async_wait(net::asTuple);
            continue;
        }
        const auto peer = toEndpoint(socket.remote_endpoint(error));
        if (error || connections_.size() >= limits_.connections || !hooks_.admits(peer)) {
            reset(socket);
            hooks_.report(Forwarding::refused, peer);
            continue;
        }
        auto connection = std::make_shared<TcpConnection>(
            TcpConnection{std::move(socket), tcp::socket{acceptor_.get_executor()}, peer});
        connections_.insert(connection);
        net::co_spawn(acceptor_.get_executor(), serve(self, std::move(connection)), net::detached);
    }
}

net::awaitable<void> TcpForwarder::serve(std::shared_ptr<TcpForwarder> self, Shared connection) {
    const auto [error] = co_await connection->inner.async_connect(toAsio<tcp>(internal_), net::asTuple);
    if (stopped_) {
        co_return;
    }
    if (error) {
        reset(connection->outer);
        connections_.erase(connection);
        hooks_.report(Forwarding::unserved, connection->peer);
        co_return;
    }
    hooks_.report(Forwarding::opened, connection->peer);
    net::co_spawn(acceptor_.get_executor(), pump(self, connection, true), net::detached);
    net::co_spawn(acceptor_.get_executor(), pump(self, connection, false), net::detached);
}

// The end of one direction is passed on and leaves the other open; an error ends both.
net::awaitable<void> TcpForwarder::pump(std::shared_ptr<TcpForwarder> self, Shared connection, bool inward) {
    tcp::socket& from = inward ? connection->outer : connection->inner;
    tcp::socket& to = inward ? connection->inner : connection->outer;
    std::array<char, pumpBufferSize> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): read into first
    while (true) {
        const auto [readError, size] = co_await from.async_read_some(net::buffer(buffer), net::asTuple);
        if (readError == net::error::eof) {
            net::error_code ignored;
            to.shutdown(tcp::socket::shutdown_send, ignored);
            break;
        }
        if (readError) {
            reset(to);
            break;
        }
        const auto [writeError, written] =
            co_await net::async_write(to, net::buffer(buffer.data(), size), net::asTuple);
        if (writeError) {
            reset(from);
            break;
        }
        if (!stopped_) {
            hooks_.carried(inward, size);
        }
    }
    if (--connection->directions == 0 && !self->stopped_) {
        finish(connection);
    }
}

void TcpForwarder::finish(const Shared& connection) {
    const Shared kept = connection;
    connections_.erase(kept);
    hooks_.report(Forwarding::closed, kept->peer);
}

} // namespace portolan::simulator
