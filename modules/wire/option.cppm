// SPDX-License-Identifier: MIT
export module portolan.wire:option;

import portolan.std;
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
[[nodiscard]] constexpr result<Option> interpret(const RawOption& raw) noexcept {
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

} // namespace portolan::wire
