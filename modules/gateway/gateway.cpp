// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.gateway;

namespace portolan::gateway {

namespace {

result<std::vector<Gateway>> named(const std::vector<Route>& routes) {
    std::vector<Gateway> ranked = rank(routes);
    for (Gateway& gateway : ranked) {
        gateway.interfaceName = system::interfaceName(gateway.interfaceIndex);
    }
    return ranked;
}

/// `gateway` with the interface that the stack would use, where it has none.
result<Gateway> onInterface(Gateway gateway, const std::vector<LocalAddress>& addresses) {
    if (gateway.interfaceIndex != 0) {
        return gateway;
    }
    if (isLinkLocal(*gateway.address)) {
        return Error{Errc::noSourceAddress, "a link-local gateway needs its interface (fe80::1%eth0)"};
    }
    BOOST_OUTCOME_TRY(const wire::Address chosen, system::stackSource(gateway));
    const auto row = std::find_if(addresses.begin(), addresses.end(),
                                  [&](const LocalAddress& address) { return address.address == chosen; });
    if (row != addresses.end()) {
        gateway.interfaceIndex = row->interfaceIndex;
        gateway.interfaceName = system::interfaceName(row->interfaceIndex);
    }
    return gateway;
}

} // namespace

result<std::vector<Gateway>> gateways() {
    BOOST_OUTCOME_TRY(std::vector<Route> routes, system::routes(Family::v4));
    BOOST_OUTCOME_TRY(std::vector<Route> more, system::routes(Family::v6));
    routes.insert(routes.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    return named(routes);
}

result<Gateway> defaultGateway(Family family) {
    BOOST_OUTCOME_TRY(const std::vector<Route> routes, system::routes(family));
    BOOST_OUTCOME_TRY(const std::vector<Gateway> ranked, named(routes));
    return choose(ranked, family);
}

result<Gateway> chooseOn(std::span<const Gateway> ranked, Family family, std::string_view interfaceName) {
    std::vector<Gateway> there;
    std::ranges::copy_if(ranked, std::back_inserter(there),
                         [&](const Gateway& gateway) { return gateway.interfaceName == interfaceName; });
    auto chosen = choose(there, family);
    if (!chosen && chosen.error().code == Errc::noGateway) {
        return Error{Errc::noGateway, fmt::format("no {} default route leaves by {}; name the gateway (--gateway ADDR)",
                                                  family == Family::v4 ? "IPv4" : "IPv6", interfaceName)};
    }
    return chosen;
}

std::uint32_t interfaceIndex(const std::string& name) {
    return system::interfaceIndex(name);
}

std::string interfaceName(std::uint32_t index) {
    return system::interfaceName(index);
}

result<wire::Address> sourceAddress(const Gateway& gateway, SourceOptions options) {
    if (!gateway.address) {
        return Error{Errc::gatewayUnknown, "name the gateway (--gateway ADDR)"};
    }
    if (gateway.address->isV4() || isLoopback(*gateway.address)) {
        return system::stackSource(gateway);
    }
    BOOST_OUTCOME_TRY(const std::vector<LocalAddress> addresses, system::addresses(Family::v6));
    BOOST_OUTCOME_TRY(const Gateway located, onInterface(gateway, addresses));
    return selectSource(addresses, located, options);
}

result<std::uint32_t> interfaceWith(const wire::Address& own) {
    BOOST_OUTCOME_TRY(const std::vector<LocalAddress> addresses,
                      system::addresses(own.isV4() ? Family::v4 : Family::v6));
    const auto row = std::ranges::find(addresses, own, &LocalAddress::address);
    return row == addresses.end() ? 0 : row->interfaceIndex;
}

result<std::vector<Prefix>> networksOn(std::uint32_t interfaceIndex) {
    std::vector<Prefix> networks;
    for (const Family family : {Family::v4, Family::v6}) {
        BOOST_OUTCOME_TRY(const std::vector<LocalAddress> addresses, system::addresses(family));
        for (const LocalAddress& row : addresses) {
            if (row.interfaceIndex == interfaceIndex) {
                networks.push_back({row.address, row.prefixLength});
            }
        }
    }
    return networks;
}

} // namespace portolan::gateway
