// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <cstdint>
#include <optional>

// What the PREFIX64 options of one message say together (RFC 7225 §4.3).
export module portolan.wire:nat64;

import :refusal;
import :address;
import :option_code;
import :prefix64;
import :option;
import :options;

namespace portolan::wire {

/// Calls `visit` with each PREFIX64 that can be read; the others count as absent.
template <class Visitor>
constexpr void forEachPrefix64(const Options& options, Visitor visit) noexcept {
    for (const RawOption raw : options) {
        if (raw.code != OptionCode::prefix64) {
            continue;
        }
        if (const auto option = readPrefix64(raw.data, raw.offset)) {
            visit(option.assume_value());
        }
    }
}

} // namespace portolan::wire

export namespace portolan::wire {

/// The PREFIX64 of a message that serves an IPv4 destination: the first, if none has a list; otherwise the one whose
/// list covers the destination most closely, or else the first without a list. None if there is none.
[[nodiscard]] constexpr std::optional<Prefix64> prefix64For(const Options& options,
                                                            const Ipv4Octets& destination) noexcept {
    std::optional<Prefix64> unlisted;
    std::optional<Prefix64> closest;
    std::uint16_t bits = 0;
    forEachPrefix64(options, [&](const Prefix64& option) {
        if (option.ipv4.empty()) {
            unlisted = unlisted.has_value() ? unlisted : std::optional{option};
            return;
        }
        const auto match = option.ipv4.longestMatch(destination);
        if (match && (!closest || *match > bits)) {
            closest = option;
            bits = *match;
        }
    });
    return closest ? closest : unlisted;
}

/// The IPv6 address that reaches an IPv4 destination through the NAT64 of a message's PREFIX64 options; none if they
/// do not serve it.
[[nodiscard]] constexpr std::optional<Address> synthesize(const Options& options,
                                                          const Ipv4Octets& destination) noexcept {
    const auto option = prefix64For(options, destination);
    return option ? std::optional{option->synthesize(destination)} : std::nullopt;
}

/// The IPv4 address in an IPv6 one that has any of the prefixes of a message; none if it has none of them.
[[nodiscard]] constexpr std::optional<Ipv4Octets> embeddedIpv4(const Options& options,
                                                               const Address& address) noexcept {
    std::optional<Ipv4Octets> found;
    forEachPrefix64(options, [&](const Prefix64& option) { found = found ? found : option.embedded(address); });
    return found;
}

} // namespace portolan::wire
