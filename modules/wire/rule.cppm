// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <string_view>

export module portolan.wire:rule;

export namespace portolan::wire {

/// What the standards demand of a request beyond its form. A message that breaks one of these can be encoded, for
/// testing gateways, but a client has no reason to send it.
enum class Rule : std::uint8_t {
    fitsMessage,                 ///< 1100 octets at most (RFC 6887 §7)
    allProtocolsMeansAllPorts,   ///< MAP: protocol 0 has internal port 0 (RFC 6887 §11.1)
    deletionSuggestsNothing,     ///< lifetime 0 has no suggested port or address (RFC 6887 §15.1; RFC 6886 §3.4)
    peerNeedsProtocol,           ///< PEER: protocol is not 0 (RFC 6887 §12.1)
    peerNeedsInternalPort,       ///< PEER: internal port is not 0 (RFC 6887 §12.1)
    peerNeedsRemotePort,         ///< PEER: remote peer port is not 0 (RFC 6887 §12.1)
    peerCannotDelete,            ///< PEER: lifetime is not 0 (RFC 6887 §12.1)
    optionFitsOpcode,            ///< each option only on the opcodes it is defined for (RFC 6887 §13)
    optionBelongsInRequest,      ///< some options appear in responses only
    optionOnce,                  ///< options that may appear once do so (RFC 6887 §7.3)
    optionLength,                ///< the data of an option is as long as its definition says
    thirdPartyIsAnother,         ///< THIRD_PARTY names another host than the client (RFC 6887 §13.1)
    thirdPartyIdNeedsThirdParty, ///< THIRD_PARTY_ID comes with THIRD_PARTY (RFC 7843 §5.1)
    preferFailureNeedsPort,      ///< PREFER_FAILURE has a suggested port (RFC 6887 §13.2)
    preferFailureNotOnDeletion,  ///< PREFER_FAILURE not with lifetime 0 (RFC 6887 §11.3)
    filterNotOnDeletion,         ///< FILTER not with lifetime 0 (RFC 6887 §13.3)
    filterPrefixLength,          ///< IPv4 97..128, IPv6 1..128, or 0 (RFC 6887 §13.3, errata 3891)
    filterFlushIsEmpty,          ///< FILTER with prefix length 0 has neither port nor address (errata 3891)
    descriptionIsText,           ///< DESCRIPTION is UTF-8 without a terminating NUL (RFC 7220 §2)
    prefix64RequestForm,         ///< PREFIX64 asks with ::/96 and no IPv4 prefixes (RFC 7225 §4.3)
    portSetSize,                 ///< PORT_SET: size is not 0 (RFC 7753 §4)
    portSetFirstPort,            ///< PORT_SET: first internal port is that of the MAP (RFC 7753 §4)
    portSetReserved,             ///< PORT_SET: reserved bits are 0 (RFC 7753 §4)
    portSetNotWithPreferFailure, ///< PORT_SET not with PREFER_FAILURE (RFC 7753 §4.1)
    portSetNotForOnePort,        ///< PORT_SET not for a single port (RFC 7753 §4.1)
    portSetStaysBelow65536,      ///< PORT_SET: the last port is a port, unless as many as there are were asked for
    portSetNeedsPort,            ///< PORT_SET not with all ports, internal port 0
    reservationNotWithPortSet,   ///< PORT_RESERVATION not with PORT_SET, each of which says what is beside the port
    filterPortNeedsProtocol,     ///< GET: no port with protocol 0
    natPmpMapsTcpOrUdp,          ///< NAT-PMP knows TCP and UDP (RFC 6886 §3.3)
};

/// The rule as a sentence part, lower case, without a full stop.
[[nodiscard]] constexpr std::string_view describe(Rule rule) noexcept {
    switch (rule) {
    case Rule::fitsMessage:
        return "a message has at most 1100 octets";
    case Rule::allProtocolsMeansAllPorts:
        return "all protocols can only be mapped with all ports, internal port 0";
    case Rule::deletionSuggestsNothing:
        return "a deletion suggests no external port or address";
    case Rule::peerNeedsProtocol:
        return "PEER needs a protocol";
    case Rule::peerNeedsInternalPort:
        return "PEER needs an internal port";
    case Rule::peerNeedsRemotePort:
        return "PEER needs a remote port";
    case Rule::peerCannotDelete:
        return "PEER cannot delete, its lifetime is not 0";
    case Rule::optionFitsOpcode:
        return "the option is not defined for this opcode";
    case Rule::optionBelongsInRequest:
        return "the option appears in responses only";
    case Rule::optionOnce:
        return "the option may appear only once";
    case Rule::optionLength:
        return "the option's data has the wrong length";
    case Rule::thirdPartyIsAnother:
        return "a third party is another host than the client";
    case Rule::thirdPartyIdNeedsThirdParty:
        return "THIRD_PARTY_ID needs THIRD_PARTY beside it";
    case Rule::preferFailureNeedsPort:
        return "PREFER_FAILURE needs a suggested external port";
    case Rule::preferFailureNotOnDeletion:
        return "a deletion has no PREFER_FAILURE";
    case Rule::filterNotOnDeletion:
        return "a deletion has no FILTER";
    case Rule::filterPrefixLength:
        return "a filter's prefix length is 97..128 for IPv4, 1..128 for IPv6, or 0";
    case Rule::filterFlushIsEmpty:
        return "a filter that removes all others has neither port nor address";
    case Rule::descriptionIsText:
        return "a description is UTF-8 text without a terminating NUL";
    case Rule::prefix64RequestForm:
        return "PREFIX64 asks with ::/96 and no IPv4 prefixes";
    case Rule::portSetSize:
        return "a port set is not empty";
    case Rule::portSetFirstPort:
        return "a port set begins at the internal port of the request";
    case Rule::portSetReserved:
        return "the reserved bits of a port set are 0";
    case Rule::portSetNotWithPreferFailure:
        return "a port set cannot be asked for with PREFER_FAILURE";
    case Rule::portSetNotForOnePort:
        return "a single port needs no port set";
    case Rule::portSetStaysBelow65536:
        return "a port set ends at port 65535";
    case Rule::portSetNeedsPort:
        return "a port set needs an internal port to begin at";
    case Rule::reservationNotWithPortSet:
        return "a pair of ports cannot be asked for with PORT_SET";
    case Rule::filterPortNeedsProtocol:
        return "a port can only be looked for with a protocol";
    case Rule::natPmpMapsTcpOrUdp:
        return "NAT-PMP maps TCP and UDP only";
    }
    return "unknown rule";
}

/// A rule that a request breaks, and where.
struct Breach {
    Rule rule;
    std::string_view field; ///< the field ("internal_port") or the option ("FILTER") in question
    std::uint16_t offset;   ///< of the field or option from the start of the encoded message

    friend constexpr bool operator==(const Breach&, const Breach&) noexcept = default;
};

} // namespace portolan::wire
