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

/// Marks a round as under way, and keeps what it works on though a listener destroys the server.
struct Round {
    Round(std::shared_ptr<Serving> serving, bool& mark) : kept(std::move(serving)), underWay(mark) { underWay = true; }

    Round(const Round&) = delete;
    Round& operator=(const Round&) = delete;

    ~Round() { underWay = false; }

    std::shared_ptr<Serving> kept;
    bool& underWay;
};

} // namespace

Serving::Serving(net::any_io_executor executor, ServerOptions options)
    : executor_(executor)
    , options_(std::move(options))
    , origin_(std::chrono::steady_clock::now())
    , gateway_(options_.config)
    , forwarders_(
          executor, options_.forwardOn, {{options_.tcpConnections}, {options_.udpPeers, options_.udpIdle}},
          [this](MappingId id, const Endpoint& peer) {
              const auto mapping = gateway_.mapping(id);
              return mapping && (gateway_.quirks().filterUnenforced || mapping->admits(peer));
          },
          [this](MappingId id, Forwarding what, const Endpoint& peer) { report(id, what, peer); },
          [this](bool inward, std::size_t octets) { gateway_.countCarried(inward, octets); })
    , timer_(executor)
    , requests_(executor, options_)
    , igd_(std::make_shared<IgdSockets>(executor, options_, igdHooks()))
    , bootId_(gateway_.bootId()) {
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
    net::error_code error = requests_.open();
    if (!error && hasIgd()) {
        error = listenIgd();
    }
    for (const Socket& socket : requests_.all()) {
        net::co_spawn(executor_, receive(shared_from_this(), socket), net::detached);
    }
    return error;
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

// A listener may give the gateway another command: what it causes is done by the round that is under way.
void Serving::pump() {
    pumpAgain_ = true;
    if (pumping_) {
        return;
    }
    const Round round{shared_from_this(), pumping_};
    while (!closed_ && std::exchange(pumpAgain_, false)) {
        pumpOnce();
    }
}

void Serving::pumpOnce() {
    while (const auto event = closed_ ? std::nullopt : gateway_.pollEvent()) {
        follow(*event);
    }
    if (closed_) {
        return;
    }
    forwarders_.dropReserved();
    followNat();
    followRestart();
    while (const auto transmit = closed_ ? std::nullopt : gateway_.pollTransmit()) {
        requests_.send(*transmit);
    }
    while (const auto transmit = closed_ ? std::nullopt : gateway_.pollDiscovery()) {
        igd_->send(*transmit);
    }
    if (!closed_) {
        wait();
    }
}

// RFC 6886 §3.8: without translation nothing listens, so that hosts get "port unreachable".
void Serving::followNat() {
    const bool serves = gateway_.config().natEnabled && !paused_;
    if (!serves) {
        requests_.close();
        igd_->close();
    } else if (requests_.all().empty()) {
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
    gateway_.withdrawIgd(now());
    while (const auto transmit = gateway_.pollDiscovery()) {
        igd_->send(*transmit);
    }
    requests_.close();
    igd_->close();
    timer_.cancel();
    forwarders_.stop();
}

} // namespace portolan::simulator
