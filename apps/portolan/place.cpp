// SPDX-License-Identifier: MIT
module;

#include <fmt/format.h>
#include <string>
#include <string_view>

module portolan.cli;

import :place;

namespace portolan::cli {

std::string placeText(const GatewayInfo& gateway, Families families) {
    const net::ip::udp::endpoint& endpoint = gateway.endpoint;
    const std::string_view family = families == Families::v4 ? "IPv4 " : families == Families::v6 ? "IPv6 " : "";
    const std::string name = endpoint.address().is_unspecified() ? fmt::format("the {}gateway", family)
                                                                 : toText(endpoint.address(), endpoint.port());
    return gateway.interfaceName.empty() ? name : fmt::format("{} on {}", name, gateway.interfaceName);
}

Json placeJson(const GatewayInfo& gateway, Families families) {
    const net::ip::udp::endpoint& endpoint = gateway.endpoint;
    const bool isKnown = !endpoint.address().is_unspecified();
    const Json family = families == Families::v4   ? Json("ipv4")
                        : families == Families::v6 ? Json("ipv6")
                                                   : Json(nullptr);
    return {{"family", family},
            {"gateway",
             {{"address", isKnown ? Json(endpoint.address().to_string()) : Json(nullptr)},
              {"port", isKnown ? Json(endpoint.port()) : Json(nullptr)},
              {"interface", gateway.interfaceName}}}};
}

GatewayInfo gatewayOf(const ClientOptions& place) {
    GatewayInfo gateway;
    gateway.interfaceName = place.interfaceName;
    if (place.gateway) {
        gateway.endpoint = *place.gateway;
    } else if (!place.servers.empty()) {
        gateway.endpoint = place.servers.front().addresses.front();
    }
    return gateway;
}

} // namespace portolan::cli
