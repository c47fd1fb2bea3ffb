// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// The fields of every message and option in their order, by the names of the RFCs. Not exported from the module: it
// serves `annotate`, while the codec proper has offsets of its own.
export module portolan.wire:layout;

import :codes;
import :option;

namespace portolan::wire {

/// How the octets of a field are to be read.
enum class Shape : std::uint8_t {
    number,            ///< an unsigned number of 1, 2 or 4 octets
    opcode,            ///< the R bit and the opcode
    natPmpOpcode,      ///< the same of NAT-PMP, whose opcodes have other meanings
    reserved,          ///< zeros that are ignored
    resultCode,        ///< one octet, PCP
    natPmpResult,      ///< two octets, NAT-PMP
    requestedLifetime, ///< seconds; 0 deletes a mapping
    seconds,
    protocol,
    address,          ///< 16 octets
    suggestedAddress, ///< 16 octets, where all zeros means no preference
    suggestedPort,    ///< where 0 means no preference
    internalPort,     ///< where 0 means all ports
    filterPort,       ///< where 0 means any port
    filterPrefix,     ///< a prefix length of a 128-bit address
    ipv4Address,      ///< 4 octets
    optionCode,
    parity, ///< the last bit of an octet whose others are reserved
    text,   ///< UTF-8
    octets, ///< anything else, in hex
};

/// The length of a field that takes the rest of its option.
inline constexpr std::uint8_t restOfOption = 0;

struct FieldLayout {
    std::string_view name;
    std::uint8_t length; ///< octets
    Shape shape;
};

using Layout = std::span<const FieldLayout>;

// RFC 6887 §7.1, §7.2; RFC 7652 §5.1 for octet 3 of an AUTHENTICATION request.
inline constexpr std::array startLayout{FieldLayout{"version", 1, Shape::number},
                                        FieldLayout{"opcode", 1, Shape::opcode}};
inline constexpr std::array requestReservedLayout{FieldLayout{"reserved", 2, Shape::reserved}};
inline constexpr std::array codedRequestLayout{FieldLayout{"reserved", 1, Shape::reserved},
                                               FieldLayout{"result_code", 1, Shape::resultCode}};
inline constexpr std::array requestLayout{FieldLayout{"requested_lifetime", 4, Shape::requestedLifetime},
                                          FieldLayout{"pcp_client_ip_address", 16, Shape::address}};
inline constexpr std::array responseLayout{
    FieldLayout{"reserved", 1, Shape::reserved}, FieldLayout{"result_code", 1, Shape::resultCode},
    FieldLayout{"lifetime", 4, Shape::seconds}, FieldLayout{"epoch_time", 4, Shape::seconds},
    FieldLayout{"reserved", 12, Shape::reserved}};

// RFC 6887 §11.1.
inline constexpr std::array mappingLayout{
    FieldLayout{"mapping_nonce", 12, Shape::octets}, FieldLayout{"protocol", 1, Shape::protocol},
    FieldLayout{"reserved", 3, Shape::reserved}, FieldLayout{"internal_port", 2, Shape::internalPort}};
inline constexpr std::array suggestedLayout{FieldLayout{"suggested_external_port", 2, Shape::suggestedPort},
                                            FieldLayout{"suggested_external_ip_address", 16, Shape::suggestedAddress}};
inline constexpr std::array assignedLayout{FieldLayout{"assigned_external_port", 2, Shape::number},
                                           FieldLayout{"assigned_external_ip_address", 16, Shape::address}};

// RFC 6887 §12.1.
inline constexpr std::array remotePeerLayout{FieldLayout{"remote_peer_port", 2, Shape::number},
                                             FieldLayout{"reserved", 2, Shape::reserved},
                                             FieldLayout{"remote_peer_ip_address", 16, Shape::address}};

// RFC 7652 §5.1.
inline constexpr std::array authenticationLayout{FieldLayout{"session_id", 4, Shape::octets},
                                                 FieldLayout{"sequence_number", 4, Shape::number}};

// RFC 6886 §3.2, §3.3, §3.5.
inline constexpr std::array natPmpStartLayout{FieldLayout{"version", 1, Shape::number},
                                              FieldLayout{"opcode", 1, Shape::natPmpOpcode}};
inline constexpr std::array natPmpMapRequestLayout{
    FieldLayout{"reserved", 2, Shape::reserved}, FieldLayout{"internal_port", 2, Shape::number},
    FieldLayout{"suggested_external_port", 2, Shape::suggestedPort},
    FieldLayout{"requested_port_mapping_lifetime", 4, Shape::requestedLifetime}};
inline constexpr std::array natPmpResponseLayout{FieldLayout{"result_code", 2, Shape::natPmpResult},
                                                 FieldLayout{"seconds_since_start_of_epoch", 4, Shape::seconds}};
inline constexpr std::array natPmpAddressLayout{FieldLayout{"external_ipv4_address", 4, Shape::ipv4Address}};
inline constexpr std::array natPmpMappingLayout{FieldLayout{"internal_port", 2, Shape::number},
                                                FieldLayout{"mapped_external_port", 2, Shape::number},
                                                FieldLayout{"port_mapping_lifetime", 4, Shape::seconds}};

// RFC 6887 §7.3.
inline constexpr std::array optionHeaderLayout{FieldLayout{"option_code", 1, Shape::optionCode},
                                               FieldLayout{"reserved", 1, Shape::reserved},
                                               FieldLayout{"option_length", 2, Shape::number}};

// RFC 6887 §13, RFC 7652 §5.3 to §5.11, RFC 7843 §4, RFC 7220 §2, RFC 7753 §4.
inline constexpr std::array thirdPartyLayout{FieldLayout{"internal_ip_address", 16, Shape::address}};
inline constexpr std::array filterLayout{
    FieldLayout{"reserved", 1, Shape::reserved}, FieldLayout{"prefix_length", 1, Shape::filterPrefix},
    FieldLayout{"remote_peer_port", 2, Shape::filterPort}, FieldLayout{"remote_peer_ip_address", 16, Shape::address}};
inline constexpr std::array nonceLayout{FieldLayout{"nonce", 4, Shape::octets}};
inline constexpr std::array tagLayout{
    FieldLayout{"session_id", 4, Shape::octets}, FieldLayout{"sequence_number", 4, Shape::number},
    FieldLayout{"key_id", 4, Shape::octets}, FieldLayout{"authentication_data", restOfOption, Shape::octets}};
inline constexpr std::array paTagLayout{FieldLayout{"key_id", 4, Shape::octets},
                                        FieldLayout{"authentication_data", restOfOption, Shape::octets}};
inline constexpr std::array eapLayout{FieldLayout{"eap_message", restOfOption, Shape::octets}};
inline constexpr std::array prfLayout{FieldLayout{"prf", 4, Shape::number}};
inline constexpr std::array macLayout{FieldLayout{"mac_algorithm_id", 4, Shape::number}};
inline constexpr std::array sessionLifetimeLayout{FieldLayout{"session_lifetime", 4, Shape::seconds}};
inline constexpr std::array receivedPakLayout{FieldLayout{"received_sequence_number", 4, Shape::number}};
inline constexpr std::array idIndicatorLayout{FieldLayout{"id_indicator", restOfOption, Shape::text}};
inline constexpr std::array thirdPartyIdLayout{FieldLayout{"third_party_id", restOfOption, Shape::octets}};
inline constexpr std::array descriptionLayout{FieldLayout{"description", restOfOption, Shape::text}};
inline constexpr std::array portSetLayout{FieldLayout{"port_set_size", 2, Shape::number},
                                          FieldLayout{"first_internal_port", 2, Shape::number},
                                          FieldLayout{"reserved_and_p", 1, Shape::parity}};
inline constexpr std::array otherLayout{FieldLayout{"data", restOfOption, Shape::octets}};

// RFC 7225 §4.1; the prefix and its suffix have lengths of their own.
inline constexpr std::array prefix64LengthLayout{FieldLayout{"prefix64_length", 2, Shape::number}};
inline constexpr std::array ipv4CountLayout{FieldLayout{"ipv4_prefix_count", 2, Shape::number}};
inline constexpr std::array ipv4PrefixLayout{FieldLayout{"ipv4_prefix_length", 2, Shape::number},
                                             FieldLayout{"ipv4_address", 4, Shape::ipv4Address}};

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
        return otherLayout;
    }
}

} // namespace portolan::wire
