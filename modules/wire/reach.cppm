// SPDX-License-Identifier: MIT
export module portolan.wire:reach;

import portolan.std;
import :address;

export namespace portolan::wire {

/// From where an address can be reached: an external address that is not `global` means that what a gateway maps cannot
/// be reached from the Internet, as another NAT lies beyond it.
enum class Reach : std::uint8_t {
    global,         ///< none of the following
    privateAddress, ///< of a private network: 10/8, 172.16/12, 192.168/16 (RFC 1918), fc00::/7 (RFC 4193)
    sharedAddress,  ///< of a provider's NAT: 100.64/10 (RFC 6598), 192.0.0.0/29 (DS-Lite, RFC 6333 §5.7)
    linkLocal,      ///< 169.254/16 (RFC 3927), fe80::/10
    loopback,       ///< 127/8, ::1
    unspecified,    ///< 0/8, ::
    multicast,      ///< 224/4, ff00::/8
    reserved,       ///< 240/4 (RFC 1112 §4), 198.18/15 (benchmarks, RFC 2544), 100::/64 (discard, RFC 6666)
};

/// The same as a word, for logs and JSON.
[[nodiscard]] constexpr std::string_view name(Reach reach) noexcept {
    switch (reach) {
    case Reach::global:
        return "global";
    case Reach::privateAddress:
        return "private";
    case Reach::sharedAddress:
        return "shared";
    case Reach::linkLocal:
        return "link-local";
    case Reach::loopback:
        return "loopback";
    case Reach::unspecified:
        return "unspecified";
    case Reach::multicast:
        return "multicast";
    case Reach::reserved:
        return "reserved";
    }
    return {};
}

/// From where the address can be reached, by the special-purpose registries (RFC 6890). The ranges for documentation
/// are `global`: networks that play the Internet use them for what is global there.
[[nodiscard]] constexpr Reach reachOf(const Address& address) noexcept {
    if (!address.isV4()) {
        const std::uint8_t first = address.octets[0];
        const bool isLow = std::all_of(address.octets.begin(), address.octets.end() - 1,
                                       [](std::uint8_t octet) { return octet == 0; });
        if (isLow && address.octets[15] <= 1) {
            return address.octets[15] == 0 ? Reach::unspecified : Reach::loopback;
        }
        if (first == 0xfe && (address.octets[1] & 0xc0) == 0x80) {
            return Reach::linkLocal;
        }
        if (first == 0xff) {
            return Reach::multicast;
        }
        constexpr std::array<std::uint8_t, 8> discard{1};
        if (std::equal(discard.begin(), discard.end(), address.octets.begin())) {
            return Reach::reserved;
        }
        return (first & 0xfe) == 0xfc ? Reach::privateAddress : Reach::global;
    }
    const auto [a, b, c, d] = address.v4Octets();
    if (a == 0) {
        return Reach::unspecified;
    }
    if (a == 127) {
        return Reach::loopback;
    }
    if (a == 169 && b == 254) {
        return Reach::linkLocal;
    }
    if (a == 10 || (a == 172 && (b & 0xf0) == 16) || (a == 192 && b == 168)) {
        return Reach::privateAddress;
    }
    if ((a & 0xf0) == 224) {
        return Reach::multicast;
    }
    if (a >= 240 || (a == 198 && (b & 0xfe) == 18)) {
        return Reach::reserved;
    }
    const bool isDsLite = a == 192 && b == 0 && c == 0 && d < 8;
    return isDsLite || (a == 100 && (b & 0xc0) == 64) ? Reach::sharedAddress : Reach::global;
}

} // namespace portolan::wire
