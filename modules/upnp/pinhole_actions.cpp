// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

module portolan.upnp;

namespace portolan::upnp {

namespace {

std::optional<bool> flag(std::string_view text) {
    text = trimmed(text);
    if (text == "1" || equalsIgnoringCase(text, "true") || equalsIgnoringCase(text, "yes")) {
        return true;
    }
    if (text == "0" || equalsIgnoringCase(text, "false") || equalsIgnoringCase(text, "no")) {
        return false;
    }
    return std::nullopt;
}

} // namespace

result<GetFirewallStatus::Answer> GetFirewallStatus::Answer::read(const SoapAnswer& answer) {
    const auto enabled = flag(answer.text("FirewallEnabled"));
    const auto allowed = flag(answer.text("InboundPinholeAllowed"));
    if (!enabled || !allowed) {
        return Error{Fault::badArgument, "FirewallEnabled or InboundPinholeAllowed"};
    }
    return Answer{*enabled, *allowed};
}

SoapArguments AddPinhole::arguments() const {
    return {
        {"RemoteHost", ""},
        {"RemotePort", "0"},
        {"InternalClient", fmt::format("{}", internalClient)},
        {"InternalPort", fmt::format("{}", internalPort)},
        {"Protocol", fmt::format("{}", static_cast<unsigned>(protocol))},
        {"LeaseTime", fmt::format("{}", lease.count())},
    };
}

result<AddPinhole::Answer> AddPinhole::Answer::read(const SoapAnswer& answer) {
    const auto id = number<std::uint16_t>(answer.text("UniqueID"));
    if (!id) {
        return Error{Fault::badArgument, "UniqueID"};
    }
    return Answer{*id};
}

SoapArguments UpdatePinhole::arguments() const {
    return {{"UniqueID", fmt::format("{}", uniqueId)}, {"NewLeaseTime", fmt::format("{}", lease.count())}};
}

SoapArguments DeletePinhole::arguments() const {
    return {{"UniqueID", fmt::format("{}", uniqueId)}};
}

} // namespace portolan::upnp
