// SPDX-License-Identifier: MIT
module;

#include <array>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :igd_sockets;
import :multicast;

namespace portolan::simulator {

using net::ip::tcp;
using net::ip::udp;

namespace {

// Device architecture 1.1 §1.1 and annex A
constexpr net::ip::address_v4::bytes_type group4{239, 255, 255, 250};
constexpr net::ip::address_v6::bytes_type group6{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0c};

} // namespace

IgdSockets::IgdSockets(net::any_io_executor executor, const ServerOptions& options, IgdHooks hooks)
    : executor_(executor), options_(options), patience_(options.httpPatience), hooks_(std::move(hooks)) {
    const auto add = [&](const net::ip::address& address) {
        http_.emplace_back(address, options.httpPort);
        ssdp_.emplace_back(address, options.ssdpPort);
    };
    add(options.listen.address());
    if (options.listenAlso) {
        add(options.listenAlso->address());
    }
}

net::error_code IgdSockets::open() {
    net::error_code error = openHttp();
    if (!error) {
        error = openSsdp();
    }
    if (error) {
        close();
        return error;
    }
    for (const Socket& socket : sockets_) {
        joinGroup(*socket);
    }
    return error;
}

net::error_code IgdSockets::openHttp() {
    net::error_code error;
    for (tcp::endpoint& local : http_) {
        const auto acceptor = std::make_shared<tcp::acceptor>(executor_);
        acceptor->open(local.protocol(), error);
        if (!error) {
            acceptor->set_option(net::socket_base::reuse_address{true}, error); // past connections do not keep the port
            acceptor->bind(local, error);
        }
        if (!error) {
            acceptor->listen(net::socket_base::max_listen_connections, error);
            local = acceptor->local_endpoint(error);
        }
        if (error) {
            return error;
        }
        acceptors_.push_back(acceptor);
        net::co_spawn(executor_, accept(shared_from_this(), acceptor), net::detached);
    }
    return error;
}

net::error_code IgdSockets::openSsdp() {
    net::error_code error;
    for (udp::endpoint& local : ssdp_) {
        const auto socket = std::make_shared<udp::socket>(executor_);
        socket->open(local.protocol(), error);
        if (!error) {
            socket->non_blocking(true, error);
            socket->set_option(net::socket_base::reuse_address{local.port() != 0},
                               error); // others may hear searches, too
            socket->bind(local, error);
        }
        if (!error) {
            local = socket->local_endpoint(error);
        }
        if (error) {
            return error;
        }
        sockets_.push_back(socket);
        net::co_spawn(executor_, hear(shared_from_this(), socket, Delivery::unicast), net::detached);
    }
    return error;
}

/// A socket for what is sent to `group` at the port of `single`. Where systems bind to no group, it is bound to any
/// address, beside `single`, which has the port already.
IgdSockets::Socket IgdSockets::bindForGroup(const net::ip::address& group, udp::socket& single,
                                            net::error_code& error) {
    auto socket = std::make_shared<udp::socket>(executor_);
    const udp::endpoint local = single.local_endpoint(error);
    socket->open(local.protocol(), error);
    socket->set_option(net::socket_base::reuse_address{true}, error);
    if (!error) {
        socket->bind({group, local.port()}, error);
    }
    if (error) {
        single.set_option(net::socket_base::reuse_address{true}, error);
        socket->bind({local.protocol(), local.port()}, error);
    }
    return socket;
}

void IgdSockets::joinGroup(udp::socket& single) {
    net::error_code error;
    const udp::endpoint local = single.local_endpoint(error);
    const bool v4 = local.address().is_v4();
    if (local.address().is_unspecified() || (!v4 && options_.multicastInterfaceV6 == 0)) {
        return; // on which interface is not known
    }
    const net::ip::address group = v4 ? net::ip::address{net::ip::address_v4{group4}}
                                      : net::ip::address{net::ip::address_v6{group6, options_.multicastInterfaceV6}};
    const Socket socket = bindForGroup(group, single, error);
    if (!error && v4) {
        socket->set_option(net::ip::multicast::join_group{group.to_v4(), local.address().to_v4()}, error);
    } else if (!error) {
        socket->set_option(net::ip::multicast::join_group{group.to_v6(), options_.multicastInterfaceV6}, error);
    }
    if (error) {
        complainOnce(fmt::format("no searches by multicast at {}: {}", local.address().to_string(), error.message()));
        return;
    }
    groups_.push_back(socket);
    net::co_spawn(executor_, hear(shared_from_this(), socket, Delivery::multicast), net::detached);
}

void IgdSockets::close() {
    closeHttp();
    net::error_code ignored;
    for (const auto* all : {&sockets_, &groups_}) {
        for (const Socket& socket : *all) {
            socket->close(ignored);
        }
    }
    sockets_.clear();
    groups_.clear();
}

void IgdSockets::closeHttp() {
    net::error_code ignored;
    for (const Acceptor& acceptor : acceptors_) {
        acceptor->close(ignored);
    }
    acceptors_.clear();
    for (const Shared& connection : std::exchange(connections_, {})) {
        end(connection);
    }
}

net::error_code IgdSockets::moveHttp() {
    std::vector<Acceptor> before = std::move(acceptors_); // still taken, so that the new ports are others
    acceptors_.clear();
    for (tcp::endpoint& local : http_) {
        local.port(0);
    }
    const net::error_code error = openHttp();
    net::error_code ignored;
    for (const Acceptor& acceptor : before) {
        acceptor->close(ignored);
    }
    return error;
}

void IgdSockets::send(const Transmit& transmit) {
    for (const Socket& socket : sockets_) {
        net::error_code error;
        const bool v4 = transmit.to.address.isV4();
        if (socket->local_endpoint(error).address().is_v4() != v4) {
            continue;
        }
        if (isMulticast(transmit.to.address)) {
            if (const auto why = directMulticast(*socket, v4, options_)) {
                complainOnce(*why);
                return;
            }
        }
        socket->send_to(net::buffer(transmit.bytes), toAsio<udp>(transmit.to), 0, error); // it may be lost
        return;
    }
}

void IgdSockets::complainOnce(std::string_view line) {
    if (!line.empty() && !std::exchange(complained_, true) && options_.log) {
        options_.log(line);
    }
}

} // namespace portolan::simulator
