// SPDX-License-Identifier: MIT
export module portolan.wire:codes;

import portolan.std;

export namespace portolan::wire {

/// The version octet of PCP (RFC 6887 §7.1) and of NAT-PMP (RFC 6886 §3).
inline constexpr std::uint8_t pcpVersion = 2;
inline constexpr std::uint8_t natPmpVersion = 0;

/// The UDP port a gateway serves requests on, and the one hosts hear announcements on (RFC 6887 §19.1).
inline constexpr std::uint16_t serverPort = 5351;
inline constexpr std::uint16_t announcementPort = 5350;

/// PCP opcodes (RFC 6887 §19.2, RFC 7652 §5). Any 7-bit value may be carried.
enum class Opcode : std::uint8_t { announce = 0, map = 1, peer = 2, authentication = 3 };

/// An IANA protocol number, of which these have names here. 0 means "all protocols" (RFC 6887 §11.1).
enum class Protocol : std::uint8_t { all = 0, tcp = 6, udp = 17, dccp = 33, sctp = 132, udplite = 136 };

/// PCP result codes (RFC 6887 §7.4, RFC 7652 §5.2, RFC 7843 §5.3). Any octet may be carried.
enum class ResultCode : std::uint8_t {
    success = 0,
    unsuppVersion = 1,
    notAuthorized = 2,
    malformedRequest = 3,
    unsuppOpcode = 4,
    unsuppOption = 5,
    malformedOption = 6,
    networkFailure = 7,
    noResources = 8,
    unsuppProtocol = 9,
    userExQuota = 10,
    cannotProvideExternal = 11,
    addressMismatch = 12,
    excessiveRemotePeers = 13,
    initiation = 14,
    authenticationRequired = 15,
    authenticationFailed = 16,
    authenticationSucceeded = 17,
    authorizationFailed = 18,
    sessionTerminated = 19,
    unknownSessionId = 20,
    downgradeAttackDetected = 21,
    authenticationRequest = 22,
    authenticationReply = 23,
    thirdPartyIdUnknown = 24,
    thirdPartyMissingOption = 25,
    unsuppThirdPartyIdLength = 26,
};

/// NAT-PMP result codes, 16 bits wide and numbered differently (RFC 6886 §3.5).
enum class NatPmpResult : std::uint16_t {
    success = 0,
    unsupportedVersion = 1,
    notAuthorized = 2,
    networkFailure = 3,
    outOfResources = 4,
    unsupportedOpcode = 5,
};

/// The registry's name of a result code ("NO_RESOURCES"); empty for a number that has none.
[[nodiscard]] constexpr std::string_view name(ResultCode code) noexcept {
    switch (code) {
    case ResultCode::success:
        return "SUCCESS";
    case ResultCode::unsuppVersion:
        return "UNSUPP_VERSION";
    case ResultCode::notAuthorized:
        return "NOT_AUTHORIZED";
    case ResultCode::malformedRequest:
        return "MALFORMED_REQUEST";
    case ResultCode::unsuppOpcode:
        return "UNSUPP_OPCODE";
    case ResultCode::unsuppOption:
        return "UNSUPP_OPTION";
    case ResultCode::malformedOption:
        return "MALFORMED_OPTION";
    case ResultCode::networkFailure:
        return "NETWORK_FAILURE";
    case ResultCode::noResources:
        return "NO_RESOURCES";
    case ResultCode::unsuppProtocol:
        return "UNSUPP_PROTOCOL";
    case ResultCode::userExQuota:
        return "USER_EX_QUOTA";
    case ResultCode::cannotProvideExternal:
        return "CANNOT_PROVIDE_EXTERNAL";
    case ResultCode::addressMismatch:
        return "ADDRESS_MISMATCH";
    case ResultCode::excessiveRemotePeers:
        return "EXCESSIVE_REMOTE_PEERS";
    case ResultCode::initiation:
        return "INITIATION";
    case ResultCode::authenticationRequired:
        return "AUTHENTICATION_REQUIRED";
    case ResultCode::authenticationFailed:
        return "AUTHENTICATION_FAILED";
    case ResultCode::authenticationSucceeded:
        return "AUTHENTICATION_SUCCEEDED";
    case ResultCode::authorizationFailed:
        return "AUTHORIZATION_FAILED";
    case ResultCode::sessionTerminated:
        return "SESSION_TERMINATED";
    case ResultCode::unknownSessionId:
        return "UNKNOWN_SESSION_ID";
    case ResultCode::downgradeAttackDetected:
        return "DOWNGRADE_ATTACK_DETECTED";
    case ResultCode::authenticationRequest:
        return "AUTHENTICATION_REQUEST";
    case ResultCode::authenticationReply:
        return "AUTHENTICATION_REPLY";
    case ResultCode::thirdPartyIdUnknown:
        return "THIRD_PARTY_ID_UNKNOWN";
    case ResultCode::thirdPartyMissingOption:
        return "THIRD_PARTY_MISSING_OPTION";
    case ResultCode::unsuppThirdPartyIdLength:
        return "UNSUPP_THIRD_PARTY_ID_LENGTH";
    }
    return {};
}

/// The name of a NAT-PMP result code; empty for a number that has none.
[[nodiscard]] constexpr std::string_view name(NatPmpResult code) noexcept {
    switch (code) {
    case NatPmpResult::success:
        return "SUCCESS";
    case NatPmpResult::unsupportedVersion:
        return "UNSUPPORTED_VERSION";
    case NatPmpResult::notAuthorized:
        return "NOT_AUTHORIZED";
    case NatPmpResult::networkFailure:
        return "NETWORK_FAILURE";
    case NatPmpResult::outOfResources:
        return "OUT_OF_RESOURCES";
    case NatPmpResult::unsupportedOpcode:
        return "UNSUPPORTED_OPCODE";
    }
    return {};
}

/// The name of an opcode ("MAP"); empty for a number that has none.
[[nodiscard]] constexpr std::string_view name(Opcode opcode) noexcept {
    switch (opcode) {
    case Opcode::announce:
        return "ANNOUNCE";
    case Opcode::map:
        return "MAP";
    case Opcode::peer:
        return "PEER";
    case Opcode::authentication:
        return "AUTHENTICATION";
    }
    return {};
}

/// The lower-case keyword of a protocol number ("tcp"); empty for one that has none here.
[[nodiscard]] constexpr std::string_view name(Protocol protocol) noexcept {
    switch (protocol) {
    case Protocol::all:
        return "all";
    case Protocol::tcp:
        return "tcp";
    case Protocol::udp:
        return "udp";
    case Protocol::dccp:
        return "dccp";
    case Protocol::sctp:
        return "sctp";
    case Protocol::udplite:
        return "udplite";
    }
    return {};
}

} // namespace portolan::wire
