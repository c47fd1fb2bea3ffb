// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

module portolan.simulator;

import portolan.net;
import :asio_endpoint;
import :igd_action;
import :state;

namespace portolan::simulator {

namespace {

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool equalInAnyCase(std::string_view a, std::string_view upper) noexcept {
    return std::ranges::equal(a, upper, [](char each, char capital) {
        return (each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each) == capital;
    });
}

} // namespace

std::string_view descriptionOf(UpnpError error) noexcept {
    switch (error) {
    case UpnpError::invalidAction:
        return "Invalid Action";
    case UpnpError::invalidArgs:
        return "Invalid Args";
    case UpnpError::actionFailed:
        return "Action Failed";
    case UpnpError::argumentValueOutOfRange:
        return "Argument Value Out of Range";
    case UpnpError::notAuthorized:
        return "Action not authorized";
    case UpnpError::pinholeSpaceExhausted:
        return "PinholeSpaceExhausted";
    case UpnpError::firewallDisabled:
        return "FirewallDisabled";
    case UpnpError::inboundPinholeNotAllowed:
        return "InboundPinholeNotAllowed";
    case UpnpError::noSuchEntry:
        return "NoSuchEntry";
    case UpnpError::protocolNotSupported:
        return "ProtocolNotSupported";
    case UpnpError::internalPortWildcardingNotAllowed:
        return "InternalPortWildcardingNotAllowed";
    case UpnpError::protocolWildcardingNotAllowed:
        return "ProtocolWildcardingNotAllowed";
    case UpnpError::wildCardNotPermittedInSrcIp:
        return "WildCardNotPermittedInSrcIP";
    case UpnpError::noPacketSent:
        return "NoPacketSent";
    case UpnpError::specifiedArrayIndexInvalid:
        return "SpecifiedArrayIndexInvalid";
    case UpnpError::noSuchEntryInArray:
        return "NoSuchEntryInArray";
    case UpnpError::wildCardNotPermittedInExtPort:
        return "WildCardNotPermittedInExtPort";
    case UpnpError::conflictInMappingEntry:
        return "ConflictInMappingEntry";
    case UpnpError::onlyPermanentLeasesSupported:
        return "OnlyPermanentLeasesSupported";
    case UpnpError::remoteHostOnlySupportsWildcard:
        return "RemoteHostOnlySupportsWildcard";
    case UpnpError::noPortMapsAvailable:
        return "NoPortMapsAvailable";
    case UpnpError::conflictWithOtherMechanisms:
        return "ConflictWithOtherMechanisms";
    case UpnpError::portMappingNotFound:
        return "PortMappingNotFound";
    case UpnpError::wildCardNotPermittedInIntPort:
        return "WildCardNotPermittedInIntPort";
    case UpnpError::inconsistentParameters:
        return "InconsistentParameters";
    }
    return "";
}

UpnpError toUpnp(const Denial& denial, IgdVersion version) noexcept {
    const bool first = version == IgdVersion::v1;
    switch (denial.code) {
    case wire::ResultCode::notAuthorized:
        return first ? UpnpError::conflictInMappingEntry : UpnpError::notAuthorized;
    case wire::ResultCode::noResources:
    case wire::ResultCode::userExQuota:
        return first ? UpnpError::actionFailed : UpnpError::noPortMapsAvailable;
    case wire::ResultCode::cannotProvideExternal:
        return UpnpError::conflictInMappingEntry;
    default:
        return UpnpError::actionFailed;
    }
}

const std::string& ActionCall::text(std::string_view name) const noexcept {
    static const std::string none;
    const auto found =
        std::ranges::find(in, name, [](const auto& argument) { return std::string_view{argument.first}; });
    return found == in.end() ? none : found->second;
}

UpnpResult<std::uint32_t> ActionCall::number(std::string_view name, std::uint32_t most) const noexcept {
    const std::string_view digits = trimmed(text(name));
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value > most) {
        return UpnpError::invalidArgs;
    }
    return value;
}

UpnpResult<std::uint16_t> ActionCall::port(std::string_view name) const noexcept {
    const auto value = number(name, std::numeric_limits<std::uint16_t>::max());
    return value ? UpnpResult<std::uint16_t>{static_cast<std::uint16_t>(value.assume_value())}
                 : UpnpResult<std::uint16_t>{value.assume_error()};
}

UpnpResult<bool> ActionCall::flag(std::string_view name) const noexcept {
    const std::string_view word = trimmed(text(name));
    const auto is = [&](std::string_view upper) { return equalInAnyCase(word, upper); };
    if (is("1") || is("TRUE") || is("YES")) {
        return boost::outcome_v2::success(true);
    }
    if (is("0") || is("FALSE") || is("NO")) {
        return boost::outcome_v2::success(false);
    }
    return UpnpError::invalidArgs;
}

UpnpResult<wire::Address> ActionCall::address(std::string_view name) const noexcept {
    const std::string word{trimmed(text(name))};
    net::error_code error;
    const net::ip::address parsed = net::ip::make_address(word, error);
    if (error || word.find('%') != word.npos) {
        return UpnpError::invalidArgs;
    }
    return toEndpoint(net::ip::udp::endpoint{parsed, 0}).address;
}

UpnpResult<wire::Protocol> ActionCall::protocol(std::string_view name, bool anyCase) const noexcept {
    const std::string_view word = trimmed(text(name));
    const auto is = [&](std::string_view upper) { return anyCase ? equalInAnyCase(word, upper) : word == upper; };
    if (is("TCP")) {
        return wire::Protocol::tcp;
    }
    if (is("UDP")) {
        return wire::Protocol::udp;
    }
    return UpnpError::invalidArgs;
}

} // namespace portolan::simulator
