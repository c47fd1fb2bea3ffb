// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

module portolan.cli;

import portolan.transport;
import :reservation;
import :way;

namespace portolan::cli {

namespace {

/// Without SO_REUSEADDR, which would let others that have it share the port.
template <class Ip>
result<Reservation> hold(const net::any_io_executor& executor, const net::ip::address& address, std::uint16_t port) {
    typename Ip::socket socket{executor};
    const typename Ip::endpoint endpoint{address, port};
    net::error_code error = transport::open(socket, endpoint.protocol()); // no hook keeps the port
    if (!error) {
        socket.bind(endpoint, error);
    }
    if (error) {
        return Error{error, fmt::format("--reserve {} of {}", cli::toText(address, port),
                                        std::is_same_v<Ip, net::ip::tcp> ? "tcp" : "udp")};
    }
    Reservation held;
    if constexpr (std::is_same_v<Ip, net::ip::tcp>) {
        held.tcp = std::move(socket);
    } else {
        held.udp = std::move(socket);
    }
    return held;
}

net::ip::address sourceOf(const GatewayOptions& via) {
    const auto way = wayFor(via);
    return way ? way.value().source : net::ip::address{net::ip::address_v4::any()};
}

} // namespace

result<Reservation> reserve(const net::any_io_executor& executor, const PortSpec& ports, const GatewayOptions& via) {
    return ports.protocol == Protocol::tcp ? hold<net::ip::tcp>(executor, sourceOf(via), ports.internalPort)
                                           : hold<net::ip::udp>(executor, sourceOf(via), ports.internalPort);
}

const char* reservationAdvice(const Error& error) {
    if (error.code == std::errc::address_in_use) {
        return "another program has this port: end it, or map another one; a connection that has just ended keeps its "
               "port for a minute";
    }
    return error.code == std::errc::permission_denied ? "ports below 1024 are for root: map another port" : "";
}

} // namespace portolan::cli
