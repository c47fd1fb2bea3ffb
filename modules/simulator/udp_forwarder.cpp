// SPDX-License-Identifier: MIT
module;

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <utility>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :forwarder;
import :udp_forwarder;

namespace portolan::simulator {

using net::ip::udp;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t largestDatagram = 65536;
using Buffer = std::array<char, largestDatagram>;

} // namespace

UdpForwarder::UdpForwarder(udp::socket socket, const Endpoint& internal, const UdpLimits& limits, ForwarderHooks hooks)
    : socket_(std::move(socket))
    , timer_(socket_.get_executor())
    , internal_(internal)
    , limits_(limits)
    , hooks_(std::move(hooks)) {}

void UdpForwarder::start() {
    net::co_spawn(socket_.get_executor(), receive(shared_from_this()), net::detached);
}

void UdpForwarder::stop() {
    stopped_ = true;
    net::error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    for (const auto& [remote, peer] : peers_) {
        peer->socket.close(ignored);
    }
    peers_.clear();
}

net::awaitable<void> UdpForwarder::receive(std::shared_ptr<UdpForwarder> self) {
    const auto buffer = std::make_unique<Buffer>();
    udp::endpoint remote;
    while (!stopped_) {
        const auto [error, size] = co_await socket_.async_receive_from(net::buffer(*buffer), remote, net::asTuple);
        if (stopped_ || error == net::error::operation_aborted) {
            co_return;
        }
        if (error) {
            continue; // an ICMP error of an earlier answer
        }
        if (const Shared peer = peerFor(remote)) {
            peer->lastUsed = Clock::now();
            net::error_code ignored; // a datagram may be lost
            peer->socket.send(net::buffer(buffer->data(), size), 0, ignored);
            hooks_.carried(true, size);
        }
    }
}

UdpForwarder::Shared UdpForwarder::peerFor(const udp::endpoint& remote) {
    if (!hooks_.admits(toEndpoint(remote))) {
        hooks_.report(Forwarding::refused, toEndpoint(remote));
        return nullptr;
    }
    if (const auto known = peers_.find(remote); known != peers_.end()) {
        return known->second;
    }
    const auto internal = toAsio<udp>(internal_);
    net::error_code error;
    udp::socket socket{socket_.get_executor()};
    if (peers_.size() < limits_.peers) {
        socket.open(internal.protocol(), error);
        socket.non_blocking(true, error);
        socket.connect(internal, error);
    }
    if (!socket.is_open() || error) {
        hooks_.report(Forwarding::refused, toEndpoint(remote));
        return nullptr;
    }
    const auto peer = std::make_shared<Peer>(std::move(socket));
    peers_.emplace(remote, peer);
    hooks_.report(Forwarding::opened, toEndpoint(remote));
    net::co_spawn(socket_.get_executor(), answer(shared_from_this(), peer, remote), net::detached);
    if (!std::exchange(sweeping_, true)) {
        net::co_spawn(socket_.get_executor(), sweep(shared_from_this()), net::detached);
    }
    return peer;
}

net::awaitable<void> UdpForwarder::answer(std::shared_ptr<UdpForwarder> self, Shared peer, udp::endpoint remote) {
    const auto buffer = std::make_unique<Buffer>();
    while (peer->socket.is_open()) {
        const auto [error, size] = co_await peer->socket.async_receive(net::buffer(*buffer), net::asTuple);
        if (stopped_ || error == net::error::operation_aborted || !peer->socket.is_open()) {
            co_return;
        }
        if (error) {
            continue; // nobody listens there at the moment
        }
        peer->lastUsed = Clock::now();
        net::error_code ignored; // a datagram may be lost
        socket_.send_to(net::buffer(buffer->data(), size), remote, 0, ignored);
        hooks_.carried(false, size);
    }
}

// One timer for all peers; it ends with the last of them.
net::awaitable<void> UdpForwarder::sweep(std::shared_ptr<UdpForwarder> self) {
    while (!stopped_ && !peers_.empty()) {
        timer_.expires_after(limits_.idle);
        (void)co_await timer_.async_wait(net::asTuple);
        const auto oldest = Clock::now() - limits_.idle;
        for (auto at = peers_.begin(); !stopped_ && at != peers_.end();) {
            const auto here = at++;
            if (here->second->lastUsed <= oldest) {
                drop(here);
            }
        }
    }
    sweeping_ = false;
}

void UdpForwarder::drop(std::map<udp::endpoint, Shared>::iterator at) {
    net::error_code ignored;
    at->second->socket.close(ignored);
    const Endpoint peer = toEndpoint(at->first);
    peers_.erase(at);
    hooks_.report(Forwarding::closed, peer);
}

} // namespace portolan::simulator
