// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <utility>

module portolan.transport;

import portolan.net;
import :group_socket;

namespace portolan::transport {

namespace {

/// At most so many datagrams are taken in one go, so that a flood does not keep others on the strand waiting.
constexpr unsigned drainLimit = 16;

const net::ip::address_v4 allHostsV4{{224, 0, 0, 1}};
constexpr net::ip::address_v6::bytes_type allHostsV6{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

} // namespace

Announcements::Announcements(net::any_io_executor strand, std::uint16_t port, Handler handler)
    : strand_(std::move(strand)), port_(port), handler_(std::move(handler)) {}

net::error_code Announcements::listenOn(const net::ip::address& local, std::uint32_t interfaceIndex) {
    if (local.is_v6() && interfaceIndex == 0) {
        return {}; // a gateway that was named without the way to it
    }
    std::shared_ptr<Ear>& ear = ears_[local.is_v6() ? interfaceIndex : 0];
    if (!ear) {
        ear = std::make_shared<Ear>(strand_);
    }
    const net::ip::address group = local.is_v6() ? net::ip::address{net::ip::address_v6{allHostsV6, interfaceIndex}}
                                                 : net::ip::address{allHostsV4};
    net::error_code error;
    if (!ear->socket.is_open() && !ear->failed) {
        error = openForGroup(ear->socket, {group, port_});
        ear->failed = static_cast<bool>(error);
        if (ear->failed) {
            net::error_code ignored;
            ear->socket.close(ignored);
            return error;
        }
        wait(ear);
    }
    // Every host is in these groups already; to say so makes systems deliver that filter by socket.
    net::error_code ignored;
    if (local.is_v6()) {
        ear->socket.set_option(net::ip::multicast::join_group{group.to_v6(), interfaceIndex}, ignored);
    } else if (!ear->failed && joined_.insert(local.to_v4()).second) {
        ear->socket.set_option(net::ip::multicast::join_group{allHostsV4, local.to_v4()}, ignored);
    }
    return error;
}

void Announcements::keepOnly(std::span<const std::uint32_t> interfaces) {
    std::erase_if(ears_, [&](const auto& entry) {
        const auto& [index, ear] = entry;
        if (index == 0 || std::ranges::find(interfaces, index) != interfaces.end()) {
            return false;
        }
        net::error_code ignored;
        ear->socket.close(ignored);
        return true;
    });
}

net::ip::udp::endpoint Announcements::groupOf(const net::ip::udp::endpoint& from) const {
    if (from.address().is_v4()) {
        return {allHostsV4, port_};
    }
    return {net::ip::address_v6{allHostsV6, from.address().to_v6().scope_id()}, port_};
}

void Announcements::close() {
    for (const auto& [index, ear] : ears_) {
        net::error_code ignored;
        ear->socket.close(ignored);
    }
    // One that failed is remembered, so that its error is not given again.
    std::erase_if(ears_, [](const auto& entry) { return !entry.second->failed; });
    joined_.clear();
}

void Announcements::wait(const std::shared_ptr<Ear>& ear) {
    ear->socket.async_wait(net::socket_base::wait_read, [self = shared_from_this(), ear](net::error_code error) {
        if (error || !ear->socket.is_open()) {
            return; // closed
        }
        self->drain(*ear);
        if (ear->socket.is_open()) {
            self->wait(ear);
        }
    });
}

void Announcements::drain(Ear& ear) {
    for (unsigned taken = 0; taken < drainLimit && ear.socket.is_open(); ++taken) {
        net::error_code error;
        net::ip::udp::endpoint from;
        const std::size_t size = receiveOfGroup(ear.socket, room_, from, error);
        if (error) {
            return;
        }
        if (size > 0) {
            handler_(from, wire::Bytes{room_}.first(size));
        }
    }
}

} // namespace portolan::transport
