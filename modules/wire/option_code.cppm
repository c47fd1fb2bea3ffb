// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <string_view>

export module portolan.wire:option_code;

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

} // namespace portolan::wire
