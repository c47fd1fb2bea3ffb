// SPDX-License-Identifier: MIT
module;

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

module portolan.cli;

import portolan.transport;
import portolan.upnp;
import :beyond;

namespace portolan::cli {

namespace {

/// What is said of an error besides its own message.
struct Verdict {
    ExitStatus status;
    std::string_view kind;
    std::string code;
    std::string_view advice;
};

Verdict judge(Errc code) {
    switch (code) {
    case Errc::noGateway: // the message tells what to do, as that of the next does
        return {ExitStatus::noGateway, "no-gateway", "NO_GATEWAY", ""};
    case Errc::gatewayUnknown:
        return {ExitStatus::noGateway, "no-gateway", "GATEWAY_UNKNOWN", ""};
    case Errc::noSourceAddress:
        return {ExitStatus::noAnswer, "unreachable", "NO_SOURCE_ADDRESS", "name an address of this host (--source)"};
    case Errc::noAnswer:
        return {ExitStatus::noAnswer, "timeout", "NO_ANSWER",
                "see that port mapping (PCP, NAT-PMP or UPnP) is on at the gateway and no firewall drops UDP to it, or "
                "name another gateway (--gateway)"};
    case Errc::unreachable:
        return {ExitStatus::noAnswer, "unreachable", "UNREACHABLE",
                "switch port mapping (PCP, NAT-PMP or UPnP) on at the gateway, or name another gateway (--gateway)"};
    case Errc::versionNotSupported:
        return {ExitStatus::refused, "refused", "VERSION_NOT_SUPPORTED", "try another protocol (--protocol)"};
    case Errc::invalidRequest:
        return {ExitStatus::usage, "usage", "INVALID_REQUEST", ""};
    case Errc::alreadyMapped:
        return {ExitStatus::failed, "internal", "ALREADY_MAPPED", ""};
    case Errc::otherExternal:
        return {ExitStatus::refused, "refused", "OTHER_EXTERNAL_PORT",
                "choose another port or leave out --prefer-failure"};
    case Errc::notAvailable:
        return {ExitStatus::refused, "refused", "NOT_AVAILABLE",
                "NAT-PMP and UPnP map single ports of tcp and udp, without options"};
    case Errc::cancelled:
        return {ExitStatus::failed, "cancelled", "CANCELLED", ""};
    case Errc::mappingLost:
        return {ExitStatus::failed, "lost", "MAPPING_LOST", ""};
    case Errc::leftStanding:
        return {ExitStatus::failed, "left", "LEFT_STANDING", "delete it (portolan unmap)"};
    }
    return {ExitStatus::failed, "internal", "UNKNOWN", ""};
}

std::string_view advice(wire::ResultCode code) {
    using enum wire::ResultCode;
    switch (code) {
    case notAuthorized:
        return "allow port mapping for this host at the gateway, or choose another port; if the port was mapped before "
               "under a nonce that is lost, give that --nonce or wait until the mapping has expired";
    case cannotProvideExternal:
    case userExQuota:
    case noResources:
        return "choose another external port, delete mappings, or try again later";
    case unsuppOption:
    case malformedOption:
    case excessiveRemotePeers:
        return "leave out --filter, --third-party or --prefer-failure";
    case addressMismatch:
        return "name the outer gateway (--gateway) or map the port there as well";
    case networkFailure:
        return "try again when the gateway is connected";
    default:
        return "";
    }
}

std::string_view advice(wire::NatPmpResult code) {
    switch (code) {
    case wire::NatPmpResult::notAuthorized:
        return "allow port mapping for this host at the gateway";
    case wire::NatPmpResult::networkFailure:
        return "try again when the gateway is connected";
    case wire::NatPmpResult::outOfResources:
        return "choose another port, or try again later";
    default:
        return "";
    }
}

/// What a gateway said by UPnP; its own words name what to do.
Verdict judge(upnp::ErrorCode code) {
    return {ExitStatus::refused, "refused", fmt::format("UPNP_{}", static_cast<unsigned>(code)), ""};
}

Verdict judge(upnp::Fault fault) {
    switch (fault) {
    case upnp::Fault::foreignMapping:
        return {ExitStatus::refused, "refused", "UPNP_FOREIGN_MAPPING", "choose another external port"};
    case upnp::Fault::vanished:
        return {ExitStatus::refused, "refused", "UPNP_VANISHED", ""};
    case upnp::Fault::noService:
        return {ExitStatus::refused, "refused", "UPNP_NO_SERVICE", "try another protocol (--protocol)"};
    default:
        return {ExitStatus::noAnswer, "timeout", "UPNP_NOT_UNDERSTOOD", "try another protocol (--protocol)"};
    }
}

template <class Code>
Verdict judgeAnswer(Code code) {
    return {ExitStatus::refused, "refused", fmt::format("{}", code), advice(code)};
}

bool isUnreachable(const std::error_code& code) {
    using std::errc;
    return code == errc::network_unreachable || code == errc::host_unreachable || code == errc::network_down ||
           code == errc::connection_refused;
}

std::string_view systemAdvice(const std::error_code& code) {
    if (code == std::errc::operation_not_permitted) {
        return "a firewall of this host forbids it: let UDP out to the gateway";
    }
    if (code == std::errc::permission_denied) {
        return "the system forbids it: the address may be a broadcast address, or a policy may keep this program in";
    }
    return "";
}

Verdict judge(const std::error_code& code) {
    if (code.category() == portolanCategory()) {
        return judge(static_cast<Errc>(code.value()));
    }
    if (code.category() == pcpCategory()) {
        return judgeAnswer(static_cast<wire::ResultCode>(code.value()));
    }
    if (code.category() == natPmpCategory()) {
        return judgeAnswer(static_cast<wire::NatPmpResult>(code.value()));
    }
    if (code.category() == upnp::igdCategory()) {
        return judge(static_cast<upnp::ErrorCode>(code.value()));
    }
    if (code.category() == upnp::faultCategory()) {
        return judge(static_cast<upnp::Fault>(code.value()));
    }
    if (isUnreachable(code)) {
        return {ExitStatus::noAnswer, "unreachable", "UNREACHABLE", "see that the network is up, and --gateway right"};
    }
    if (code == std::errc::connection_reset || code == std::errc::connection_aborted) {
        return {ExitStatus::noAnswer, "timeout", "NO_ANSWER", "try again, or another protocol (--protocol)"};
    }
    if (code == std::errc::address_not_available) {
        return {ExitStatus::usage, "usage", "NOT_AN_ADDRESS_OF_THIS_HOST", "name an address of this host"};
    }
    return {ExitStatus::failed, "system", fmt::format("SYSTEM_{}", code.value()), systemAdvice(code)};
}

} // namespace

Failure explain(const UsageError& error) {
    return {ExitStatus::usage, "usage", "INVALID_ARGUMENT", error.message};
}

Failure explain(const Error& error, std::string advice) {
    Verdict verdict = judge(error.code);
    if (advice.empty() && error.gatewayExternal) {
        advice = adviceFor(wire::reachOf(*error.gatewayExternal));
    }
    if (advice.empty()) {
        advice = verdict.advice;
    }
    std::string message = error.message();
    if (!advice.empty()) {
        message += "; " + advice;
    }
    Failure failure{verdict.status, std::string{verdict.kind}, std::move(verdict.code), std::move(message),
                    error.retryAfter};
    if (error.gatewayExternal) {
        failure.gatewayExternal = transport::toAsio(*error.gatewayExternal);
    }
    return failure;
}

Failure unforeseen(std::string message) {
    return {ExitStatus::failed, "internal", "UNFORESEEN", std::move(message)};
}

} // namespace portolan::cli
