// SPDX-License-Identifier: MIT
export module portolan.upnp:url;

import portolan.std;
import :error;

export namespace portolan::upnp {

/// An http URL with a literal address. Names are never resolved: whoever answers for them is not the gateway.
struct Url {
    wire::Address host;
    std::uint16_t port = 80;
    std::string target = "/"; ///< path and query

    friend bool operator==(const Url&, const Url&) = default;
};

/// "192.168.1.1:5000" or "[fe80::1]:5000"; without the port where it is 80.
[[nodiscard]] std::string hostText(const Url& url);

/// "http://192.168.1.1:5000/rootDesc.xml".
[[nodiscard]] std::string text(const Url& url);

/// Reads an absolute URL (RFC 3986). `Fault::badUrl`: another scheme, a name for a host, a user, port 0, or not a URL.
[[nodiscard]] result<Url> parseUrl(std::string_view text);

/// What `reference` means where `base` is read. A reference that begins with two slashes is a path here, as it is
/// for the gateways that write it.
[[nodiscard]] result<Url> resolve(const Url& base, std::string_view reference);

/// A network that a host is on.
struct OnLink {
    wire::Address network;
    std::uint8_t prefixLength = 128; ///< in 128 bits: 96 more than usual for IPv4
};

/// Whom a gateway's own words may send us to: the gateway alone.
struct Trust {
    wire::Address gateway;      ///< the address it is asked at
    std::vector<OnLink> onLink; ///< where further addresses of its may lie

    /// Whether this may be an address of the gateway: the one it is asked at, or one on the link. Loopback addresses,
    /// groups and the unspecified one are not, unless the gateway is asked at just that address.
    [[nodiscard]] bool covers(const wire::Address& address) const noexcept;

    /// The URL with the gateway's address for its host, so that nobody else is asked, whatever it says;
    /// `Fault::foreignUrl` if the host cannot be the gateway.
    [[nodiscard]] result<Url> admit(Url url) const;
};

} // namespace portolan::upnp
