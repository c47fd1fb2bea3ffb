// SPDX-License-Identifier: MIT
module;

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <system_error>

module portolan.error;

namespace portolan {

namespace {

std::string_view describe(Errc code) {
    switch (code) {
    case Errc::noGateway:
        return "no gateway found";
    case Errc::gatewayUnknown:
        return "the default route names no gateway";
    case Errc::noSourceAddress:
        return "no usable local address towards the gateway";
    case Errc::noAnswer:
        return "the gateway did not answer";
    case Errc::unreachable:
        return "the gateway is unreachable";
    case Errc::versionNotSupported:
        return "the gateway does not speak this protocol";
    case Errc::invalidRequest:
        return "invalid request";
    case Errc::alreadyMapped:
        return "this client already holds a mapping for that protocol and internal port";
    case Errc::otherExternal:
        return "the gateway granted another external port";
    case Errc::notAvailable:
        return "the gateway's protocol cannot express the request";
    case Errc::cancelled:
        return "cancelled";
    case Errc::mappingLost:
        return "the mapping is no longer held";
    case Errc::leftStanding:
        return "a mapping that was given up may be left standing until it expires";
    }
    return "unknown error";
}

std::string_view describe(wire::ResultCode code) {
    using wire::ResultCode;
    switch (code) {
    case ResultCode::success:
        return "success";
    case ResultCode::unsuppVersion:
        return "the gateway does not support this protocol version";
    case ResultCode::notAuthorized:
        return "the gateway does not allow this, or another client owns the port";
    case ResultCode::malformedRequest:
        return "the gateway could not read the request";
    case ResultCode::unsuppOpcode:
        return "the gateway does not offer this operation";
    case ResultCode::unsuppOption:
        return "the gateway does not support an option of the request";
    case ResultCode::malformedOption:
        return "the gateway could not read an option of the request";
    case ResultCode::networkFailure:
        return "the gateway has no connection to the outside at the moment";
    case ResultCode::noResources:
        return "the gateway has no room for the mapping at the moment";
    case ResultCode::unsuppProtocol:
        return "the gateway cannot map this protocol";
    case ResultCode::userExQuota:
        return "this host's quota of mappings is used up";
    case ResultCode::cannotProvideExternal:
        return "the gateway cannot provide the external address or port";
    case ResultCode::addressMismatch:
        return "another NAT lies between this host and the gateway";
    case ResultCode::excessiveRemotePeers:
        return "more filters than the gateway can keep";
    case ResultCode::authenticationRequired:
        return "the gateway requires authentication";
    default:
        return "the gateway refused the request";
    }
}

std::string_view describe(wire::NatPmpResult code) {
    using wire::NatPmpResult;
    switch (code) {
    case NatPmpResult::success:
        return "success";
    case NatPmpResult::unsupportedVersion:
        return "the gateway does not support this protocol version";
    case NatPmpResult::notAuthorized:
        return "the gateway does not allow this";
    case NatPmpResult::networkFailure:
        return "the gateway has no connection to the outside at the moment";
    case NatPmpResult::outOfResources:
        return "the gateway has no room for the mapping at the moment";
    case NatPmpResult::unsupportedOpcode:
        return "the gateway does not offer this operation";
    }
    return "the gateway refused the request";
}

/// "DESCRIPTION (NAME)", or "DESCRIPTION (result N)" for a code without a name.
template <class Code>
std::string withName(Code code, int value) {
    const std::string_view known = wire::name(code);
    return known.empty() ? fmt::format("{} (result {})", describe(code), value)
                         : fmt::format("{} ({})", describe(code), known);
}

struct PortolanCategory final : std::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "portolan"; }

    [[nodiscard]] std::string message(int value) const override {
        return std::string{describe(static_cast<Errc>(value))};
    }
};

struct PcpCategory final : std::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "pcp"; }

    [[nodiscard]] std::string message(int value) const override {
        return withName(static_cast<wire::ResultCode>(value), value);
    }
};

struct NatPmpCategory final : std::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "nat-pmp"; }

    [[nodiscard]] std::string message(int value) const override {
        return withName(static_cast<wire::NatPmpResult>(value), value);
    }
};

} // namespace

const std::error_category& portolanCategory() noexcept {
    static const PortolanCategory category;
    return category;
}

const std::error_category& pcpCategory() noexcept {
    static const PcpCategory category;
    return category;
}

const std::error_category& natPmpCategory() noexcept {
    static const NatPmpCategory category;
    return category;
}

std::string Error::message() const {
    return detail.empty() ? code.message() : fmt::format("{}: {}", code.message(), detail);
}

} // namespace portolan
