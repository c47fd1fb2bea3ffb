// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <system_error>

module portolan.upnp;

namespace portolan::upnp {

namespace {

struct Known {
    ErrorCode code{};
    std::string_view name;
    std::string_view text;
};

constexpr std::string_view refuses = "the gateway refuses";
constexpr std::string_view misunderstands = "the gateway does not take the request as it stands";
constexpr std::string_view lacks = "the gateway does not offer this operation";
constexpr std::string_view full = "the gateway has no room for the mapping at the moment";
constexpr std::string_view taken = "the external port is taken, or the gateway does not let this host map it";

constexpr std::array known{
    Known{ErrorCode::invalidAction, "InvalidAction", lacks},
    Known{ErrorCode::invalidArgs, "InvalidArgs", misunderstands},
    Known{ErrorCode::actionFailed, "ActionFailed", "the gateway failed to do it"},
    Known{ErrorCode::argumentValueInvalid, "ArgumentValueInvalid", misunderstands},
    Known{ErrorCode::argumentValueOutOfRange, "ArgumentValueOutOfRange", misunderstands},
    Known{ErrorCode::optionalActionNotImplemented, "OptionalActionNotImplemented", lacks},
    Known{ErrorCode::outOfMemory, "OutOfMemory", full},
    Known{ErrorCode::humanInterventionRequired, "HumanInterventionRequired", "the gateway wants to be asked in person"},
    Known{ErrorCode::stringArgumentTooLong, "StringArgumentTooLong", misunderstands},
    Known{ErrorCode::actionNotAuthorized, "ActionNotAuthorized",
          "the gateway does not allow this; its settings may have a switch for UPnP"},
    Known{ErrorCode::pinholeSpaceExhausted, "PinholeSpaceExhausted", full},
    Known{ErrorCode::firewallDisabled, "FirewallDisabled",
          "the gateway's firewall is off, so nothing has to be opened"},
    Known{ErrorCode::inboundPinholeNotAllowed, "InboundPinholeNotAllowed",
          "the gateway does not allow this; its settings may have a switch for pinholes"},
    Known{ErrorCode::noSuchEntry, "NoSuchEntry", "the gateway has no such pinhole"},
    Known{ErrorCode::protocolNotSupported, "ProtocolNotSupported", "the gateway cannot open this protocol"},
    Known{ErrorCode::internalPortWildcardingNotAllowed, "InternalPortWildcardingNotAllowed", misunderstands},
    Known{ErrorCode::protocolWildcardingNotAllowed, "ProtocolWildcardingNotAllowed", misunderstands},
    Known{ErrorCode::invalidLayer2Address, "InvalidLayer2Address", misunderstands},
    Known{ErrorCode::noPacketSent, "NoPacketSent", refuses},
    Known{ErrorCode::specifiedArrayIndexInvalid, "SpecifiedArrayIndexInvalid", "the gateway has no more mappings"},
    Known{ErrorCode::noSuchEntryInArray, "NoSuchEntryInArray", "the gateway has no such mapping"},
    Known{ErrorCode::wildCardNotPermittedInSrcIp, "WildCardNotPermittedInSrcIP",
          "the gateway opens ports to a single remote host only"},
    Known{ErrorCode::wildCardNotPermittedInExtPort, "WildCardNotPermittedInExtPort", misunderstands},
    Known{ErrorCode::conflictInMappingEntry, "ConflictInMappingEntry", taken},
    Known{ErrorCode::samePortValuesRequired, "SamePortValuesRequired",
          "the gateway wants the external port to be the internal one"},
    Known{ErrorCode::onlyPermanentLeasesSupported, "OnlyPermanentLeasesSupported",
          "the gateway makes permanent mappings only"},
    Known{ErrorCode::remoteHostOnlySupportsWildcard, "RemoteHostOnlySupportsWildcard", misunderstands},
    Known{ErrorCode::externalPortOnlySupportsWildcard, "ExternalPortOnlySupportsWildcard",
          "the gateway maps all ports or none"},
    Known{ErrorCode::noPortMapsAvailable, "NoPortMapsAvailable", full},
    Known{ErrorCode::conflictWithOtherMechanisms, "ConflictWithOtherMechanisms", taken},
    Known{ErrorCode::portMappingNotFound, "PortMappingNotFound", "the gateway has no such mapping"},
    Known{ErrorCode::readOnly, "ReadOnly", refuses},
    Known{ErrorCode::wildCardNotPermittedInIntPort, "WildCardNotPermittedInIntPort", misunderstands},
    Known{ErrorCode::inconsistentParameters, "InconsistentParameters", misunderstands},
};

const Known* find(ErrorCode code) noexcept {
    const auto* const at = std::ranges::find(known, code, &Known::code);
    return at == known.end() ? nullptr : at;
}

std::string_view describe(Fault fault) {
    switch (fault) {
    case Fault::notHttp:
        return "the gateway's answer is not HTTP";
    case Fault::httpStatus:
        return "the gateway has no such service at this address";
    case Fault::tooLarge:
        return "the gateway's answer is too large";
    case Fault::tooDeep:
        return "the gateway's answer is nested too deeply";
    case Fault::notXml:
        return "the gateway's answer is not XML";
    case Fault::forbiddenXml:
        return "the gateway's answer has a document type declaration, which UPnP forbids";
    case Fault::notDescription:
        return "the gateway's answer describes no device";
    case Fault::noService:
        return "the gateway offers no service to open ports by";
    case Fault::badUrl:
        return "the gateway gave a URL that is not http with a literal address";
    case Fault::foreignUrl:
        return "the gateway gave a URL of another host, which is not followed";
    case Fault::notSoap:
        return "the gateway's answer does not fit the request";
    case Fault::badArgument:
        return "the gateway's answer lacks something or makes no sense";
    case Fault::foreignMapping:
        return "the external port is mapped for somebody else, whose mapping is left alone";
    case Fault::vanished:
        return "the gateway granted the mapping and dropped it at once";
    }
    return "unknown fault";
}

struct IgdCategory final : std::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "upnp"; }

    [[nodiscard]] std::string message(int value) const override {
        const Known* const code = find(static_cast<ErrorCode>(value));
        return code == nullptr ? fmt::format("{} (error {})", refuses, value)
                               : fmt::format("{} ({} {})", code->text, value, code->name);
    }
};

struct FaultCategory final : std::error_category {
    [[nodiscard]] const char* name() const noexcept override { return "upnp-fault"; }

    [[nodiscard]] std::string message(int value) const override {
        return std::string{describe(static_cast<Fault>(value))};
    }
};

} // namespace

std::string_view name(ErrorCode code) noexcept {
    const Known* const found = find(code);
    return found == nullptr ? std::string_view{} : found->name;
}

const std::error_category& igdCategory() noexcept {
    static const IgdCategory category;
    return category;
}

const std::error_category& faultCategory() noexcept {
    static const FaultCategory category;
    return category;
}

} // namespace portolan::upnp
