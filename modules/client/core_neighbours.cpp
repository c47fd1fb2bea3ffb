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
import :core;

// Where else than at the gateway's address the gateway may be.

namespace portolan {

/// Tells whether an address is on the link to the gateway.
result<std::function<bool(const net::ip::address&)>> Core::neighbours(const GatewayChoice& choice) const {
    std::uint32_t index = choice.interfaceIndex;
    if (index == 0) {
        BOOST_OUTCOME_TRY(index, gateway::interfaceWith(transport::toWire(choice.source)));
    }
    BOOST_OUTCOME_TRY(std::vector<gateway::Prefix> networks, gateway::networksOn(index));
    return [networks = std::move(networks)](const net::ip::address& address) {
        return std::ranges::any_of(networks, [host = transport::toWire(address)](const gateway::Prefix& network) {
            return gateway::contains(network, host);
        });
    };
}

} // namespace portolan
