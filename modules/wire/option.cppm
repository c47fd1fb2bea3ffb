// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

export module portolan.wire:option;

import :refusal;
import :address;
import :octets;
import :option_code;
import :prefix64;
import :utf8;

export namespace portolan::wire {

/// One option as it stands in a message: the code, the data without padding, and where it was found.
struct RawOption {
    OptionCode code{};
    Bytes data{};
    std::uint16_t offset = 0; ///< octet offset of the option's code from the start of the datagram

    /// The same code and data, wherever they stand.
    friend constexpr bool operator==(const RawOption& a, const RawOption& b) noexcept {
        return a.code == b.code && std::ranges::equal(a.data, b.data);
    }
};

/// THIRD_PARTY (RFC 6887 §13.1): the internal address to act for.
struct ThirdParty {
    Address internalAddress{};

    friend constexpr bool operator==(const ThirdParty&, const ThirdParty&) noexcept = default;
};

/// PREFER_FAILURE (RFC 6887 §13.2): the suggested external address and port, or nothing.
struct PreferFailure {
    friend constexpr bool operator==(PreferFailure, PreferFailure) noexcept = default;
};

/// FILTER (RFC 6887 §13.3): who may send to the mapping.
struct Filter {
    /// Bits of the 128-bit address that count: IPv4 97..128 (96 + prefix), IPv6 1..128, or 0 to remove all filters.
    std::uint8_t prefixLength = 128;
    std::uint16_t remotePort = 0; ///< 0 = any port
    Address remoteAddress{};

    friend constexpr bool operator==(const Filter&, const Filter&) noexcept = default;
};

/// THIRD_PARTY_ID (RFC 7843): which of the hosts that share THIRD_PARTY's address, by a name of the operator's own.
struct ThirdPartyId {
    Bytes id{}; ///< at most 1016 octets; one of other than whole octets is padded with zero bits (§4)

    friend constexpr bool operator==(const ThirdPartyId& a, const ThirdPartyId& b) noexcept {
        return std::ranges::equal(a.id, b.id);
    }
};

/// DESCRIPTION (RFC 7220): a text for people; an empty one erases.
struct Description {
    Bytes text{}; ///< UTF-8 without a terminating NUL, at most 1016 octets

    /// Views a text, which must be UTF-8.
    [[nodiscard]] static Description of(std::string_view text) noexcept {
        return {{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}};
    }

    [[nodiscard]] std::string_view view() const noexcept {
        return {reinterpret_cast<const char*>(text.data()), text.size()};
    }

    friend constexpr bool operator==(const Description& a, const Description& b) noexcept {
        return std::ranges::equal(a.text, b.text);
    }
};

/// PORT_SET (RFC 7753): contiguous ports instead of one. Inside they begin at `firstInternalPort`, outside at the
/// external port of the message.
struct PortSet {
    std::uint16_t size = 0;              ///< ports, not 0; in a request 0xffff = as many as there are
    std::uint16_t firstInternalPort = 0; ///< in a request the internal port of the MAP; in a response perhaps another
    bool parity = false;                 ///< even to even and odd to odd (RFC 4787 §4.2.2)

    friend constexpr bool operator==(const PortSet&, const PortSet&) noexcept = default;
};

/// CHECKPOINT_REQUIRED (RFC 7767): the mapping's state is to be kept in more than one place. A level, not an event: a
/// renewal without it ends the protection.
struct CheckpointRequired {
    friend constexpr bool operator==(CheckpointRequired, CheckpointRequired) noexcept = default;
};

/// An option understood, or kept as it came.
using Option = std::variant<ThirdParty, PreferFailure, Filter, RawOption, ThirdPartyId, Description, Prefix64, PortSet,
                            CheckpointRequired>;

/// What is left of 1100 octets for the data of one option on a PEER message (RFC 7220 §2, RFC 7843 §4).
inline constexpr std::uint16_t longestText = 1016;

/// The number of DESCRIPTION before RFC 7220. It is read, and never written unless as a raw option.
inline constexpr auto oldDescription = static_cast<OptionCode>(64);

} // namespace portolan::wire

