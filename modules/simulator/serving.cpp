// SPDX-License-Identifier: MIT
module;

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :forwarder;
import :forwarders;
import :serving;

namespace portolan::simulator {

using net::ip::udp;

namespace {

constexpr std::size_t receiveSize = 2048; // more than PCP allows, so that too long a request is seen to be

std::string textOf(const Endpoint& endpoint) {
    return endpoint.address.isV4() ? fmt::format("{}:{}", endpoint.address, endpoint.port)
                                   : fmt::format("[{}]:{}", endpoint.address, endpoint.port);
}

const char* nameOf(Change change) noexcept {
    switch (change) {
    case Change::mapped:
        return "mapped";
    case Change::renewed:
        return "renewed";
    case Change::moved:
        return "moved";
    case Change::deleted:
        return "deleted";
    case Change::expired:
        return "expired";
    case Change::lost:
        return "lost";
    }
    return "";
}

const char* nameOf(Forwarding what) noexcept {
    switch (what) {
    case Forwarding::opened:
        return "forwarding";
    case Forwarding::refused:
        return "refused";
    case Forwarding::unserved:
        return "nobody listens for";
    case Forwarding::closed:
        return "closed";
    }
    return "";
}

bool isMulticast(const wire::Address& address) noexcept {
    return address.isV4() ? (address.v4Octets()[0] & 0xf0) == 0xe0 : address.octets[0] == 0xff;
}

} // namespace

Serving::Serving(net::any_io_executor executor, ServerOptions options)
    : executor_(executor)
    , options_(std::move(options))
    , origin_(std::chrono::steady_clock::now())
    , gateway_(options_.config)
    , forwarders_(
          executor, options_.forwardOn, {options_.udpPeers, options_.udpIdle},
          [this](MappingId id, const Endpoint& peer) {
              const auto mapping = gateway_.mapping(id);
              return mapping && (gateway_.quirks().filterUnenforced || mapping->admits(peer));
          },
          [this](MappingId id, Forwarding what, const Endpoint& peer) { report(id, what, peer); })
    , timer_(executor) {
    local_.push_back(options_.listen);
    if (options_.listenAlso) {
        local_.push_back(*options_.listenAlso);
    }
    if (options_.forwards) {
        gateway_.setPortAvailable([this](wire::Protocol protocol, const Endpoint& external) {
            return forwarders_.reserve(protocol, external);
        });
    }
}

void Serving::start() {
    if (const net::error_code error = listen()) {
        throw net::system_error{error, "simulated gateway"};
    }
    pump();
}

net::error_code Serving::listen() {
    net::error_code error;
    for (udp::endpoint& local : local_) {
        const Socket socket = bind(local, error);
        if (error) {
            stopListening();
            return error;
        }
        local = socket->local_endpoint(error);
        sockets_.push_back(socket);
        net::co_spawn(executor_, receive(shared_from_this(), socket), net::detached);
    }
    return error;
}

Serving::Socket Serving::bind(const udp::endpoint& endpoint, net::error_code& error) const {
    auto socket = std::make_shared<udp::socket>(executor_);
    socket->open(endpoint.protocol(), error);
    if (!error) {
        socket->non_blocking(true, error);
    }
    if (!error) {
        socket->bind(endpoint, error);
    }
    // Announcements leave by the interface requests come in on, and by no other (RFC 6887 §14.1.3).
    net::error_code ignored;
    if (endpoint.address().is_v4()) {
        socket->set_option(net::ip::multicast::outbound_interface{endpoint.address().to_v4()}, ignored);
    } else if (options_.multicastInterfaceV6 != 0) {
        socket->set_option(net::ip::multicast::outbound_interface{options_.multicastInterfaceV6}, ignored);
    }
    return socket;
}

void Serving::stopListening() {
    net::error_code ignored;
    for (const Socket& socket : sockets_) {
        socket->close(ignored);
    }
    sockets_.clear();
}

net::awaitable<void> Serving::receive(std::shared_ptr<Serving> self, Socket socket) {
    std::array<std::uint8_t, receiveSize> buffer{};
    udp::endpoint from;
    while (socket->is_open()) {
        const auto [error, size] = co_await socket->async_receive_from(net::buffer(buffer), from, net::asTuple);
        if (closed_ || !socket->is_open()) {
            co_return;
        }
        if (error) {
            continue;
        }
        const wire::Bytes datagram{buffer.data(), size};
        if (options_.log) {
            const auto decoded = wire::decode(datagram);
            options_.log(decoded ? fmt::format("from {}: {}", textOf(toEndpoint(from)), decoded.assume_value())
                                 : fmt::format("from {}: {}", textOf(toEndpoint(from)), decoded.assume_error()));
        }
        gateway_.handleDatagram(now(), toEndpoint(from), datagram);
        pump();
    }
}

TimePoint Serving::now() const {
    return std::chrono::floor<TimePoint>(std::chrono::steady_clock::now() - origin_);
}

void Serving::pump() {
    if (closed_) {
        return;
    }
    while (const auto event = gateway_.pollEvent()) {
        follow(*event);
    }
    forwarders_.dropReserved();
    followNat();
    while (const auto transmit = gateway_.pollTransmit()) {
        send(*transmit);
    }
    wait();
}

// RFC 6886 §3.8: without translation nothing listens, so that hosts get "port unreachable".
void Serving::followNat() {
    const bool serves = gateway_.config().natEnabled && !paused_;
    if (!serves) {
        stopListening();
    } else if (sockets_.empty()) {
        if (const net::error_code error = listen(); error && options_.log) {
            options_.log(fmt::format("cannot listen again: {}", error.message()));
        }
    }
}

void Serving::follow(const Event& event) {
    const Mapping& mapping = event.mapping;
    const bool carried = !options_.forwards || forwarders_.apply(event);
    if (options_.log) {
        options_.log(fmt::format("{} {} {} -> {}{}", nameOf(event.change), mapping.protocol, textOf(mapping.external),
                                 textOf(mapping.internal), carried ? "" : " (not forwarded on this host)"));
    }
    if (options_.onEvent) {
        options_.onEvent(event);
    }
}

void Serving::report(MappingId id, Forwarding what, const Endpoint& peer) {
    if (options_.log) {
        const auto mapping = gateway_.mapping(id);
        const std::string where = mapping ? textOf(mapping->external) : std::string{};
        options_.log(fmt::format("{} {} at {}", nameOf(what), textOf(peer), where));
    }
    if (options_.onForwarding) {
        options_.onForwarding(id, what, peer);
    }
}

Serving::Socket Serving::sourceOf(const Transmit& transmit) {
    if (transmit.from) {
        if (!elsewhere_) {
            net::error_code error;
            elsewhere_ = bind(toAsio<udp>(*transmit.from), error);
        }
        return elsewhere_;
    }
    for (const Socket& socket : sockets_) {
        net::error_code ignored;
        if (socket->local_endpoint(ignored).address().is_v4() == transmit.to.address.isV4()) {
            return socket;
        }
    }
    return nullptr;
}

void Serving::send(const Transmit& transmit) {
    const bool v6Group = isMulticast(transmit.to.address) && !transmit.to.address.isV4();
    const Socket socket = sourceOf(transmit);
    if (!socket || (v6Group && options_.multicastInterfaceV6 == 0)) {
        return;
    }
    net::error_code ignored; // a datagram may be lost
    socket->send_to(net::buffer(transmit.bytes), toAsio<udp>(transmit.to), 0, ignored);
}

void Serving::wait() {
    const auto next = gateway_.nextTimeout();
    if (next == armed_) {
        return;
    }
    armed_ = next;
    if (!next) {
        timer_.cancel();
        return;
    }
    timer_.expires_at(origin_ + *next);
    timer_.async_wait([self = shared_from_this()](const net::error_code& error) {
        if (error || self->closed_) {
            return;
        }
        self->armed_.reset();
        self->gateway_.handleTimeout(self->now());
        self->pump();
    });
}

void Serving::pause() {
    paused_ = true;
    pump();
}

void Serving::resume() {
    paused_ = false;
    pump();
}

void Serving::close() {
    if (std::exchange(closed_, true)) {
        return;
    }
    stopListening();
    elsewhere_.reset();
    timer_.cancel();
    forwarders_.stop();
}

} // namespace portolan::simulator
