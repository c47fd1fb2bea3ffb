// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>

// What a NAT64 makes of IPv4 addresses (RFC 6052), and how PREFIX64 tells it (RFC 7225).
export module portolan.wire:prefix64;

import :refusal;
import :address;
import :octets;

export namespace portolan::wire {

/// The four octets of an IPv4 address, where only that family makes sense.
using Ipv4Octets = std::array<std::uint8_t, 4>;

/// A range of IPv4 addresses as PREFIX64 carries it (RFC 7225 §4.1).
struct Ipv4Prefix {
    Ipv4Octets address{};
    std::uint16_t length = 0; ///< bits, 0..32; a greater one comes from the wire and covers nothing

    [[nodiscard]] constexpr bool isValid() const noexcept { return length <= 32; }

    [[nodiscard]] constexpr bool covers(const Ipv4Octets& host) const noexcept {
        if (!isValid()) {
            return false;
        }
        const std::uint32_t differs = load32(address.data()) ^ load32(host.data());
        return length == 0 || (differs >> (32 - length)) == 0;
    }

    friend constexpr bool operator==(const Ipv4Prefix&, const Ipv4Prefix&) noexcept = default;
};

/// The IPv4 Prefix List of a PREFIX64: a view over its entries of 6 octets (RFC 7225 §4.1, Figure 2).
class Ipv4Prefixes {
public:
    class Iterator {
    public:
        using value_type = Ipv4Prefix;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::forward_iterator_tag;

        constexpr Iterator() noexcept = default;

        constexpr explicit Iterator(const std::uint8_t* at) noexcept : at_(at) {}

        [[nodiscard]] constexpr Ipv4Prefix operator*() const noexcept { return {loadArray<4>(at_ + 2), load16(at_)}; }

        constexpr Iterator& operator++() noexcept {
            at_ += entrySize;
            return *this;
        }

        constexpr Iterator operator++(int) noexcept {
            Iterator before = *this;
            ++*this;
            return before;
        }

        friend constexpr bool operator==(const Iterator&, const Iterator&) noexcept = default;

    private:
        const std::uint8_t* at_ = nullptr;
    };

    static constexpr std::size_t entrySize = 6; ///< octets of an entry

    constexpr Ipv4Prefixes() noexcept = default;

    /// Views encoded entries; octets behind the last whole one are left out.
    constexpr explicit Ipv4Prefixes(Bytes octets) noexcept
        : octets_(octets.first(octets.size() / entrySize * entrySize)) {}

    /// Encodes a list into the caller's room, which the result views; `noRoom` if it does not fit.
    [[nodiscard]] static constexpr result<Ipv4Prefixes> write(std::span<const Ipv4Prefix> list, Room room) noexcept {
        if (room.size() / entrySize < list.size()) {
            return Refusal{Fault::noRoom, static_cast<std::uint16_t>(room.size())};
        }
        std::uint8_t* at = room.data();
        for (const Ipv4Prefix& prefix : list) {
            store16(at, prefix.length);
            storeArray(at + 2, prefix.address);
            at += entrySize;
        }
        return Ipv4Prefixes{room.first(list.size() * entrySize)};
    }

    [[nodiscard]] constexpr Iterator begin() const noexcept { return Iterator{octets_.data()}; }

    [[nodiscard]] constexpr Iterator end() const noexcept { return Iterator{octets_.data() + octets_.size()}; }

    [[nodiscard]] constexpr std::size_t size() const noexcept { return octets_.size() / entrySize; }

    [[nodiscard]] constexpr bool empty() const noexcept { return octets_.empty(); }

    /// The encoded entries.
    [[nodiscard]] constexpr Bytes octets() const noexcept { return octets_; }

    /// The length of the longest valid prefix that covers the host; none if none does.
    [[nodiscard]] constexpr std::optional<std::uint16_t> longestMatch(const Ipv4Octets& host) const noexcept {
        std::optional<std::uint16_t> longest;
        for (const Ipv4Prefix prefix : *this) {
            if (prefix.covers(host)) {
                longest = std::max(longest.value_or(0), prefix.length);
            }
        }
        return longest;
    }

    friend constexpr bool operator==(const Ipv4Prefixes& a, const Ipv4Prefixes& b) noexcept {
        return std::ranges::equal(a.octets_, b.octets_);
    }

private:
    Bytes octets_;
};

/// PREFIX64 (RFC 7225): the prefix and suffix that a NAT64 puts around IPv4 addresses, and for which of them. As it is
/// made, it is what a request asks with: ::/96 and no list (§4.3).
struct Prefix64 {
    std::array<std::uint8_t, 12> octets{}; ///< the prefix, and behind it the suffix
    std::uint8_t prefixLength = 12;        ///< octets of the prefix: 4, 5, 6, 7, 8 or 12
    Ipv4Prefixes ipv4{};                   ///< the destinations it is for; none: all

