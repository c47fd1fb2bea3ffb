// SPDX-License-Identifier: MIT
module;

#include <array> // the keys compare the octets of addresses
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :forwarder;
import :tcp_forwarder;
import :udp_forwarder;
import :forwarders;

namespace portolan::simulator {

using net::ip::tcp;
using net::ip::udp;
using wire::Protocol;

Forwarders::Forwarders(net::any_io_executor executor, std::optional<net::ip::address> bindAddress,
                       const ForwarderLimits& limits, Admits admits, Report report, Carried carried)
    : executor_(std::move(executor))
    , bindAddress_(std::move(bindAddress))
    , limits_(limits)
    , admits_(std::move(admits))
    , report_(std::move(report))
    , carried_(std::move(carried)) {}

std::optional<Forwarders::Socket> Forwarders::bind(Protocol protocol, const Endpoint& external) const {
    net::error_code error;
    if (protocol == Protocol::tcp) {
        auto endpoint = toAsio<tcp>(external);
        endpoint.address(bindAddress_.value_or(endpoint.address()));
        tcp::acceptor acceptor{executor_};
        acceptor.open(endpoint.protocol(), error);
        acceptor.set_option(net::socket_base::reuse_address{true}, error); // past connections do not keep the port
        acceptor.bind(endpoint, error);
        if (!error) {
            acceptor.listen(net::socket_base::max_listen_connections, error);
        }
        return error ? std::nullopt : std::optional<Socket>{std::move(acceptor)};
    }
    if (protocol == Protocol::udp) {
        auto endpoint = toAsio<udp>(external);
        endpoint.address(bindAddress_.value_or(endpoint.address()));
        udp::socket socket{executor_};
        socket.open(endpoint.protocol(), error);
        socket.non_blocking(true, error);
        socket.bind(endpoint, error);
        return error ? std::nullopt : std::optional<Socket>{std::move(socket)};
    }
    return std::nullopt;
}

bool Forwarders::reserve(Protocol protocol, const Endpoint& external) {
    if (protocol != Protocol::tcp && protocol != Protocol::udp) {
        return true; // kept in the table, carried by nothing
    }
    auto socket = bind(protocol, external);
    if (!socket) {
        return false;
    }
    reserved_.insert_or_assign({protocol, external}, std::move(*socket));
    return true;
}

bool Forwarders::apply(const Event& event) {
    const Mapping& mapping = event.mapping;
    switch (event.change) {
    case Change::renewed:
        return true;
    case Change::mapped:
    case Change::moved:
        close(mapping.id);
        return !mapping.isInbound() || mapping.external == mapping.internal || open(mapping);
    case Change::deleted:
    case Change::expired:
    case Change::lost:
        close(mapping.id);
        return true;
    }
    return true;
}

bool Forwarders::open(const Mapping& mapping) {
    bool all = true;
    for (unsigned i = 0; i < mapping.ports; ++i) {
        all = open(mapping, {mapping.external.address, static_cast<std::uint16_t>(mapping.external.port + i)}) && all;
    }
    return all;
}

bool Forwarders::open(const Mapping& mapping, const Endpoint& external) {
    auto node = reserved_.extract({mapping.protocol, external});
    auto socket = node ? std::optional{std::move(node.mapped())} : bind(mapping.protocol, external);
    if (!socket || mapping.internal.port == 0) {
        return false;
    }
    const Endpoint internal = mapping.internalAt(external.port);
    ForwarderHooks hooks{[this, id = mapping.id](const Endpoint& peer) { return admits_(id, peer); },
                         [this, id = mapping.id](Forwarding what, const Endpoint& peer) { report_(id, what, peer); },
                         carried_};
    if (auto* acceptor = std::get_if<tcp::acceptor>(&*socket)) {
        const auto forwarder =
            std::make_shared<TcpForwarder>(std::move(*acceptor), internal, limits_.tcp, std::move(hooks));
        forwarder->start();
        live_.emplace(mapping.id, forwarder);
    } else {
        const auto forwarder = std::make_shared<UdpForwarder>(std::move(std::get<udp::socket>(*socket)), internal,
                                                              limits_.udp, std::move(hooks));
        forwarder->start();
        live_.emplace(mapping.id, forwarder);
    }
    return true;
}

void Forwarders::close(MappingId id) {
    for (auto found = live_.find(id); found != live_.end(); found = live_.find(id)) {
        const auto forwarder = std::move(found->second);
        live_.erase(found);
        forwarder->stop();
    }
}

void Forwarders::stop() {
    reserved_.clear();
    for (const auto& [id, forwarder] : live_) {
        forwarder->stop();
    }
    live_.clear();
}

} // namespace portolan::simulator
