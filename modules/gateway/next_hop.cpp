// SPDX-License-Identifier: MIT
module;

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::netlink {

namespace {

/// RTA_*, in a route and in each hop of its list alike.
enum HopAttribute : std::uint16_t { gatewayAddress = 5, via = 18 };

// struct rtnexthop: length 2, flags 1, weight 1, interface 4; attributes follow.
constexpr std::size_t hopHeaderSize = 8;
constexpr std::size_t hopFlagsAt = 2;
constexpr std::size_t hopInterfaceAt = 4;

/// A next hop of a family that may not be the route's: family 2, then the address.
bool readVia(wire::Bytes value, std::optional<wire::Address>& to) {
    if (value.size() < 2) {
        return false;
    }
    const auto family = load<std::uint16_t>(value, 0);
    if (family != familyV4 && family != familyV6) {
        to.reset(); // a label or a link-layer address is none that can be spoken to
        return true;
    }
    return readHop(static_cast<std::uint8_t>(family), value.subspan(2), to);
}

std::optional<wire::Bytes> takeHop(wire::Bytes& rest) {
    return rest.size() < hopHeaderSize ? std::nullopt : takeRecord(rest, hopHeaderSize, load<std::uint16_t>(rest, 0));
}

} // namespace

bool readHop(std::uint8_t family, wire::Bytes value, std::optional<wire::Address>& to) {
    to = loadAddress(family, value);
    if (!to) {
        return false;
    }
    if (to->isAny()) {
        to.reset();
    }
    return true;
}

bool readHopAttribute(const Attribute& attribute, Gateway& gateway) {
    switch (attribute.type) {
    case gatewayAddress:
        return readHop(number(gateway.family), attribute.value, gateway.address);
    case via:
        return readVia(attribute.value, gateway.address);
    default:
        return true;
    }
}

bool readHops(wire::Bytes hops, const Route& route, std::vector<Route>& to) {
    while (!hops.empty()) {
        const auto hop = takeHop(hops);
        if (!hop) {
            return false;
        }
        Route one = route;
        one.gateway.interfaceIndex = load<std::uint32_t>(*hop, hopInterfaceAt);
        if (!eachAttribute(hop->subspan(hopHeaderSize),
                           [&](const Attribute& attribute) { return readHopAttribute(attribute, one.gateway); })) {
            return false;
        }
        if (((*hop)[hopFlagsAt] & flagsUseless) == 0) {
            to.push_back(std::move(one));
        }
    }
    return true;
}

} // namespace portolan::gateway::netlink
