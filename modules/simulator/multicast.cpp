// SPDX-License-Identifier: MIT
module;

#include <fmt/format.h>
#include <optional>
#include <string>

module portolan.simulator;

import portolan.net;
import :multicast;

namespace portolan::simulator {

bool isMulticast(const wire::Address& address) noexcept {
    return address.isV4() ? (address.v4Octets()[0] & 0xf0) == 0xe0 : address.octets[0] == 0xff;
}

std::optional<std::string> directMulticast(net::ip::udp::socket& socket, bool v4, const ServerOptions& options) {
    net::error_code error;
    const net::ip::address local = socket.local_endpoint(error).address();
    if (!error && v4) {
        socket.set_option(net::ip::multicast::outbound_interface{local.to_v4()}, error);
    } else if (!error && options.multicastInterfaceV6 != 0) {
        socket.set_option(net::ip::multicast::outbound_interface{options.multicastInterfaceV6}, error);
    } else {
        return std::string{};
    }
    if (error) {
        return fmt::format("no announcements from {}: {}", local.to_string(), error.message());
    }
    if (!local.is_loopback() && !options.announcesBeyondLoopback) {
        return fmt::format("no announcements from {}: it is not loopback", local.to_string());
    }
    return std::nullopt;
}

} // namespace portolan::simulator
