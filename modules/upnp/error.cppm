// SPDX-License-Identifier: MIT
export module portolan.upnp:error;

import portolan.std;
export import portolan.error;

export namespace portolan::upnp {

/// What a gateway answered to an action: the codes of UDA 1.1 §3.2.2, WANIPConnection:2 §2.5 and
/// WANIPv6FirewallControl:1 §2.5. Others, vendors' own among them, may come too.
enum class ErrorCode : std::uint16_t {
    invalidAction = 401,
    invalidArgs = 402,
    actionFailed = 501,
    argumentValueInvalid = 600,
    argumentValueOutOfRange = 601,
    optionalActionNotImplemented = 602,
    outOfMemory = 603,
    humanInterventionRequired = 604,
    stringArgumentTooLong = 605,
    actionNotAuthorized = 606,
    pinholeSpaceExhausted = 701,
    firewallDisabled = 702,
    inboundPinholeNotAllowed = 703,
    noSuchEntry = 704, ///< no such pinhole
    protocolNotSupported = 705,
    internalPortWildcardingNotAllowed = 706,
    protocolWildcardingNotAllowed = 707,
    invalidLayer2Address = 708, ///< some say wildCardNotPermittedInSrcIP by it
    noPacketSent = 709,
    specifiedArrayIndexInvalid = 713, ///< the end of the list of mappings
    noSuchEntryInArray = 714,         ///< no such mapping
    wildCardNotPermittedInSrcIp = 715,
    wildCardNotPermittedInExtPort = 716,
    conflictInMappingEntry = 718, ///< the port is another's, or the internal client is not who asks
    samePortValuesRequired = 724,
    onlyPermanentLeasesSupported = 725,
    remoteHostOnlySupportsWildcard = 726,
    externalPortOnlySupportsWildcard = 727,
    noPortMapsAvailable = 728,
    conflictWithOtherMechanisms = 729,
    portMappingNotFound = 730,
    readOnly = 731,
    wildCardNotPermittedInIntPort = 732,
    inconsistentParameters = 733,
};

/// The code's name as the standards have it; empty if they have none.
[[nodiscard]] std::string_view name(ErrorCode code) noexcept;

/// What is wrong with what a gateway says of itself.
enum class Fault {
    notHttp = 1,    ///< what came is not HTTP/1.x
    httpStatus,     ///< HTTP says no: the address of the service is not, or no more, right
    tooLarge,       ///< more octets, header fields or elements than any gateway needs
    tooDeep,        ///< elements are nested deeper than any gateway needs
    notXml,         ///< the body is not well-formed XML
    forbiddenXml,   ///< the body has a document type declaration
    notDescription, ///< the body describes no device
    noService,      ///< the device has no service that could open ports
    badUrl,         ///< not an http URL with a literal address
    foreignUrl,     ///< a URL of another host than the gateway
    notSoap,        ///< the body is no answer to the action
    badArgument,    ///< an argument of the answer is missing or makes no sense
    foreignMapping, ///< the external port is mapped already, and not by us
    vanished,       ///< the gateway said that it had made the mapping, and soon had it no more
};

[[nodiscard]] const std::error_category& igdCategory() noexcept;   ///< of `ErrorCode`
[[nodiscard]] const std::error_category& faultCategory() noexcept; ///< of `Fault`

[[nodiscard]] inline std::error_code make_error_code(ErrorCode code) noexcept {
    return {static_cast<int>(code), igdCategory()};
}

[[nodiscard]] inline std::error_code make_error_code(Fault fault) noexcept {
    return {static_cast<int>(fault), faultCategory()};
}

} // namespace portolan::upnp

template <>
struct std::is_error_code_enum<portolan::upnp::ErrorCode> : std::true_type {};

template <>
struct std::is_error_code_enum<portolan::upnp::Fault> : std::true_type {};
