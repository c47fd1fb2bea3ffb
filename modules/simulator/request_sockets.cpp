// SPDX-License-Identifier: MIT
module;

#include <array> // the keys compare the octets of addresses
#include <fmt/format.h>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :multicast;
import :request_sockets;

namespace portolan::simulator {

using net::ip::udp;

RequestSockets::RequestSockets(net::any_io_executor executor, const ServerOptions& options)
    : executor_(std::move(executor)), options_(options), local_{options.listen} {
    if (options.listenAlso) {
        local_.push_back(*options.listenAlso);
    }
}

net::error_code RequestSockets::open() {
    net::error_code error;
    for (udp::endpoint& local : local_) {
        const Socket socket = bind(local, error);
        if (!error) {
            local = socket->local_endpoint(error);
        }
        if (error) {
            close();
            return error;
        }
        sockets_.push_back(socket);
    }
    return error;
}

void RequestSockets::close() {
    net::error_code ignored;
    for (const Socket& socket : sockets_) {
        socket->close(ignored);
    }
    sockets_.clear();
    elsewhere_.clear();
}

RequestSockets::Socket RequestSockets::bind(const udp::endpoint& endpoint, net::error_code& error) const {
    auto socket = std::make_shared<udp::socket>(executor_);
    socket->open(endpoint.protocol(), error);
    if (!error) {
        socket->non_blocking(true, error);
    }
    if (!error) {
        socket->bind(endpoint, error);
    }
    return socket;
}

void RequestSockets::send(const Transmit& transmit) {
    const Socket socket = sourceOf(transmit);
    if (!socket || (isMulticast(transmit.to.address) && !directMulticast(socket, transmit.to.address.isV4()))) {
        return;
    }
    net::error_code ignored;
    socket->send_to(net::buffer(transmit.bytes), toAsio<udp>(transmit.to), 0, ignored);
}

RequestSockets::Socket RequestSockets::sourceOf(const Transmit& transmit) {
    if (transmit.from) {
        return elsewhere(*transmit.from);
    }
    for (const Socket& socket : sockets_) {
        net::error_code ignored;
        if (socket->local_endpoint(ignored).address().is_v4() == transmit.to.address.isV4()) {
            return socket;
        }
    }
    return nullptr;
}

RequestSockets::Socket RequestSockets::elsewhere(const Endpoint& source) {
    if (const auto known = elsewhere_.find(source); known != elsewhere_.end()) {
        return known->second;
    }
    net::error_code error;
    Socket socket = bind(toAsio<udp>(source), error);
    if (error) {
        socket.reset();
        if (options_.log) {
            options_.log(fmt::format("cannot answer from {}:{}: {}", source.address, source.port, error.message()));
        }
    }
    return elsewhere_.emplace(source, std::move(socket)).first->second;
}

/// False if announcements cannot leave.
bool RequestSockets::directMulticast(const Socket& socket, bool v4) {
    const auto why = simulator::directMulticast(*socket, v4, options_);
    if (why) {
        complainOnce(*why);
    }
    return !why;
}

void RequestSockets::complainOnce(std::string_view line) {
    if (!line.empty() && !std::exchange(complained_, true) && options_.log) {
        options_.log(line);
    }
}

} // namespace portolan::simulator
