// SPDX-License-Identifier: MIT
export module portolan.servers:destination;

import portolan.std;
import portolan.wire;

export namespace portolan::servers {

/// An address of a server, and where packets to it would come from.
struct Destination {
    wire::Address address;
    std::optional<wire::Address> source{}; ///< none: this host cannot reach it from an address that would do
    bool deprecated = false;               ///< the source is past its preferred lifetime

    friend bool operator==(const Destination&, const Destination&) = default;
};

/// The order in which these addresses are to be tried, best first, as their places in `destinations`: RFC 6724 §6 with
/// the policy table of its §2.1. Rules 4 (mobile hosts) and 7 (tunnels) take what is not told here; they decide
/// nothing.
[[nodiscard]] std::vector<std::size_t> destinationOrder(std::span<const Destination> destinations);

} // namespace portolan::servers
