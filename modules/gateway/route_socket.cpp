// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <bit>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <system_error>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::route_socket {

namespace {

// What every message begins with.
constexpr std::size_t versionAt = 2;
constexpr std::size_t typeAt = 3;
constexpr std::size_t prefaceSize = 4;

// RTM_*, the same everywhere.
constexpr std::uint8_t typeAdd = 1;
constexpr std::uint8_t typeChange = 3;
constexpr std::uint8_t typeGet = 4; // of what a dump lists

// RTF_*, the same everywhere.
constexpr std::uint32_t flagUp = 0x1;
constexpr std::uint32_t flagHost = 0x4;

// AF_*, the same everywhere.
constexpr std::uint8_t familyV4 = 2;
constexpr std::uint8_t familyLink = 18;

// struct sockaddr and its kin: length 1, family 1, then what depends on the family.
constexpr std::size_t v4At = 4;        // the address in struct sockaddr_in
constexpr std::size_t v6At = 8;        // the address in struct sockaddr_in6
constexpr std::size_t linkIndexAt = 2; // the interface in struct sockaddr_dl

/// The addresses that may follow a header, in their order: the bits of RTA_*.
enum Place : std::size_t { destination, router, netmask, generatingMask, interface, interfaceAddress, placeCount };

using Places = std::array<std::optional<wire::Bytes>, placeCount>;

constexpr std::uint8_t priorityMask = 0x7f; // RTP_MASK; the bit above says that the route is down
constexpr std::uint32_t tableOfScoped = 0;

Error malformed(std::size_t offset, const char* what) {
    return {std::make_error_code(std::errc::bad_message), fmt::format("{} at octet {} of the routes", what, offset)};
}

template <class T>
T load(wire::Bytes octets, std::size_t at) noexcept {
    T value;
    std::memcpy(&value, octets.data() + at, sizeof value);
    return value;
}

/// The message at `offset`; none if it is not all there.
std::optional<wire::Bytes> messageAt(wire::Bytes dump, std::size_t offset) noexcept {
    const wire::Bytes rest = dump.subspan(offset);
    if (rest.size() < prefaceSize) {
        return std::nullopt;
    }
    const std::size_t length = load<std::uint16_t>(rest, 0);
    return length < prefaceSize || length > rest.size() ? std::nullopt : std::optional{rest.first(length)};
}

/// Where the addresses of a message about a route begin; none if its header is not all there.
std::optional<std::size_t> headerOf(const RouteLayout& layout, wire::Bytes message) noexcept {
    if (message.size() < layout.headerSize) {
        return std::nullopt;
    }
    const std::size_t size =
        layout.headerSizeAt == 0 ? layout.headerSize : load<std::uint16_t>(message, layout.headerSizeAt);
    const bool sound = size >= layout.headerSize && size <= message.size();
    return sound ? std::optional{size} : std::nullopt;
}

/// Cuts out the addresses of a message, of which the header takes up `header` octets. What was wrong is at the offset
/// that is the answer.
std::optional<std::size_t> readPlaces(const RouteLayout& layout, wire::Bytes message, std::size_t header,
                                      Places& places) noexcept {
    const auto present = load<std::uint32_t>(message, layout.addressesAt);
    std::size_t at = header;
    for (std::size_t place = 0; place < placeCount; ++place) {
        if ((present >> place & 1U) == 0) {
            continue;
        }
        if (at >= message.size() || message[at] > message.size() - at) {
            return at;
        }
        const std::size_t length = message[at];
        places[place] = message.subspan(at, length);
        const std::size_t room = std::max<std::size_t>(length, 1);
        at += (room + layout.alignment - 1) / layout.alignment * layout.alignment;
    }
    return std::nullopt;
}

/// The family of an address; 0 for one that is too short to say.
std::uint8_t familyOf(wire::Bytes place) noexcept {
    return place.size() < 2 ? 0 : place[1];
}

/// The octets of an address or a mask from `at` on; those that were left out at the end are zeros.
template <std::size_t Size>
std::array<std::uint8_t, Size> octetsAt(wire::Bytes place, std::size_t at) noexcept {
    std::array<std::uint8_t, Size> octets{};
    if (place.size() > at) {
        std::copy_n(place.begin() + static_cast<std::ptrdiff_t>(at), std::min(Size, place.size() - at), octets.begin());
    }
    return octets;
}

/// How many bits a mask has in front; none if more follow behind a gap.
template <std::size_t Size>
std::optional<std::uint8_t> lengthOf(const std::array<std::uint8_t, Size>& mask) noexcept {
    unsigned length = 0;
    bool ended = false;
    for (const std::uint8_t octet : mask) {
        const auto ones = static_cast<unsigned>(std::countl_one(octet));
        if (ended ? octet != 0 : static_cast<unsigned>(std::popcount(octet)) != ones) {
            return std::nullopt;
        }
        ended = ended || ones != 8;
        length += ones;
    }
    return static_cast<std::uint8_t>(length);
}

/// An address, and the interface that was written into it.
struct Scoped {
    wire::Address address;
    std::uint32_t interfaceIndex = 0;
};

/// KAME's kernels keep the scope of a link-local address in its third and fourth octet, which are zeros otherwise.
Scoped unembedded(wire::Address address) noexcept {
    if (!isLinkLocal(address)) {
        return {address, 0};
    }
    const std::uint32_t scope = static_cast<std::uint32_t>(address.octets[2]) << 8 | address.octets[3];
    address.octets[2] = 0;
    address.octets[3] = 0;
    return {address, scope};
}

std::optional<Scoped> addressIn(const RouteLayout& layout, wire::Bytes place) noexcept {
    if (familyOf(place) == familyV4) {
        return Scoped{wire::Address::v4(octetsAt<4>(place, v4At)), 0};
    }
    if (familyOf(place) == layout.familyV6) {
        return unembedded(wire::Address{octetsAt<16>(place, v6At)});
    }
    return std::nullopt;
}

std::uint32_t interfaceIn(const std::optional<wire::Bytes>& place) noexcept {
    const bool names = place && familyOf(*place) == familyLink && place->size() >= linkIndexAt + 2;
    return names ? load<std::uint16_t>(*place, linkIndexAt) : 0;
}

/// What a route is for; none if it is of no family of ours, or has a mask that makes no prefix.
struct Destination {
    Family family{};
    Prefix prefix;
};

std::optional<Destination> destinationOf(const RouteLayout& layout, std::uint32_t flags,
                                         const Places& places) noexcept {
    const auto address = places[destination] ? addressIn(layout, *places[destination]) : std::nullopt;
    if (!address) {
        return std::nullopt;
    }
    const Family family = familyOf(*places[destination]) == familyV4 ? Family::v4 : Family::v6;
    const std::uint8_t all = family == Family::v4 ? 32 : 128;
    if ((flags & flagHost) != 0) {
        return Destination{family, {address->address, all}};
    }
    if (!places[netmask]) {
        // Kernels leave the mask of a default route out; that of another is always there.
        return address->address.isAny() ? std::optional{Destination{family, {address->address, 0}}} : std::nullopt;
    }
    // The family of a mask is garbage on some systems.
    const auto length = family == Family::v4 ? lengthOf(octetsAt<4>(*places[netmask], v4At))
                                             : lengthOf(octetsAt<16>(*places[netmask], v6At));
    return length ? std::optional{Destination{family, {address->address, *length}}} : std::nullopt;
}

/// The table, the metric and the interface that the header names.
void readHeader(const RouteLayout& layout, wire::Bytes message, Gateway& gateway) noexcept {
    gateway.interfaceIndex = load<std::uint16_t>(message, layout.indexAt);
    if (layout.tableAt != 0) {
        const auto table = load<std::uint16_t>(message, layout.tableAt);
        gateway.table = table == 0 ? mainTable : table;
    }
    if (layout.priorityAt != 0) {
        gateway.metric = message[layout.priorityAt] & priorityMask;
    }
    if ((load<std::uint32_t>(message, layout.flagsAt) & layout.flagScoped) != 0) {
        gateway.table = tableOfScoped;
    }
}

/// The route that a message tells of, if it is one to look at.
std::optional<Route> routeOf(const RouteLayout& layout, Family family, wire::Bytes message, const Places& places) {
    const auto flags = load<std::uint32_t>(message, layout.flagsAt);
    if ((flags & flagUp) == 0 || (flags & layout.flagsBeside) != 0) {
        return std::nullopt;
    }
    const auto to = destinationOf(layout, flags, places);
    if (!to || to->family != family || !mayBeDefault(family, to->prefix)) {
        return std::nullopt;
    }
    Route route;
    route.destination = to->prefix;
    route.gateway.family = family;
    readHeader(layout, message, route.gateway);
    std::uint32_t scope = interfaceIn(places[interface]);
    if (const auto hop = places[router] ? addressIn(layout, *places[router]) : std::nullopt) {
        if (!hop->address.isAny()) {
            route.gateway.address = hop->address;
        }
        scope = scope == 0 ? hop->interfaceIndex : scope;
    } else if (scope == 0) {
        scope = interfaceIn(places[router]);
    }
    if (route.gateway.interfaceIndex == 0) {
        route.gateway.interfaceIndex = scope;
    }
    const auto own = places[interfaceAddress] ? addressIn(layout, *places[interfaceAddress]) : std::nullopt;
    if (own && !own->address.isAny() && own->address.isV4() == (family == Family::v4)) {
        route.gateway.preferredSource = own->address;
    }
    return route.gateway.interfaceIndex == 0 ? std::nullopt : std::optional{route};
}

/// What one message tells of; a message of another version of the layout tells nothing.
News newsOf(const RouteLayout& layout, wire::Bytes message) noexcept {
    const std::uint8_t type = message[typeAt];
    if (message[versionAt] != layout.version || type == 0) {
        return {};
    }
    if (type >= typeAdd && type <= typeChange) {
        Places places;
        const auto header = headerOf(layout, message);
        if (!header || readPlaces(layout, message, *header, places)) {
            return {.lost = true};
        }
        const auto to = destinationOf(layout, load<std::uint32_t>(message, layout.flagsAt), places);
        return {.routes = to && mayBeDefault(to->family, to->prefix)};
    }
    return {.addresses = type == layout.newAddress || type == layout.deletedAddress,
            .links = std::ranges::find(layout.link, type) != layout.link.end(),
            .lost = type == layout.lost};
}

} // namespace

result<std::vector<Route>> readRoutes(const RouteLayout& layout, Family family, wire::Bytes dump) {
    std::vector<Route> routes;
    for (std::size_t offset = 0; offset < dump.size();) {
        const auto message = messageAt(dump, offset);
        if (!message) {
            return malformed(offset, "a message has an impossible length");
        }
        if ((*message)[versionAt] == layout.version && (*message)[typeAt] == typeGet) {
            const auto header = headerOf(layout, *message);
            if (!header) {
                return malformed(offset, "a message is shorter than its header");
            }
            Places places;
            if (const auto wrong = readPlaces(layout, *message, *header, places)) {
                return malformed(offset + *wrong, "an address is longer than its message");
            }
            if (auto route = routeOf(layout, family, *message, places)) {
                routes.push_back(*route);
            }
        }
        offset += message->size();
    }
    return routes;
}

News readNews(const RouteLayout& layout, wire::Bytes datagram) noexcept {
    News news;
    for (std::size_t offset = 0; offset < datagram.size();) {
        const auto message = messageAt(datagram, offset);
        if (!message) {
            news.lost = true;
            return news;
        }
        news |= newsOf(layout, *message);
        offset += message->size();
    }
    return news;
}

} // namespace portolan::gateway::route_socket
