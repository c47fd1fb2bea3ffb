// SPDX-License-Identifier: MIT
module;

#include "../support/octets.hpp"

/// Messages of the route sockets of macOS and the BSDs, made up from what is written down of each system's layout.
export module portolan.test.route_messages;

import portolan.std;
import portolan.gateway;

export namespace portolan::testing {

/// Every layout there is.
[[nodiscard]] std::span<const gateway::route_socket::RouteLayout> layouts();

/// Builds the messages of one system in the host's byte order, as its kernel does.
class RouteWriter {
public:
    explicit RouteWriter(const gateway::route_socket::RouteLayout& layout) : layout_(layout) {}

    /// Starts a message; its length is filled in by the next one or by `octets()`. Type 4 is that of a dump's routes.
    RouteWriter& message(std::uint32_t flags = 0x3, std::uint16_t interfaceIndex = 2, std::uint8_t type = 4);
    /// Sets an octet, or two, of the header of the message begun last.
    RouteWriter& header8(std::size_t at, std::uint8_t value);
    RouteWriter& header16(std::size_t at, std::uint16_t value);

    // What follows the header, in this order: the bits 0, 1, 2, 4 and 5 of RTA_*.
    RouteWriter& destination(std::string_view text) { return place(0, address(text)); }

    RouteWriter& router(std::string_view text) { return place(1, address(text)); }

    /// A link instead of a router.
    RouteWriter& link(std::uint16_t interfaceIndex, std::size_t bit = 1);
    /// A mask of so many ones; systems leave out zeros at its end, all of them if need be.
    RouteWriter& mask(bool v4, std::uint8_t ones);

    RouteWriter& interfaceAddress(std::string_view text) { return place(5, address(text)); }

    /// Any octets as the address with this bit, padded.
    RouteWriter& place(unsigned bit, const Octets& octets);

    [[nodiscard]] const Octets& octets();

private:
    [[nodiscard]] Octets address(std::string_view text) const;
    void close();

    gateway::route_socket::RouteLayout layout_;
    Octets octets_;
    std::optional<std::size_t> start_;
};

/// The routes of a home: a default route by 192.168.1.1, or fe80::1, by interface 2, the network on the link, a host,
/// and what the system keeps beside them, as each system lists them.
[[nodiscard]] Octets homeRoutes(const gateway::route_socket::RouteLayout& layout);

/// tests/vectors/route_socket/NAME.hex, where `homeRoutes()` of each system is kept.
[[nodiscard]] Octets keptRoutes(std::string_view system);

} // namespace portolan::testing