    [[nodiscard]] constexpr Bytes prefix() const noexcept { return Bytes{octets}.first(size()); }

    [[nodiscard]] constexpr Bytes suffix() const noexcept { return Bytes{octets}.subspan(size()); }

    /// The prefix as an address whose other bits are zero.
    [[nodiscard]] constexpr Address prefixAddress() const noexcept;

    /// The IPv6 address that stands for an IPv4 one (RFC 6052 §2.2). Its octet 8 is zero, which pushes the last octet
    /// of the suffix out.
    [[nodiscard]] constexpr Address synthesize(const Ipv4Octets& ipv4Host) const noexcept;

    /// The IPv4 address in an IPv6 one of this prefix (RFC 6052 §2.3); none if it has another. The suffix may be any.
    [[nodiscard]] constexpr std::optional<Ipv4Octets> embedded(const Address& address) const noexcept;

    friend constexpr bool operator==(const Prefix64&, const Prefix64&) noexcept = default;

private:
    // another length is nobody's, but must not lead astray
    [[nodiscard]] constexpr std::size_t size() const noexcept { return std::min<std::size_t>(prefixLength, 12); }
};

/// Whether a prefix may be so many octets long (RFC 6052 §2.2).
[[nodiscard]] constexpr bool isPrefix64Length(std::size_t octets) noexcept {
    return (octets >= 4 && octets <= 8) || octets == 12;
}

} // namespace portolan::wire

namespace portolan::wire {

/// Octet 8, bits 64 to 71, is zero in every synthesised address (RFC 6052 §2.2).
inline constexpr std::size_t reservedOctetAt = 8;

/// Where octet `index` of the embedded IPv4 address stands behind a prefix of that length.
constexpr std::size_t embeddedAt(std::size_t prefixLength, std::size_t index) noexcept {
    const std::size_t at = prefixLength + index;
    return prefixLength < 12 && at >= reservedOctetAt ? at + 1 : at;
}

constexpr Address Prefix64::prefixAddress() const noexcept {
    Address address;
    storeOctets(address.octets.data(), prefix());
    return address;
}

constexpr Address Prefix64::synthesize(const Ipv4Octets& ipv4Host) const noexcept {
    Address address = prefixAddress();
    for (std::size_t i = 0; i < ipv4Host.size(); ++i) {
        address.octets[embeddedAt(size(), i)] = ipv4Host[i];
    }
    for (std::size_t i = 0; i < suffix().size(); ++i) {
        const std::size_t at = embeddedAt(size(), ipv4Host.size() + i);
        if (at < address.octets.size()) {
            address.octets[at] = suffix()[i];
        }
    }
    return address;
}

constexpr std::optional<Ipv4Octets> Prefix64::embedded(const Address& address) const noexcept {
    const Bytes octetsOfAddress{address.octets};
    if (!std::ranges::equal(octetsOfAddress.first(size()), prefix()) || address.octets[reservedOctetAt] != 0) {
        return std::nullopt;
    }
    Ipv4Octets host{};
    for (std::size_t i = 0; i < host.size(); ++i) {
        host[i] = address.octets[embeddedAt(size(), i)];
    }
    return host;
}

/// The data of a PREFIX64, which starts at `offset` of its message. Refused: less than its fields need, a length that
/// RFC 6052 does not have, and a /96 whose octet 8 is not zero.
constexpr result<Prefix64> readPrefix64(Bytes data, std::uint16_t offset) noexcept {
    constexpr std::size_t listAt = 16; // behind the count, which a message without a list may leave out
    const auto refuse = [offset](Fault fault, int from) {
        return Refusal{fault, static_cast<std::uint16_t>(offset + from)};
    };
    if (data.size() < 14) {
        return refuse(Fault::badOptionLength, -2);
    }
    const std::size_t length = load16(data.data());
    if (!isPrefix64Length(length)) {
        return refuse(Fault::badPrefix64Length, 0);
    }
    const std::size_t count = data.size() < listAt ? 0 : load16(data.data() + 14);
    if (data.size() == 15 || data.size() < (count == 0 ? 0 : listAt) + count * Ipv4Prefixes::entrySize) {
        return refuse(Fault::badOptionLength, -2);
    }
    Prefix64 option{loadArray<12>(data.data() + 2), static_cast<std::uint8_t>(length), {}};
    if (length == 12 && option.octets[reservedOctetAt] != 0) {
        return refuse(Fault::reservedOctetSet, 2 + static_cast<int>(reservedOctetAt));
    }
    if (count != 0) {
        option.ipv4 = Ipv4Prefixes{data.subspan(listAt, count * Ipv4Prefixes::entrySize)};
    }
    return option;
}

} // namespace portolan::wire
