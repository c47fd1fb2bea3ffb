// SPDX-License-Identifier: MIT
module;

#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

module portolan.cli;

import :beyond;

namespace portolan::cli {

namespace {

std::string_view meaning(Reach reach) {
    switch (reach) {
    case Reach::privateAddress:
        return "is a private one: another NAT lies beyond this gateway, and what is mapped here cannot be reached from "
               "the Internet";
    case Reach::sharedAddress:
        return "is one of the provider's own NAT (CGNAT): what is mapped here cannot be reached from the Internet";
    case Reach::multicast:
    case Reach::reserved:
        return "is none that a host can have: what is mapped here cannot be reached from the Internet";
    case Reach::linkLocal:
    case Reach::loopback:
        return "reaches nobody: the gateway has no connection to the Internet";
    case Reach::global:
    case Reach::unspecified:
        break;
    }
    return {};
}

} // namespace

std::string_view adviceFor(Reach reach) noexcept {
    switch (reach) {
    case Reach::privateAddress:
        return "map the port at the outer router, too, or have one of the two work as a bridge";
    case Reach::sharedAddress:
        return "ask the provider for a public IPv4 address, or use IPv6";
    case Reach::multicast:
    case Reach::reserved:
    case Reach::linkLocal:
    case Reach::loopback:
        return "see that the gateway is connected";
    case Reach::global:
    case Reach::unspecified:
        break;
    }
    return {};
}

std::optional<std::string> warningOf(const net::ip::address& external, const net::ip::address& gateway) {
    const Reach reach = reachOf(external);
    const std::string_view means = meaning(reach);
    if (means.empty() || (reach == Reach::loopback && gateway.is_loopback())) {
        return std::nullopt;
    }
    return fmt::format("the external address {} {}; {}", external.to_string(), means, adviceFor(reach));
}

void addReach(Json& told, const net::ip::address& external, const net::ip::address& gateway) {
    const auto warning = warningOf(external, gateway);
    told["reach"] = wire::name(reachOf(external));
    told["warning"] = warning ? Json(*warning) : Json(nullptr);
}

} // namespace portolan::cli
