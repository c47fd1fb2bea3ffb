// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :serving;

namespace portolan::simulator {

Server::Server(net::any_io_executor executor, ServerOptions options)
    : serving_(std::make_shared<Serving>(std::move(executor), std::move(options))) {
    serving_->start();
}

Server::~Server() {
    close();
}

net::ip::udp::endpoint Server::endpoint() const {
    return serving_->endpoints().front();
}

std::optional<net::ip::udp::endpoint> Server::otherEndpoint() const {
    const auto& all = serving_->endpoints();
    return all.size() > 1 ? std::optional{all.back()} : std::nullopt;
}

std::optional<std::string> Server::descriptionUrl() const {
    return serving_->descriptionUrl();
}

std::optional<net::ip::udp::endpoint> Server::ssdpEndpoint() const {
    return serving_->ssdpEndpoint();
}

void Server::resetState() {
    apply([](Gateway& gateway, TimePoint now) { gateway.resetState(now); });
}

void Server::setExternalAddress(const net::ip::address& address) {
    const wire::Address external = toEndpoint(net::ip::udp::endpoint{address, 0}).address;
    apply([&](Gateway& gateway, TimePoint now) { gateway.setExternalAddress(now, external); });
}

MappingId Server::addStatic(wire::Protocol protocol, const Endpoint& internal, const Endpoint& external) {
    return apply([&](Gateway& gateway, TimePoint now) { return gateway.addStatic(now, protocol, internal, external); });
}

std::vector<Mapping> Server::mappings() const {
    return serving_->gateway().mappings();
}

const Counters& Server::counters() const {
    return serving_->gateway().counters();
}

void Server::pause() {
    serving_->pause();
}

void Server::resume() {
    serving_->resume();
}

void Server::close() {
    serving_->close();
}

Gateway& Server::gateway() {
    return serving_->gateway();
}

TimePoint Server::now() const {
    return serving_->now();
}

void Server::pump() {
    serving_->pump();
}

} // namespace portolan::simulator
