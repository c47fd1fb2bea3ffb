// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// The fields of every message and option in their order, by the names of the RFCs. Not exported from the module: it
// serves `annotate`, while the codec proper has offsets of its own.
export module portolan.wire:field_layout;

import :option_code;
import :option;
import :drafts;
import :reading;

namespace portolan::wire {

/// The length of a field that takes the rest of its option.
inline constexpr std::uint8_t restOfOption = 0;

struct FieldLayout {
    std::string_view name;
    std::uint8_t length; ///< octets
    Reading reading;
};

using Layout = std::span<const FieldLayout>;

// RFC 6887 §7.1, §7.2; RFC 7652 §5.1 for octet 3 of an AUTHENTICATION request.
inline constexpr std::array startLayout{FieldLayout{"version", 1, asNumber}, FieldLayout{"opcode", 1, asOpcode}};
inline constexpr std::array requestReservedLayout{FieldLayout{"reserved", 2, asReserved}};
inline constexpr std::array codedRequestLayout{FieldLayout{"reserved", 1, asReserved},
                                               FieldLayout{"result_code", 1, asResultCode}};
inline constexpr std::array requestLayout{FieldLayout{"requested_lifetime", 4, asRequestedLifetime},
                                          FieldLayout{"pcp_client_ip_address", 16, asAddress}};
inline constexpr std::array responseLayout{
    FieldLayout{"reserved", 1, asReserved}, FieldLayout{"result_code", 1, asResultCode},
    FieldLayout{"lifetime", 4, asSeconds}, FieldLayout{"epoch_time", 4, asSeconds},
    FieldLayout{"reserved", 12, asReserved}};

// RFC 6887 §11.1.
inline constexpr std::array mappingLayout{
    FieldLayout{"mapping_nonce", 12, asHex}, FieldLayout{"protocol", 1, asProtocol},
    FieldLayout{"reserved", 3, asReserved}, FieldLayout{"internal_port", 2, asInternalPort}};
inline constexpr std::array suggestedLayout{FieldLayout{"suggested_external_port", 2, asSuggestedPort},
                                            FieldLayout{"suggested_external_ip_address", 16, asSuggestedAddress}};
inline constexpr std::array assignedLayout{FieldLayout{"assigned_external_port", 2, asNumber},
                                           FieldLayout{"assigned_external_ip_address", 16, asAddress}};

// RFC 6887 §12.1.
inline constexpr std::array remotePeerLayout{FieldLayout{"remote_peer_port", 2, asNumber},
                                             FieldLayout{"reserved", 2, asReserved},
                                             FieldLayout{"remote_peer_ip_address", 16, asAddress}};

// RFC 7652 §5.1.
inline constexpr std::array authenticationLayout{FieldLayout{"session_id", 4, asHex},
                                                 FieldLayout{"sequence_number", 4, asNumber}};

// The GET opcode of the drafts, and its NEXT.
inline constexpr std::array getLayout{FieldLayout{"protocol", 1, asProtocol},
                                      FieldLayout{"reserved", 3, asReserved},
                                      FieldLayout{"filter_internal_ip_address", 16, asAnyAddress},
                                      FieldLayout{"filter_external_ip_address", 16, asAnyAddress},
                                      FieldLayout{"filter_internal_port", 2, asFilterPort},
                                      FieldLayout{"filter_external_port", 2, asFilterPort}};
inline constexpr std::array nextNonceLayout{FieldLayout{"mapping_nonce", 12, asHex}};
inline constexpr std::array nextLayout{FieldLayout{"protocol", 1, asProtocol},
                                       FieldLayout{"reserved", 2, asReserved},
                                       FieldLayout{"more_or_end", 1, asEnd},
                                       FieldLayout{"internal_ip_address", 16, asAddress},
                                       FieldLayout{"external_ip_address", 16, asAddress},
                                       FieldLayout{"remaining_lifetime", 4, asSeconds},
                                       FieldLayout{"internal_port", 2, asNumber},
                                       FieldLayout{"external_port", 2, asNumber}};
inline constexpr std::array nextOptionCodeLayout{FieldLayout{"wanted_option_code", 1, asOptionCode}};

// RFC 6886 §3.2, §3.3, §3.5.
inline constexpr std::array natPmpStartLayout{FieldLayout{"version", 1, asNumber},
                                              FieldLayout{"opcode", 1, asNatPmpOpcode}};
inline constexpr std::array natPmpMapRequestLayout{
    FieldLayout{"reserved", 2, asReserved}, FieldLayout{"internal_port", 2, asNumber},
    FieldLayout{"suggested_external_port", 2, asSuggestedPort},
    FieldLayout{"requested_port_mapping_lifetime", 4, asRequestedLifetime}};
inline constexpr std::array natPmpResponseLayout{FieldLayout{"result_code", 2, asNatPmpResult},
                                                 FieldLayout{"seconds_since_start_of_epoch", 4, asSeconds}};
inline constexpr std::array natPmpAddressLayout{FieldLayout{"external_ipv4_address", 4, asIpv4Address}};
inline constexpr std::array natPmpMappingLayout{FieldLayout{"internal_port", 2, asNumber},
                                                FieldLayout{"mapped_external_port", 2, asNumber},
                                                FieldLayout{"port_mapping_lifetime", 4, asSeconds}};

// RFC 6887 §7.3.
inline constexpr std::array optionHeaderLayout{FieldLayout{"option_code", 1, asOptionCode},
                                               FieldLayout{"reserved", 1, asReserved},
                                               FieldLayout{"option_length", 2, asNumber}};

// RFC 6887 §13, RFC 7652 §5.3 to §5.11, RFC 7843 §4, RFC 7220 §2, RFC 7753 §4.
inline constexpr std::array thirdPartyLayout{FieldLayout{"internal_ip_address", 16, asAddress}};
inline constexpr std::array filterLayout{
    FieldLayout{"reserved", 1, asReserved}, FieldLayout{"prefix_length", 1, asFilterPrefix},
    FieldLayout{"remote_peer_port", 2, asFilterPort}, FieldLayout{"remote_peer_ip_address", 16, asAddress}};
inline constexpr std::array nonceLayout{FieldLayout{"nonce", 4, asHex}};
inline constexpr std::array tagLayout{FieldLayout{"session_id", 4, asHex}, FieldLayout{"sequence_number", 4, asNumber},
                                      FieldLayout{"key_id", 4, asHex},
                                      FieldLayout{"authentication_data", restOfOption, asHex}};
inline constexpr std::array paTagLayout{FieldLayout{"key_id", 4, asHex},
                                        FieldLayout{"authentication_data", restOfOption, asHex}};
inline constexpr std::array eapLayout{FieldLayout{"eap_message", restOfOption, asHex}};
inline constexpr std::array prfLayout{FieldLayout{"prf", 4, asNumber}};
inline constexpr std::array macLayout{FieldLayout{"mac_algorithm_id", 4, asNumber}};
inline constexpr std::array sessionLifetimeLayout{FieldLayout{"session_lifetime", 4, asSeconds}};
inline constexpr std::array receivedPakLayout{FieldLayout{"received_sequence_number", 4, asNumber}};
inline constexpr std::array idIndicatorLayout{FieldLayout{"id_indicator", restOfOption, asText}};
inline constexpr std::array thirdPartyIdLayout{FieldLayout{"third_party_id", restOfOption, asHex}};
inline constexpr std::array descriptionLayout{FieldLayout{"description", restOfOption, asText}};
inline constexpr std::array portSetLayout{FieldLayout{"port_set_size", 2, asPortSetSize},
                                          FieldLayout{"first_internal_port", 2, asNumber},
                                          FieldLayout{"reserved_and_p", 1, asParity}};
inline constexpr std::array otherLayout{FieldLayout{"data", restOfOption, asHex}};

// RFC 7225 §4.1; the prefix and its suffix have lengths of their own.
inline constexpr std::array prefix64LengthLayout{FieldLayout{"prefix64_length", 2, asNumber}};
inline constexpr std::array ipv4CountLayout{FieldLayout{"ipv4_prefix_count", 2, asNumber}};
inline constexpr std::array ipv4PrefixLayout{FieldLayout{"ipv4_prefix_length", 2, asNumber},
                                             FieldLayout{"ipv4_address", 4, asIpv4Address}};

/// The data of an option; of PREFIX64, which varies, and of an unknown one, the octets.
constexpr Layout layoutOf(OptionCode code) noexcept {
    switch (code) {
    case OptionCode::thirdParty:
        return thirdPartyLayout;
    case OptionCode::filter:
        return filterLayout;
    case OptionCode::nonce:
        return nonceLayout;
    case OptionCode::authenticationTag:
        return tagLayout;
    case OptionCode::paAuthenticationTag:
        return paTagLayout;
    case OptionCode::eapPayload:
        return eapLayout;
    case OptionCode::prf:
        return prfLayout;
    case OptionCode::macAlgorithm:
        return macLayout;
    case OptionCode::sessionLifetime:
        return sessionLifetimeLayout;
    case OptionCode::receivedPak:
        return receivedPakLayout;
    case OptionCode::idIndicator:
        return idIndicatorLayout;
    case OptionCode::thirdPartyId:
        return thirdPartyIdLayout;
    case OptionCode::description:
        return descriptionLayout;
    case OptionCode::portSet:
        return portSetLayout;
    default:
        return code == oldDescription ? Layout{descriptionLayout} : Layout{otherLayout};
    }
}

} // namespace portolan::wire
