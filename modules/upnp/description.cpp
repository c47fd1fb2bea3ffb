// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

module portolan.upnp;

import :xml;

namespace portolan::upnp {

namespace {

/// No gateway has more connections to the outside.
constexpr std::size_t mostServices = 16;

constexpr std::array kinds{ServiceKind::wanIp, ServiceKind::wanPpp, ServiceKind::ipv6Firewall};

struct ServiceType {
    ServiceKind kind{};
    unsigned version = 1;
};

/// Whether the text is such a URN as may be written into a header and an attribute.
bool isPlain(std::string_view urn) {
    return urn.size() <= 128 && std::ranges::all_of(urn, [](char letter) {
               return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
                      (letter >= 'A' && letter <= 'Z') ||
                      std::string_view{":-._"}.find(letter) != std::string_view::npos;
           });
}

/// Reads "urn:DOMAIN:service:NAME:VERSION".
std::optional<ServiceType> readType(std::string_view urn) {
    const std::size_t colon = urn.rfind(':');
    if (colon == std::string_view::npos || !isPlain(urn)) {
        return std::nullopt;
    }
    const auto version = number<unsigned>(urn.substr(colon + 1));
    const std::string_view front = urn.substr(0, colon);
    const std::string_view known = front.substr(std::min(front.size(), front.rfind(':') + 1));
    for (const ServiceKind kind : kinds) {
        if (version && equalsIgnoringCase(known, name(kind))) {
            return ServiceType{kind, *version};
        }
    }
    return std::nullopt;
}

void readService(const XmlElement& element, const Url& base, const Trust& trust, Description& description) {
    const std::string_view urn = element.textOf("serviceType");
    const auto type = readType(urn);
    if (!type) {
        return;
    }
    auto control = resolve(base, element.textOf("controlURL"));
    if (control) {
        control = trust.admit(control.value());
    }
    if (!control || description.services.size() == mostServices) {
        ++description.refusedServices;
        return;
    }
    description.services.push_back(
        {type->kind, type->version, std::string{urn}, printable(element.textOf("serviceId"), 128), control.value()});
}

void readServices(const XmlElement& element, const Url& base, const Trust& trust, Description& description) {
    for (const XmlElement& child : element.children) {
        if (equalsIgnoringCase(child.name, "service")) {
            readService(child, base, trust, description);
        } else {
            readServices(child, base, trust, description);
        }
    }
}

/// What relative URLs are relative to: URLBase, if it is the gateway's, or else where the description is.
Url baseOf(const XmlElement& root, const Url& location, const Trust& trust) {
    auto base = parseUrl(root.textOf("URLBase"));
    if (base) {
        base = trust.admit(base.value());
    }
    return base ? base.value() : location;
}

} // namespace

std::string_view name(ServiceKind kind) noexcept {
    switch (kind) {
    case ServiceKind::wanIp:
        return "WANIPConnection";
    case ServiceKind::wanPpp:
        return "WANPPPConnection";
    case ServiceKind::ipv6Firewall:
        return "WANIPv6FirewallControl";
    }
    return {};
}

result<Description> parseDescription(std::string_view body, const Url& location, const Trust& trust) {
    BOOST_OUTCOME_TRY(const XmlElement root, parseXml(body));
    const XmlElement* const device = root.child("device");
    if (device == nullptr) {
        return Error{Fault::notDescription};
    }
    Description description;
    description.deviceType = printable(device->textOf("deviceType"), 128);
    description.name = printable(device->textOf("UDN"), 128);
    description.friendlyName = printable(device->textOf("friendlyName"));
    description.manufacturer = printable(device->textOf("manufacturer"));
    description.modelName = printable(device->textOf("modelName"));
    description.modelNumber = printable(device->textOf("modelNumber"));
    readServices(root, baseOf(root, location, trust), trust, description);
    if (description.services.empty()) {
        return description.refusedServices == 0
                   ? Error{Fault::noService, description.friendlyName}
                   : Error{Fault::foreignUrl, fmt::format("the control URL of {}", description.friendlyName)};
    }
    return description;
}

} // namespace portolan::upnp
