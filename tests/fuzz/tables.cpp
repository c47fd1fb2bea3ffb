// SPDX-License-Identifier: MIT
#include "tables.hpp"

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

import portolan.gateway;

namespace portolan::testing {

using namespace gateway;

namespace {

constexpr std::array systems{route_socket::darwin,     route_socket::freeBsd(8), route_socket::freeBsd(4),
                             route_socket::openBsd(8), route_socket::openBsd(4), route_socket::netBsd};

bool leads(const Route& route) {
    return route.gateway.interfaceIndex != 0 || route.nextHopObject != 0;
}

std::string_view brokenByNetlink(wire::Bytes octets, Family family) {
    netlink::RouteDump routes{family};
    routes.begin(1);
    (void)routes.feed(octets);
    if (!std::ranges::all_of(routes.routes(), leads)) {
        return "a route of netlink has an interface or names an object";
    }
    if (rank(routes.routes()).size() > routes.routes().size()) {
        return "no more gateways are ranked than there are routes";
    }
    netlink::AddressDump addresses{family};
    addresses.begin(1);
    (void)addresses.feed(octets);
    netlink::NextHopDump nextHops;
    nextHops.begin(1);
    (void)nextHops.feed(octets);
    (void)nextHops.resolve(routes.routes());
    netlink::LinkDump links;
    links.begin(1);
    (void)links.feed(octets);
    return {};
}

std::string_view brokenByRouteSocket(const route_socket::RouteLayout& layout, wire::Bytes octets, Family family) {
    const auto routes = route_socket::readRoutes(layout, family, octets);
    (void)route_socket::readNews(layout, octets);
    if (!routes) {
        const bool says = routes.error().detail.find(" at octet ") != std::string::npos;
        return says && routes.error().code == std::errc::bad_message ? "" : "a refusal of a dump says where";
    }
    if (routes.value().size() > octets.size() / layout.headerSize) {
        return "there are no more routes than headers of them";
    }
    return std::ranges::all_of(routes.value(), leads) ? "" : "a route of a route socket has an interface";
}

} // namespace

std::string_view brokenTableInvariant(std::span<const std::uint8_t> octets) {
    for (const Family family : {Family::v4, Family::v6}) {
        if (const auto broken = brokenByNetlink(octets, family); !broken.empty()) {
            return broken;
        }
        for (const route_socket::RouteLayout& layout : systems) {
            if (const auto broken = brokenByRouteSocket(layout, octets, family); !broken.empty()) {
                return broken;
            }
        }
    }
    const bool isPiece = !octets.empty() && octets.size() < 16;
    return isPiece && !netlink::readNews(octets).lost ? "a piece of a message of netlink is told to be lost" : "";
}

} // namespace portolan::testing
