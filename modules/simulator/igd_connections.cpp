// SPDX-License-Identifier: MIT
module;

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :http;
import :igd_sockets;

// What the sockets of UPnP IGD do: hear searches, and take one request of each connection.
namespace portolan::simulator {

using net::ip::tcp;
using net::ip::udp;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t largestSearch = 2048;
constexpr std::size_t mostConnections = 64; // more are reset
constexpr auto acceptPause = milliseconds{100};

} // namespace

IgdSockets::Connection::Connection(tcp::socket accepted)
    : socket(std::move(accepted)), patience(socket.get_executor()), late(socket.get_executor()) {}

net::awaitable<void> IgdSockets::hear(std::shared_ptr<IgdSockets> self, Socket socket, Delivery delivery) {
    std::array<std::uint8_t, largestSearch> buffer{};
    udp::endpoint from;
    while (socket->is_open()) {
        const auto [error, size] = co_await socket->async_receive_from(net::buffer(buffer), from, net::asTuple);
        if (!socket->is_open()) {
            co_return;
        }
        if (!error) {
            hooks_.search(toEndpoint(from), {buffer.data(), size}, delivery);
        }
    }
}

net::awaitable<void> IgdSockets::accept(std::shared_ptr<IgdSockets> self, Acceptor acceptor) {
    net::steady_timer pause{executor_};
    while (acceptor->is_open()) {
        auto [error, socket] = co_await acceptor->async_accept(net::asTuple);
        if (!acceptor->is_open()) {
            co_return;
        }
        if (error) {
            pause.expires_after(acceptPause);
            (void)co_await pause.async_wait(net::asTuple);
            continue;
        }
        if (connections_.size() >= mostConnections) {
            net::error_code ignored;
            socket.close(ignored);
            continue;
        }
        const auto connection = std::make_shared<Connection>(std::move(socket));
        connections_.insert(connection);
        net::co_spawn(executor_, converse(self, connection), net::detached);
    }
}

net::awaitable<void> IgdSockets::converse(std::shared_ptr<IgdSockets> self, Shared connection) {
    limit(connection, patience_);
    tcp::socket& socket = connection->socket;
    net::error_code unreachable;
    const Endpoint peer = toEndpoint(socket.remote_endpoint(unreachable));
    HttpReader reader;
    std::array<char, 4096> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): read into first
    auto progress = HttpReader::Progress::more;
    while (progress == HttpReader::Progress::more && socket.is_open()) {
        const auto [error, size] = co_await socket.async_read_some(net::buffer(buffer), net::asTuple);
        if (error) {
            break;
        }
        progress = reader.put({buffer.data(), size});
    }
    if (progress != HttpReader::Progress::more && socket.is_open()) {
        HttpAnswer reply = progress == HttpReader::Progress::complete
                               ? hooks_.http(peer, reader.request())
                               : HttpAnswer{.bytes = toText(HttpResponse{.status = reader.status()})};
        co_await answer(connection, std::move(reply));
        // What still comes is read away: closing over it would take the answer back.
        while (socket.is_open()) {
            const auto [error, size] = co_await socket.async_read_some(net::buffer(buffer), net::asTuple);
            if (error) {
                break;
            }
        }
    }
    connections_.erase(connection);
    end(connection);
}

net::awaitable<void> IgdSockets::answer(Shared connection, HttpAnswer answer) {
    if (answer.bytes.empty() || !connection->socket.is_open()) {
        co_return;
    }
    limit(connection, patience_ + answer.delay);
    if (answer.delay.count() > 0) {
        connection->late.expires_after(answer.delay);
        (void)co_await connection->late.async_wait(net::asTuple);
    }
    if (!connection->socket.is_open()) {
        co_return;
    }
    (void)co_await net::async_write(connection->socket, net::buffer(answer.bytes), net::asTuple);
    net::error_code ignored;
    connection->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void IgdSockets::limit(const Shared& connection, milliseconds patience) {
    connection->patience.expires_after(patience);
    connection->patience.async_wait([connection](const net::error_code& error) {
        if (!error) {
            net::error_code ignored;
            connection->socket.close(ignored);
        }
    });
}

void IgdSockets::end(const Shared& connection) {
    net::error_code ignored;
    connection->socket.close(ignored);
    connection->patience.cancel();
    connection->late.cancel();
}

} // namespace portolan::simulator
