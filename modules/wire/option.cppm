// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <variant>

export module portolan.wire:option;

import :refusal;
import :address;
import :octets;

export namespace portolan::wire {

/// PCP option codes (RFC 6887 §19.4 and the extensions). Any octet may be carried.
enum class OptionCode : std::uint8_t {
    thirdParty = 1,
    preferFailure = 2,
    filter = 3,
    nonce = 4,
    authenticationTag = 5,
    paAuthenticationTag = 6,
    eapPayload = 7,
    prf = 8,
    macAlgorithm = 9,
    sessionLifetime = 10,
    receivedPak = 11,
    idIndicator = 12,
    thirdPartyId = 13,
    description = 128,
    prefix64 = 129,
    portSet = 130,
    checkpointRequired = 192,
};

/// The registry's name of an option code ("FILTER"); empty for a number that has none.
[[nodiscard]] constexpr std::string_view name(OptionCode code) noexcept {
    switch (code) {
    case OptionCode::thirdParty:
        return "THIRD_PARTY";
    case OptionCode::preferFailure:
        return "PREFER_FAILURE";
    case OptionCode::filter:
        return "FILTER";
    case OptionCode::nonce:
        return "NONCE";
    case OptionCode::authenticationTag:
        return "AUTHENTICATION_TAG";
    case OptionCode::paAuthenticationTag:
        return "PA_AUTHENTICATION_TAG";
    case OptionCode::eapPayload:
        return "EAP_PAYLOAD";
    case OptionCode::prf:
        return "PRF";
    case OptionCode::macAlgorithm:
        return "MAC_ALGORITHM";
    case OptionCode::sessionLifetime:
        return "SESSION_LIFETIME";
    case OptionCode::receivedPak:
        return "RECEIVED_PAK";
    case OptionCode::idIndicator:
        return "ID_INDICATOR";
    case OptionCode::thirdPartyId:
        return "THIRD_PARTY_ID";
    case OptionCode::description:
        return "DESCRIPTION";
    case OptionCode::prefix64:
        return "PREFIX64";
    case OptionCode::portSet:
        return "PORT_SET";
    case OptionCode::checkpointRequired:
        return "CHECKPOINT_REQUIRED";
    }
    return {};
}

/// Whether a server must refuse a request whose option it does not know (code 0..127, RFC 6887 §7.3).
[[nodiscard]] constexpr bool isMandatory(OptionCode code) noexcept {
    return static_cast<std::uint8_t>(code) < 128;
}

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

/// An option understood, or kept as it came.
using Option = std::variant<ThirdParty, PreferFailure, Filter, RawOption>;

/// Reads the option `raw` as what its code says; a code without a type of its own stays raw.
/// Refuses data of the wrong length and FILTER prefix lengths out of range (RFC 6887 §13.3, errata 3891; an IPv4
/// prefix of 96 is accepted, as the printed text has it).
[[nodiscard]] constexpr result<Option> interpret(const RawOption& raw) noexcept;

/// The options of a message: a view over well-formed TLVs, walked in the order of appearance.
class Options {
public:
    class Iterator {
    public:
        using value_type = RawOption;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::forward_iterator_tag;

        constexpr Iterator() noexcept = default;

        constexpr Iterator(const std::uint8_t* at, std::uint16_t offset) noexcept : at_(at), offset_(offset) {}

        [[nodiscard]] constexpr RawOption operator*() const noexcept {
            return {static_cast<OptionCode>(at_[0]), Bytes{at_ + 4, load16(at_ + 2)}, offset_};
        }

        constexpr Iterator& operator++() noexcept {
            const std::size_t step = 4 + roundUpToFour(load16(at_ + 2));
            at_ += step;
            offset_ = static_cast<std::uint16_t>(offset_ + step);
            return *this;
        }

        constexpr Iterator operator++(int) noexcept {
            Iterator before = *this;
            ++*this;
            return before;
        }

        friend constexpr bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.at_ == b.at_; }

    private:
        const std::uint8_t* at_ = nullptr;
        std::uint16_t offset_ = 0;
    };

    constexpr Options() noexcept = default;

    /// Checks the structure of `octets`, which start at `offset` of a datagram: every header and all data, padded to
    /// a multiple of 4, must fit. Otherwise `truncatedOption` at the offset of the option that does not.
    [[nodiscard]] static constexpr result<Options> check(Bytes octets, std::uint16_t offset = 0) noexcept {
        const std::size_t sound = soundPrefix(octets);
        if (sound != octets.size()) {
            return Refusal{Fault::truncatedOption, static_cast<std::uint16_t>(offset + sound)};
        }
        return Options{octets, offset};
    }

    /// The options up to the first that is not well formed: what can be read of an error response, which copies
    /// the request's options whatever they were and may cut them (RFC 6887 §8.2).
    [[nodiscard]] static constexpr Options readable(Bytes octets, std::uint16_t offset = 0) noexcept {
        return Options{octets.first(soundPrefix(octets)), offset};
    }

    [[nodiscard]] constexpr Iterator begin() const noexcept { return {octets_.data(), offset_}; }

