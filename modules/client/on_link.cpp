// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

module portolan;

import portolan.gateway;
import portolan.transport;
import :on_link;

namespace portolan {

namespace {

/// Bits before an IPv4 address in 128.
constexpr unsigned v4Offset = 96;

result<std::vector<gateway::Prefix>> networks(std::uint32_t interfaceIndex, const net::ip::address& source) {
    if (interfaceIndex == 0) { // the gateway was named
        BOOST_OUTCOME_TRY(interfaceIndex, gateway::interfaceWith(transport::toWire(source)));
    }
    return gateway::networksOn(interfaceIndex);
}

} // namespace

result<std::function<bool(const net::ip::address&)>> isOnLink(std::uint32_t interfaceIndex,
                                                              const net::ip::address& source) {
    BOOST_OUTCOME_TRY(std::vector<gateway::Prefix> found, networks(interfaceIndex, source));
    return [found = std::move(found)](const net::ip::address& address) {
        return std::ranges::any_of(found, [host = transport::toWire(address)](const gateway::Prefix& network) {
            return gateway::contains(network, host);
        });
    };
}

std::vector<upnp::OnLink> networksOnLink(std::uint32_t interfaceIndex, const net::ip::address& source) {
    std::vector<upnp::OnLink> told;
    if (const auto found = networks(interfaceIndex, source)) {
        for (const gateway::Prefix& network : found.value()) {
            const unsigned before = network.address.isV4() ? v4Offset : 0U;
            told.push_back({network.address, static_cast<std::uint8_t>(network.length + before)});
        }
    }
    return told;
}

} // namespace portolan
