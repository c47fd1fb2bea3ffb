// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::netlink {

namespace {

constexpr std::uint16_t newRoute = 24; // RTM_NEWROUTE
constexpr std::uint16_t getRoute = 26; // RTM_GETROUTE

// struct rtmsg: family, destination length, source length, type of service, table, protocol, scope, type: one octet
// each; flags 4.
constexpr std::size_t routeHeaderSize = 12;
constexpr std::size_t destinationLengthAt = 1;
constexpr std::size_t sourceLengthAt = 2;
constexpr std::size_t serviceAt = 3;
constexpr std::size_t tableAt = 4;
constexpr std::size_t typeAt = 7;
constexpr std::size_t flagsAt = 8;

constexpr std::uint8_t typeUnicast = 1;             // RTN_UNICAST
constexpr std::uint32_t flagCloned = 0x200;         // RTM_F_CLONED
constexpr std::uint32_t flagsUseless = 1 | 16 | 32; // RTNH_F_DEAD, RTNH_F_LINKDOWN, RTNH_F_UNRESOLVED

/// RTA_*.
enum RouteAttribute : std::uint16_t {
    destination = 1,
    source = 2,
    outInterface = 4,
    gatewayAddress = 5,
    priority = 6,
    preferredSource = 7,
    multipath = 9,
    tableNumber = 15,
    via = 18,
    routerPreference = 20,
};

// struct rtnexthop: length 2, flags 1, weight 1, interface 4; attributes follow.
constexpr std::size_t hopHeaderSize = 8;

/// What one route message says, before it is split into its next hops.
struct RouteMessage {
    Route route;
    std::uint8_t sourceLength;
    std::optional<wire::Bytes> hops{};
};

Preference preferenceOf(std::uint8_t value) {
    switch (value & 3) { // RFC 4191 §2.1: two bits, signed
    case 1:
        return Preference::high;
    case 3:
        return Preference::low;
    default:
        return Preference::medium;
    }
}

/// Puts the address that `value` must hold into `to`; false if it holds none.
bool readAddress(Family family, wire::Bytes value, std::optional<wire::Address>& to) {
    to = loadAddress(number(family), value);
    return to.has_value();
}

/// As `readAddress`, for a next hop: the all-zeros address means that there is none.
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

template <class T>
bool readNumber(wire::Bytes value, T& to) {
    const auto read = loadAll<T>(value);
    to = read.value_or(to);
    return read.has_value();
}

bool readPreference(wire::Bytes value, Preference& to) {
    if (value.size() != 1) {
        return false;
    }
    to = preferenceOf(value[0]);
    return true;
}

/// The attributes that describe a next hop, in a route and in each hop of its list alike.
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

bool readAttribute(const Attribute& attribute, RouteMessage& message) {
    Gateway& gateway = message.route.gateway;
    std::optional<wire::Address> address;
    switch (attribute.type) {
    case destination:
        if (!readAddress(gateway.family, attribute.value, address)) {
            return false;
        }
        message.route.destination.address = *address;
        return true;
    case source:
        if (!readAddress(gateway.family, attribute.value, address)) {
            return false;
        }
        gateway.onlyFrom =
            message.sourceLength == 0 ? std::nullopt : std::optional{Prefix{*address, message.sourceLength}};
        return true;
    case outInterface:
        return readNumber(attribute.value, gateway.interfaceIndex);
    case priority:
        return readNumber(attribute.value, gateway.metric);
    case preferredSource:
        return readAddress(gateway.family, attribute.value, gateway.preferredSource);
    case tableNumber:
        return readNumber(attribute.value, gateway.table);
    case routerPreference:
        return readPreference(attribute.value, gateway.preference);
    case multipath:
        message.hops = attribute.value;
        return true;
    default:
        return readHopAttribute(attribute, gateway);
    }
}

/// Appends a route for each next hop in `hops`; false if they are malformed.
bool readHops(wire::Bytes hops, const Route& route, std::vector<Route>& to) {
    while (!hops.empty()) {
        if (hops.size() < hopHeaderSize) {
            return false;
        }
        const auto hop = takeRecord(hops, hopHeaderSize, load<std::uint16_t>(hops, 0));
        if (!hop) {
            return false;
        }
        Route one = route;
        one.gateway.interfaceIndex = load<std::uint32_t>(*hop, 4);
        if (!eachAttribute(hop->subspan(hopHeaderSize),
                           [&](const Attribute& attribute) { return readHopAttribute(attribute, one.gateway); })) {
            return false;
        }
        if (((*hop)[2] & flagsUseless) == 0) {
            to.push_back(std::move(one));
        }
    }
    return true;
}

/// Whether the fixed part of a message already says that the route is not one to look at. Most are not.
bool isBeside(Family family, wire::Bytes body) {
    return body[0] != number(family) || body[typeAt] != typeUnicast || body[serviceAt] != 0 ||
           !mayBeDefault(family, body[destinationLengthAt]) || (load<std::uint32_t>(body, flagsAt) & flagCloned) != 0;
}

} // namespace

RouteDump::RouteDump(Family family) noexcept : Dump(newRoute), family_(family) {}

void RouteDump::clear() {
    routes_.clear();
}

bool RouteDump::take(wire::Bytes body) {
    if (body.size() < routeHeaderSize) {
        return false;
    }
    if (isBeside(family_, body)) {
        return true;
    }
    RouteMessage message{.route = {}, .sourceLength = body[sourceLengthAt]};
    Gateway& gateway = message.route.gateway;
    gateway.family = family_;
    gateway.table = body[tableAt];
    message.route.destination = {family_ == Family::v4 ? wire::Address::anyV4() : wire::Address::anyV6(),
                                 body[destinationLengthAt]};
    if (!eachAttribute(body.subspan(routeHeaderSize),
                       [&](const Attribute& attribute) { return readAttribute(attribute, message); })) {
        return false;
    }
    if (!mayBeDefault(family_, message.route.destination)) {
        return true;
    }
    std::vector<Route> found;
    if (message.hops) {
        if (!readHops(*message.hops, message.route, found)) {
            return false;
        }
    } else if ((load<std::uint32_t>(body, flagsAt) & flagsUseless) == 0) {
        found.push_back(std::move(message.route));
    }
    for (Route& route : found) {
        if (route.gateway.interfaceIndex != 0) {
            routes_.push_back(std::move(route));
        }
    }
    return true;
}

std::array<std::uint8_t, routeRequestSize> routeRequest(Family family, std::uint32_t sequence) noexcept {
    std::array<std::uint8_t, routeRequestSize> octets{};
    storeDumpHeader(octets, getRoute, sequence);
    octets[messageHeaderSize] = number(family);
    octets[messageHeaderSize + typeAt] = typeUnicast;
    return octets;
}

} // namespace portolan::gateway::netlink
