// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

module portolan.transport;

import portolan.net;

namespace portolan::transport {

namespace {

/// At most so many datagrams are taken in one go, so that a flood does not keep others on the strand waiting.
constexpr unsigned drainLimit = 256;

/// Replies to a full window, and more, fit the socket's buffer.
constexpr int receiveBufferSize = 1 << 20;

/// ICMP's "port unreachable" is a refused connection to most systems, and a reset one to Windows.
bool meansRefused(const net::error_code& error) {
    return error == net::error::connection_refused || error == net::error::connection_reset;
}

bool meansUnreachable(const net::error_code& error) {
    return meansRefused(error) || error == net::error::host_unreachable || error == net::error::network_unreachable;
}

std::uint64_t randomSeed() {
    std::array<std::uint8_t, sizeof(std::uint64_t)> octets{};
    fillRandom(octets);
    std::uint64_t seed = 0;
    std::memcpy(&seed, octets.data(), octets.size());
    return seed;
}

} // namespace

Link::Link(net::any_io_executor strand, const LinkConfig& config, std::function<void()> onActivity)
    : socket_(strand), others_(std::move(strand)), config_(config), onActivity_(std::move(onActivity)) {
    config_.session.server = {toWire(config_.gateway.address()), config_.gateway.port()};
    config_.session.answersFromLink = config_.isOnLink != nullptr;
}

net::error_code Link::connect() {
    net::error_code error = transport::open(socket_, config_.gateway.protocol());
    if (!error) {
        socket_.non_blocking(true, error);
    }
    if (!error) {
        net::error_code ignored; // a smaller buffer still works
        socket_.set_option(net::socket_base::receive_buffer_size{receiveBufferSize}, ignored);
    }
    if (!error && config_.interfaceIndex != 0) {
        sendBy(socket_, config_.gateway.protocol(), config_.interfaceIndex);
    }
    if (!error && config_.hops != 0) {
        socket_.set_option(net::ip::unicast::hops{config_.hops}, error);
    }
    if (!error && !config_.device.empty()) {
        error = bindTo(socket_, config_.device);
    }
    if (!error && config_.isOnLink) {
        socket_.set_option(net::socket_base::reuse_address{true}, error);
    }
    if (!error && config_.source) {
        socket_.bind({*config_.source, 0}, error);
    }
    if (!error) {
        socket_.connect(config_.gateway, error);
    }
    if (!error) {
        local_ = socket_.local_endpoint(error);
    }
    return error || !config_.isOnLink ? error : openOthers();
}

/// The system gives the connected socket what the gateway sends, and this one of the same address what all others do.
net::error_code Link::openOthers() {
    net::error_code error = transport::open(others_, config_.gateway.protocol());
    if (!error) {
        others_.non_blocking(true, error);
    }
    if (!error && !config_.device.empty()) {
        error = bindTo(others_, config_.device);
    }
    if (!error) {
        others_.set_option(net::socket_base::reuse_address{true}, error);
    }
    if (!error) {
        others_.bind(local_, error);
    }
    for (net::ip::udp::socket* const socket : {&socket_, &others_}) { // no third one, of whatever program
        net::error_code ignored;
        socket->set_option(net::socket_base::reuse_address{false}, ignored);
    }
    return error;
}

result<void> Link::open() {
    if (socket_.is_open()) {
        return boost::outcome_v2::success();
    }
    sendError_.reset();
    if (const net::error_code error = connect()) {
        close();
        return Error{error, fmt::format("cannot reach {} from here", config_.gateway.address().to_string())};
    }
    const wire::Address local = toWire(local_.address());
    if (!session_ || (session_->size() == 0 && session_->config().clientAddress != local)) {
        session::Config config = config_.session;
        config.clientAddress = local;
        config.seed = randomSeed();
        session_.emplace(config);
    }
    waitForDatagram(socket_);
    if (others_.is_open()) {
        waitForDatagram(others_);
    }
    return boost::outcome_v2::success();
}

void Link::close() {
    ++generation_;
    net::error_code ignored;
    socket_.close(ignored);
    others_.close(ignored);
}

void Link::waitForDatagram(net::ip::udp::socket& socket) {
    const auto wake = [self = shared_from_this(), &socket, generation = generation_](net::error_code error) {
        if (error || generation != self->generation_) {
            return; // closed, and perhaps opened again since
        }
        self->drain(socket);
        if (generation == self->generation_) {
            self->waitForDatagram(socket);
        }
    };
    socket.async_wait(net::socket_base::wait_read, wake);
}

void Link::drain(net::ip::udp::socket& socket) {
    for (unsigned taken = 0; taken < drainLimit; ++taken) {
        net::ip::udp::endpoint from = config_.gateway;
        net::error_code error;
        const std::size_t size = &socket == &socket_ ? socket.receive(net::buffer(room_), 0, error)
                                                     : socket.receive_from(net::buffer(room_), from, 0, error);
        if (error == net::error::would_block) {
            break;
        }
        if (meansUnreachable(error)) {
            ++unreachable_;
            session_->handleUnreachable(now());
        } else if (!error) {
            receive(from, wire::Bytes{room_}.first(size));
        }
        flush();
    }
    onActivity_();
}

void Link::receive(const net::ip::udp::endpoint& from, wire::Bytes datagram) {
    show(Direction::received, from, datagram);
    if (from == config_.gateway) {
        session_->handleDatagram(now(), config_.session.server, datagram);
    } else if (config_.isOnLink(from.address())) {
        session_->handleDatagram(now(), {toWire(from.address()), from.port()}, datagram);
    }
}

void Link::flush() {
    if (!socket_.is_open()) {
        return;
    }
    std::array<std::uint8_t, wire::maxMessageSize> datagram;
    while (const std::size_t size = session_->pollTransmit(now(), datagram)) {
        send(wire::Bytes{datagram}.first(size));
    }
}

void Link::send(wire::Bytes datagram) {
    net::error_code error;
    socket_.send(net::buffer(datagram.data(), datagram.size()), 0, error);
    sendError_.reset();
    if (!error) {
        show(Direction::sent, config_.gateway, datagram);
    }
    if (error && error != net::error::would_block && !meansRefused(error)) {
        sendError_ = error;
    } else if (meansRefused(error)) {
        ++unreachable_; // news of an earlier datagram
    }
    if (meansUnreachable(error) || meansNoWay(error)) {
        session_->handleUnreachable(now());
    }
}

void Link::show(Direction direction, const net::ip::udp::endpoint& remote, wire::Bytes datagram) const {
    if (config_.onDatagram) {
        config_.onDatagram(direction, local_, remote, datagram);
    }
}

void Link::handleTimeout(session::TimePoint now) {
    session_->handleTimeout(now);
    flush();
}

} // namespace portolan::transport
