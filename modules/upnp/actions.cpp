// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

module portolan.upnp;

namespace portolan::upnp {

namespace {

/// In upper case: some gateways know no other.
std::string protocolText(wire::Protocol protocol) {
    return protocol == wire::Protocol::udp ? "UDP" : "TCP";
}

Error bad(std::string_view argument) {
    return {Fault::badArgument, std::string{argument}};
}

SoapArguments creation(const PortMapping& mapping) {
    return {
        {"NewRemoteHost", ""},
        {"NewExternalPort", fmt::format("{}", mapping.externalPort)},
        {"NewProtocol", protocolText(mapping.protocol)},
        {"NewInternalPort", fmt::format("{}", mapping.internalPort)},
        {"NewInternalClient", mapping.internalClient ? fmt::format("{}", *mapping.internalClient) : ""},
        {"NewEnabled", mapping.enabled ? "1" : "0"},
        {"NewPortMappingDescription", mapping.description},
        {"NewLeaseDuration", fmt::format("{}", mapping.lease.count())},
    };
}

SoapArguments naming(wire::Protocol protocol, std::uint16_t externalPort) {
    return {{"NewRemoteHost", ""},
            {"NewExternalPort", fmt::format("{}", externalPort)},
            {"NewProtocol", protocolText(protocol)}};
}

bool isYes(std::string_view text) {
    return text == "1" || equalsIgnoringCase(text, "true") || equalsIgnoringCase(text, "yes");
}

/// What every entry says. The client is the one thing that must be there.
result<PortMapping> readEntry(const SoapAnswer& answer) {
    const auto client = answer.find("NewInternalClient");
    const auto port = number<std::uint16_t>(answer.text("NewInternalPort"));
    if (!client || !port) {
        return bad("NewInternalClient or NewInternalPort");
    }
    PortMapping mapping;
    mapping.internalPort = *port;
    mapping.internalClient = address(*client);
    mapping.enabled = isYes(answer.find("NewEnabled").value_or("1"));
    mapping.description = answer.text("NewPortMappingDescription");
    mapping.lease = std::chrono::seconds{number<std::uint32_t>(answer.text("NewLeaseDuration")).value_or(0)};
    return mapping;
}

} // namespace

result<Nothing> Nothing::read(const SoapAnswer& /*answer*/) {
    return Nothing{};
}

result<GetStatusInfo::Answer> GetStatusInfo::Answer::read(const SoapAnswer& answer) {
    const auto status = answer.find("NewConnectionStatus");
    if (!status) {
        return bad("NewConnectionStatus");
    }
    Answer info;
    info.connected = equalsIgnoringCase(*status, "Connected") || equalsIgnoringCase(*status, "Up");
    info.status = printable(*status);
    if (const auto seconds = number<std::uint32_t>(answer.text("NewUptime"))) {
        info.uptime = std::chrono::seconds{*seconds};
    }
    return info;
}

result<GetExternalIpAddress::Answer> GetExternalIpAddress::Answer::read(const SoapAnswer& answer) {
    const auto text = answer.find("NewExternalIPAddress");
    if (!text) {
        return bad("NewExternalIPAddress");
    }
    if (text->empty()) {
        return Answer{}; // not connected
    }
    const auto external = upnp::address(*text);
    if (!external || !external->isV4()) {
        return bad("NewExternalIPAddress");
    }
    return Answer{*external};
}

SoapArguments AddPortMapping::arguments() const {
    return creation(mapping);
}

SoapArguments AddAnyPortMapping::arguments() const {
    return creation(mapping);
}

result<AddAnyPortMapping::Answer> AddAnyPortMapping::Answer::read(const SoapAnswer& answer) {
    const auto port = number<std::uint16_t>(answer.text("NewReservedPort"));
    if (!port || *port == 0) {
        return bad("NewReservedPort");
    }
    return Answer{*port};
}

SoapArguments DeletePortMapping::arguments() const {
    return naming(protocol, externalPort);
}

SoapArguments GetSpecificPortMappingEntry::arguments() const {
    return naming(protocol, externalPort);
}

result<GetSpecificPortMappingEntry::Answer> GetSpecificPortMappingEntry::Answer::read(const SoapAnswer& answer) {
    auto entry = readEntry(answer);
    if (!entry) {
        return entry.error();
    }
    return Answer{entry.value()};
}

SoapArguments GetGenericPortMappingEntry::arguments() const {
    return {{"NewPortMappingIndex", fmt::format("{}", index)}};
}

result<GetGenericPortMappingEntry::Answer> GetGenericPortMappingEntry::Answer::read(const SoapAnswer& answer) {
    auto entry = readEntry(answer);
    const auto port = number<std::uint16_t>(answer.text("NewExternalPort"));
    const auto protocol = answer.find("NewProtocol");
    if (!entry || !port || !protocol) {
        return bad("an entry of the list");
    }
    entry.value().externalPort = *port;
    entry.value().protocol = equalsIgnoringCase(*protocol, "UDP") ? wire::Protocol::udp : wire::Protocol::tcp;
    return Answer{entry.value()};
}

} // namespace portolan::upnp
