// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <utility>
#include <vector>

module portolan;

import portolan.transport;
import :core;

namespace portolan {

/// Listens where the gateway of this link announces itself.
void Core::listen(GatewayLink& link) {
    if (options_.announcementPort == 0) {
        return;
    }
    if (!announcements_) {
        announcements_ = std::make_shared<transport::Announcements>(
            strand_, options_.announcementPort,
            [weak = weak_from_this()](const net::ip::udp::endpoint& from, wire::Bytes datagram) {
                if (const auto self = weak.lock()) {
                    self->announced(from, datagram);
                }
            });
    }
    const net::ip::address& gateway = link.info().endpoint.address();
    const std::uint32_t scope = gateway.is_v6() ? static_cast<std::uint32_t>(gateway.to_v6().scope_id()) : 0;
    const net::error_code error = announcements_->listenOn(link.link().localAddress(), scope);
    if (error && options_.onWarning) {
        options_.onWarning({error, fmt::format("announcements of gateways at UDP port {} cannot be heard, so a restart "
                                               "is noticed with the next renewal only",
                                               options_.announcementPort)});
    }
}

/// Listens no more at interfaces that nothing is asked by any longer: they may be gone, and come back as others.
void Core::listenNoMore() {
    if (!announcements_) {
        return;
    }
    std::vector<std::uint32_t> interfaces;
    for (const LinkPtr& link : links_) {
        const net::ip::address& gateway = link->info().endpoint.address();
        if (link->isOpen() && gateway.is_v6()) {
            interfaces.push_back(static_cast<std::uint32_t>(gateway.to_v6().scope_id()));
        }
    }
    announcements_->keepOnly(interfaces);
}

void Core::announced(const net::ip::udp::endpoint& from, wire::Bytes datagram) {
    if (options_.onDatagram) {
        options_.onDatagram(Direction::received, announcements_->groupOf(from), from, datagram);
    }
    const session::Endpoint source{transport::toWire(from.address()), from.port()};
    for (const LinkPtr& link : links_) {
        if (link->isOpen() && link->race().handleAnnouncement(transport::now(), source, datagram)) {
            doubtNeighbours(*link);
        }
    }
    pump();
}

/// Some gateways announce by IPv4 only that they lost the state of both families.
void Core::doubtNeighbours(const GatewayLink& link) {
    for (const LinkPtr& other : links_) {
        const bool sameBox = other->info().interfaceName == link.info().interfaceName;
        const bool otherFamily = other->info().endpoint.address().is_v6() && link.info().endpoint.address().is_v4();
        if (other->isOpen() && sameBox && otherFamily) {
            other->race().handleDoubt(transport::now());
        }
    }
}

} // namespace portolan
