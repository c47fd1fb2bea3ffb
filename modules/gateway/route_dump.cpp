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

constexpr std::uint8_t typeUnicast = 1;     // RTN_UNICAST
constexpr std::uint32_t flagCloned = 0x200; // RTM_F_CLONED

/// RTA_*.
enum RouteAttribute : std::uint16_t {
    destination = 1,
    source = 2,
    outInterface = 4,
    priority = 6,
    preferredSource = 7,
    multipath = 9,
    tableNumber = 15,
    routerPreference = 20,
    nextHopObject = 30,
};

/// What one route message says, before it is split into its next hops.
struct RouteMessage {
    Route route;
    std::uint8_t sourceLength;
    std::optional<wire::Bytes> hops{};
};

/// Puts the address that `value` must hold into `to`; false if it holds none.
bool readAddress(Family family, wire::Bytes value, std::optional<wire::Address>& to) {
    to = loadAddress(number(family), value);
    return to.has_value();
}

template <class T>
bool readNumber(wire::Bytes value, T& to) {
    const auto read = loadAll<T>(value);
    to = read.value_or(to);
    return read.has_value();
}

bool readDestination(wire::Bytes value, Route& route) {
    const auto address = loadAddress(number(route.gateway.family), value);
    route.destination.address = address.value_or(route.destination.address);
    return address.has_value();
}

bool readSource(wire::Bytes value, RouteMessage& message) {
    const auto address = loadAddress(number(message.route.gateway.family), value);
    if (address && message.sourceLength != 0) {
        message.route.gateway.onlyFrom = Prefix{*address, message.sourceLength};
    }
    return address.has_value();
}

bool readPreference(wire::Bytes value, Preference& to) {
    if (value.size() != 1) {
        return false;
    }
    const int signedTwoBits = value[0] & 3; // RFC 4191 §2.1
    to = signedTwoBits == 1 ? Preference::high : signedTwoBits == 3 ? Preference::low : Preference::medium;
    return true;
}

bool readAttribute(const Attribute& attribute, RouteMessage& message) {
    Gateway& gateway = message.route.gateway;
    switch (attribute.type) {
    case destination:
        return readDestination(attribute.value, message.route);
    case source:
        return readSource(attribute.value, message);
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
    case nextHopObject:
        return readNumber(attribute.value, message.route.nextHopObject);
    case multipath:
        message.hops = attribute.value;
        return true;
    default:
        return readHopAttribute(attribute, gateway);
    }
}

/// Whether the fixed part of a message already says that the route is not one to look at. Most are not.
bool isBeside(Family family, wire::Bytes body) {
    return body[0] != number(family) || body[typeAt] != typeUnicast || body[serviceAt] != 0 ||
           !mayBeDefault(family, body[destinationLengthAt]) || (load<std::uint32_t>(body, flagsAt) & flagCloned) != 0;
}

/// What a message says; none if it is malformed.
std::optional<RouteMessage> readMessage(Family family, wire::Bytes body) {
    RouteMessage message{.route = {}, .sourceLength = body[sourceLengthAt]};
    message.route.gateway.family = family;
    message.route.gateway.table = body[tableAt];
    message.route.destination = {family == Family::v4 ? wire::Address::anyV4() : wire::Address::anyV6(),
                                 body[destinationLengthAt]};
    const bool whole = eachAttribute(body.subspan(routeHeaderSize),
                                     [&](const Attribute& attribute) { return readAttribute(attribute, message); });
    return whole ? std::optional{std::move(message)} : std::nullopt;
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
    std::optional<RouteMessage> message = readMessage(family_, body);
    if (!message) {
        return false;
    }
    std::vector<Route> found;
    if (message->hops) {
        if (!readHops(*message->hops, message->route, found)) {
            return false;
        }
    } else if ((load<std::uint32_t>(body, flagsAt) & flagsUseless) == 0) {
        found.push_back(std::move(message->route));
    }
    for (Route& route : found) {
        const bool leads = route.gateway.interfaceIndex != 0 || route.nextHopObject != 0;
        if (leads && mayBeDefault(family_, route.destination)) {
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
