// SPDX-License-Identifier: MIT
export module portolan.gateway:source;

import portolan.std;
import portolan.error;
import :route;

export namespace portolan::gateway {

/// An address of this host.
struct LocalAddress {
    wire::Address address{};
    std::uint8_t prefixLength = 0; ///< in its own family
    std::uint32_t interfaceIndex = 0;
    bool usable = true;      ///< not (or not yet) refused by duplicate address detection (RFC 4862 §5.4)
    bool deprecated = false; ///< past its preferred lifetime: for old connections only (RFC 4862 §5.5.4)
    bool temporary = false;  ///< made to change, for privacy (RFC 8981)

    friend bool operator==(const LocalAddress&, const LocalAddress&) = default;
};

/// Which IPv6 addresses may be the source of requests, and so the inside of mappings.
struct SourceOptions {
    /// Take a unique local address (fc00::/7) where there is no global one. Off: RFC 6887 §8.4 wants a global one,
    /// and gateways refuse pinholes to others.
    bool allowUniqueLocal = false;
    /// Take a temporary address before a lasting one. Off: a mapping dies with the address it was made for.
    bool preferTemporary = false;
};

/// The IPv6 source address for requests to `gateway`, out of `addresses` (RFC 6887 §8.4).
///
/// The stack's own choice is of no use: towards a gateway known by its link-local address it takes a link-local source,
/// and a mapping to that is a mapping to nowhere. So: an address of the gateway's interface (of any, where
/// `interfaceIndex` is 0) that is global, and lies in the route's `onlyFrom`. The route's preferred source goes first,
/// on whatever interface it is; then what is not deprecated; then what is not temporary; then as listed.
///
/// `Errc::noSourceAddress` if there is none; `detail` says why.
[[nodiscard]] result<wire::Address> selectSource(std::span<const LocalAddress> addresses, const Gateway& gateway,
                                                 SourceOptions options = {});

/// Whether `prefix` holds `address`. Families never hold one another.
[[nodiscard]] bool contains(const Prefix& prefix, const wire::Address& address) noexcept;

} // namespace portolan::gateway

namespace portolan::gateway {

/// fe80::/10 (RFC 4291 §2.5.6).
[[nodiscard]] bool isLinkLocal(const wire::Address& address) noexcept;

/// ::1, and 127.0.0.0/8.
[[nodiscard]] bool isLoopback(const wire::Address& address) noexcept;

} // namespace portolan::gateway