namespace portolan::wire {

constexpr Refusal badOptionLength(const RawOption& raw) noexcept {
    return {Fault::badOptionLength, static_cast<std::uint16_t>(raw.offset + 2)};
}

constexpr result<Option> interpretFilter(const RawOption& raw) noexcept {
    if (raw.data.size() != 20) {
        return badOptionLength(raw);
    }
    const std::uint8_t* at = raw.data.data();
    const Filter filter{at[1], load16(at + 2), {loadArray<16>(at + 4)}};
    const bool inRange = filter.prefixLength == 0 ||
                         (filter.prefixLength <= 128 && (!filter.remoteAddress.isV4() || filter.prefixLength >= 96));
    if (!inRange) {
        return Refusal{Fault::badPrefixLength, static_cast<std::uint16_t>(raw.offset + 5)};
    }
    return Option{filter};
}

constexpr result<Option> interpretDescription(const RawOption& raw) noexcept {
    if (raw.data.size() > longestText) {
        return badOptionLength(raw);
    }
    const std::size_t sound = utf8Prefix(raw.data);
    if (sound != raw.data.size()) {
        return Refusal{Fault::notUtf8, static_cast<std::uint16_t>(raw.offset + 4 + sound)};
    }
    return Option{Description{raw.data}};
}

constexpr result<Option> interpretPrefix64(const RawOption& raw) noexcept {
    const auto option = readPrefix64(raw.data, static_cast<std::uint16_t>(raw.offset + 4));
    if (!option) {
        return option.error();
    }
    return Option{option.assume_value()};
}

constexpr result<Option> interpretPortSet(const RawOption& raw) noexcept {
    if (raw.data.size() != 5) {
        return badOptionLength(raw);
    }
    const std::uint8_t* at = raw.data.data();
    return Option{PortSet{load16(at), load16(at + 2), (at[4] & 1) != 0}};
}

/// An option without data.
template <class Empty>
constexpr result<Option> interpretEmpty(const RawOption& raw) noexcept {
    if (!raw.data.empty()) {
        return badOptionLength(raw);
    }
    return Option{Empty{}};
}

} // namespace portolan::wire

export namespace portolan::wire {

/// Reads the option `raw` as what its code says; a code without a type of its own stays raw, and reserved bits are
/// ignored. Refused are: data of the wrong length; FILTER prefix lengths out of range (RFC 6887 §13.3, errata 3891; an
/// IPv4 prefix of 96 is accepted, as the printed text has it); a DESCRIPTION that is not UTF-8; and prefixes that
/// RFC 6052 does not have. An empty PORT_SET is read, because a deletion may have one (RFC 7753 §4.2).
[[nodiscard]] constexpr result<Option> interpret(const RawOption& raw) noexcept {
    switch (raw.code) {
    case OptionCode::thirdParty:
        if (raw.data.size() != 16) {
            return badOptionLength(raw);
        }
        return Option{ThirdParty{{loadArray<16>(raw.data.data())}}};
    case OptionCode::preferFailure:
        return interpretEmpty<PreferFailure>(raw);
    case OptionCode::filter:
        return interpretFilter(raw);
    case OptionCode::thirdPartyId:
        if (raw.data.size() > longestText) {
            return badOptionLength(raw);
        }
        return Option{ThirdPartyId{raw.data}};
    case OptionCode::description:
        return interpretDescription(raw);
    case OptionCode::prefix64:
        return interpretPrefix64(raw);
    case OptionCode::portSet:
        return interpretPortSet(raw);
    case OptionCode::checkpointRequired:
        return interpretEmpty<CheckpointRequired>(raw);
    default:
        return raw.code == oldDescription ? interpretDescription(raw) : result<Option>{Option{raw}};
    }
}

} // namespace portolan::wire