    [[nodiscard]] constexpr Iterator end() const noexcept {
        return {octets_.data() + octets_.size(), static_cast<std::uint16_t>(offset_ + octets_.size())};
    }

    [[nodiscard]] constexpr bool empty() const noexcept { return octets_.empty(); }

    /// The encoded options, padding included.
    [[nodiscard]] constexpr Bytes octets() const noexcept { return octets_; }

    /// The same options in the same order, wherever they stand.
    friend constexpr bool operator==(const Options& a, const Options& b) noexcept { return std::ranges::equal(a, b); }

private:
    constexpr Options(Bytes octets, std::uint16_t offset) noexcept : octets_(octets), offset_(offset) {}

    static constexpr std::size_t soundPrefix(Bytes octets) noexcept {
        std::size_t at = 0;
        while (octets.size() - at >= 4) {
            const std::size_t step = 4 + roundUpToFour(load16(octets.data() + at + 2));
            if (octets.size() - at < step) {
                break;
            }
            at += step;
        }
        return at;
    }

    Bytes octets_;
    std::uint16_t offset_ = 0;
};

/// Writes options one after another into the caller's room; `options()` views what was written.
/// The first write that does not fit is refused with `noRoom` and changes nothing.
class OptionWriter {
public:
    constexpr explicit OptionWriter(Room room) noexcept : room_(room) {}

    constexpr result<void> add(const ThirdParty& option) noexcept;
    constexpr result<void> add(PreferFailure option) noexcept;
    constexpr result<void> add(const Filter& option) noexcept;
    constexpr result<void> add(const RawOption& option) noexcept;

    [[nodiscard]] constexpr Options options() const noexcept { return Options::readable(room_.first(size_)); }

private:
    /// Writes the header and the padding of an option and returns where its data goes; null if it does not fit.
    constexpr std::uint8_t* open(OptionCode code, std::size_t size) noexcept;

    [[nodiscard]] constexpr Refusal noRoom() const noexcept {
        return {Fault::noRoom, static_cast<std::uint16_t>(size_)};
    }

    Room room_;
    std::size_t size_ = 0;
};

constexpr result<Option> interpret(const RawOption& raw) noexcept {
    const auto wrongLength = Refusal{Fault::badOptionLength, static_cast<std::uint16_t>(raw.offset + 2)};
    switch (raw.code) {
    case OptionCode::thirdParty:
        if (raw.data.size() != 16) {
            return wrongLength;
        }
        return Option{ThirdParty{{loadArray<16>(raw.data.data())}}};
    case OptionCode::preferFailure:
        if (!raw.data.empty()) {
            return wrongLength;
        }
        return Option{PreferFailure{}};
    case OptionCode::filter: {
        if (raw.data.size() != 20) {
            return wrongLength;
        }
        const std::uint8_t* at = raw.data.data();
        const Filter filter{at[1], load16(at + 2), {loadArray<16>(at + 4)}};
        const bool inRange = filter.prefixLength == 0 || (filter.prefixLength <= 128 &&
                                                          (!filter.remoteAddress.isV4() || filter.prefixLength >= 96));
        if (!inRange) {
            return Refusal{Fault::badPrefixLength, static_cast<std::uint16_t>(raw.offset + 5)};
        }
        return Option{filter};
    }
    default:
        return Option{raw};
    }
}

constexpr std::uint8_t* OptionWriter::open(OptionCode code, std::size_t size) noexcept {
    const std::size_t padded = roundUpToFour(size);
    if (size > 0xffff || room_.size() - size_ < 4 + padded) {
        return nullptr;
    }
    std::uint8_t* at = room_.data() + size_;
    at[0] = static_cast<std::uint8_t>(code);
    at[1] = 0;
    store16(at + 2, static_cast<std::uint16_t>(size));
    storeZeros(at + 4 + size, padded - size);
    size_ += 4 + padded;
    return at + 4;
}

constexpr result<void> OptionWriter::add(const ThirdParty& option) noexcept {
    std::uint8_t* data = open(OptionCode::thirdParty, 16);
    if (data == nullptr) {
        return noRoom();
    }
    storeArray(data, option.internalAddress.octets);
    return boost::outcome_v2::success();
}

constexpr result<void> OptionWriter::add(PreferFailure /*option*/) noexcept {
    if (open(OptionCode::preferFailure, 0) == nullptr) {
        return noRoom();
    }
    return boost::outcome_v2::success();
}

constexpr result<void> OptionWriter::add(const Filter& option) noexcept {
    std::uint8_t* data = open(OptionCode::filter, 20);
    if (data == nullptr) {
        return noRoom();
    }
    data[0] = 0;
    data[1] = option.prefixLength;
    store16(data + 2, option.remotePort);
    storeArray(data + 4, option.remoteAddress.octets);
    return boost::outcome_v2::success();
}

constexpr result<void> OptionWriter::add(const RawOption& option) noexcept {
    std::uint8_t* data = open(option.code, option.data.size());
    if (data == nullptr) {
        return noRoom();
    }
    std::copy_n(option.data.data(), option.data.size(), data);
    return boost::outcome_v2::success();
}

} // namespace portolan::wire
