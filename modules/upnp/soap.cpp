// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

module portolan.upnp;

import :xml;

namespace portolan::upnp {

namespace {

/// The element of this name, at any depth.
const XmlElement* findBelow(const XmlElement& element, std::string_view name) {
    if (const XmlElement* const child = element.child(name)) {
        return child;
    }
    for (const XmlElement& child : element.children) {
        if (const XmlElement* const found = findBelow(child, name)) {
            return found;
        }
    }
    return nullptr;
}

Error faultOf(const XmlElement& fault) {
    const XmlElement* const code = findBelow(fault, "errorCode");
    const auto value = code == nullptr ? std::nullopt : number<std::uint16_t>(code->text);
    if (!value || *value == 0) {
        return Error{Fault::notSoap, "a fault without a code of UPnP"};
    }
    const XmlElement* const text = findBelow(fault, "errorDescription");
    return Error{static_cast<ErrorCode>(*value), text == nullptr ? std::string{} : printable(text->text)};
}

} // namespace

HttpRequest soapRequest(const Service& service, std::string_view action, const SoapArguments& arguments) {
    // The spelling of SOAPAction counts for gateways that compare octets.
    return {"POST",
            service.control.target,
            hostText(service.control),
            {{"Content-Type", "text/xml; charset=\"utf-8\""},
             {"SOAPAction", fmt::format("\"{}#{}\"", service.type, action)}},
            soapEnvelope(action, service.type, arguments)};
}

std::optional<std::string_view> SoapAnswer::find(std::string_view name) const noexcept {
    const auto at = std::ranges::find_if(
        arguments_, [name](const auto& argument) { return equalsIgnoringCase(argument.first, name); });
    return at == arguments_.end() ? std::nullopt : std::optional{std::string_view{at->second}};
}

std::string_view SoapAnswer::text(std::string_view name) const noexcept {
    return find(name).value_or(std::string_view{});
}

result<SoapAnswer> readSoap(std::string_view action, const HttpResponse& response) {
    const auto root = parseXml(response.body);
    const XmlElement* const body = root ? root.value().child("Body") : nullptr;
    if (body != nullptr) {
        // A fault is one under any status of HTTP: some gateways say 200.
        if (const XmlElement* const fault = body->child("Fault")) {
            return faultOf(*fault);
        }
    }
    if (response.status != 200) {
        return Error{Fault::httpStatus, fmt::format("HTTP {}", response.status)};
    }
    if (!root) {
        return root.error();
    }
    const XmlElement* const answer = body == nullptr ? nullptr : body->child(fmt::format("{}Response", action));
    if (answer == nullptr) {
        return Error{Fault::notSoap, printable(action)};
    }
    SoapArguments arguments;
    for (const XmlElement& argument : answer->children) {
        arguments.emplace_back(argument.name, argument.text);
    }
    return SoapAnswer{std::move(arguments)};
}

} // namespace portolan::upnp
