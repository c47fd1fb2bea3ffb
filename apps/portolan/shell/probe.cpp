// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

module portolan.cli;

import portolan.transport;
import :signals;

namespace portolan::cli {

Probe::Probe() : signals_(context_), socket_(context_) {
    hear(signals_, {Sign::interrupt, Sign::terminate, Sign::hangup});
    awaitSignal();
}

void Probe::awaitSignal() {
    signals_.async_wait([this](net::error_code error, int number) {
        if (!error) {
            interrupted_ = true;
            ended_ = ended_ || signOf(number) != Sign::interrupt;
            awaitSignal();
        }
    });
}

result<void> Probe::connect(const net::ip::udp::endpoint& gateway, const std::optional<net::ip::address>& source) {
    close();
    net::error_code error = transport::open(socket_, gateway.protocol());
    if (!error) {
        socket_.non_blocking(true, error);
    }
    if (!error && source) {
        socket_.bind({*source, 0}, error);
    }
    if (!error) {
        socket_.connect(gateway, error);
    }
    if (error) {
        close();
        return Error{error, fmt::format("cannot reach {} from here", toText(gateway.address(), gateway.port()))};
    }
    return boost::outcome_v2::success();
}

void Probe::close() {
    net::error_code ignored;
    socket_.close(ignored);
}

net::ip::udp::endpoint Probe::local() const {
    net::error_code ignored;
    return socket_.local_endpoint(ignored);
}

net::ip::udp::endpoint Probe::remote() const {
    net::error_code ignored;
    return socket_.remote_endpoint(ignored);
}

net::error_code Probe::send(wire::Bytes datagram) {
    net::error_code error;
    socket_.send(net::buffer(datagram.data(), datagram.size()), 0, error);
    if (error == net::error::connection_refused) { // news of an earlier datagram, in whose place this was not sent
        socket_.send(net::buffer(datagram.data(), datagram.size()), 0, error);
    }
    return error;
}

net::error_code Probe::receive(std::vector<std::uint8_t>& datagram, Deadline deadline) {
    std::array<std::uint8_t, 65'535> room;
    while (true) {
        net::error_code error;
        const std::size_t size = socket_.receive(net::buffer(room), 0, error);
        if (!error) {
            datagram.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size));
        }
        if (error != net::error::would_block) {
            return error;
        }
        const auto readable = std::make_shared<bool>(false);
        socket_.async_wait(net::socket_base::wait_read, [readable](net::error_code) { *readable = true; });
        if (!runUntil([&readable] { return *readable; }, deadline)) {
            socket_.cancel(error);
            return net::error::would_block;
        }
    }
}

bool Probe::runUntil(const std::function<bool()>& done, Deadline deadline) {
    while (!done() && !isInterrupted() && std::chrono::steady_clock::now() < deadline) {
        context_.run_one_until(deadline);
    }
    return done();
}

} // namespace portolan::cli
