// SPDX-License-Identifier: MIT
module;

#include <cstddef>
#include <cstdint>
#include <optional>

module portolan.gateway;

namespace portolan::gateway::netlink {

namespace {

constexpr std::size_t typeAt = 4; // in struct nlmsghdr

/// NLMSG_* and RTM_*.
enum MessageType : std::uint16_t {
    errorMessage = 2,
    overrun = 4,
    newLink = 16,
    deletedLink = 17,
    newAddress = 20,
    deletedAddress = 21,
    newRoute = 24,
    deletedRoute = 25,
    newNextHop = 104,
    deletedNextHop = 105,
};

// struct rtmsg: family 1, destination length 1, ..., flags 4 at the end.
constexpr std::size_t routeHeaderSize = 12;
constexpr std::size_t destinationLengthAt = 1;
constexpr std::size_t routeFlagsAt = 8;
constexpr std::uint32_t flagCloned = 0x200; // RTM_F_CLONED

// struct ifinfomsg: family 1, nothing 1, type 2, index 4, flags 4, changed flags 4.
constexpr std::size_t linkHeaderSize = 16;
constexpr std::uint16_t wirelessEvent = 11; // IFLA_WIRELESS

News ofRoute(wire::Bytes body) noexcept {
    if (body.size() < routeHeaderSize) {
        return {.lost = true};
    }
    if (body[0] != familyV4 && body[0] != familyV6) {
        return {};
    }
    const Family family = body[0] == familyV4 ? Family::v4 : Family::v6;
    const bool cloned = (load<std::uint32_t>(body, routeFlagsAt) & flagCloned) != 0;
    return {.routes = !cloned && mayBeDefault(family, body[destinationLengthAt])};
}

News ofLink(wire::Bytes body) noexcept {
    if (body.size() < linkHeaderSize) {
        return {.lost = true};
    }
    bool wireless = false;
    const bool whole = eachAttribute(body.subspan(linkHeaderSize), [&](const Attribute& attribute) {
        wireless = wireless || attribute.type == wirelessEvent;
        return true;
    });
    return {.links = body[0] == 0 && !wireless, .lost = !whole};
}

News ofMessage(std::uint16_t type, wire::Bytes body) noexcept {
    switch (type) {
    case newRoute:
    case deletedRoute:
        return ofRoute(body);
    case newNextHop:
    case deletedNextHop:
        return {.routes = true};
    case newAddress:
    case deletedAddress:
        return {.addresses = true};
    case newLink:
    case deletedLink:
        return ofLink(body);
    case errorMessage:
    case overrun:
        return {.lost = true};
    default:
        return {};
    }
}

} // namespace

News readNews(wire::Bytes datagram) noexcept {
    News news;
    while (!datagram.empty()) {
        const auto message = datagram.size() < messageHeaderSize
                                 ? std::nullopt
                                 : takeRecord(datagram, messageHeaderSize, load<std::uint32_t>(datagram, 0));
        if (!message) {
            news.lost = true;
            return news;
        }
        news |= ofMessage(load<std::uint16_t>(*message, typeAt), message->subspan(messageHeaderSize));
    }
    return news;
}

} // namespace portolan::gateway::netlink
