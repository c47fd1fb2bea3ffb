// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

module portolan.cli;

import portolan.gateway;
import portolan.transport;
import :way;

namespace portolan::cli {

namespace {

/// A gateway that was named, as the routing tables would list it.
gateway::Gateway named(const net::ip::udp::endpoint& endpoint) {
    gateway::Gateway gateway;
    gateway.address = transport::toWire(endpoint.address());
    if (endpoint.address().is_v6()) {
        gateway.family = gateway::Family::v6;
        gateway.interfaceIndex = static_cast<std::uint32_t>(endpoint.address().to_v6().scope_id());
    }
    return gateway;
}

} // namespace

result<gateway::Gateway> preferred(std::span<const gateway::Gateway> ranked, const std::string& interfaceName) {
    if (!interfaceName.empty()) {
        if (gateway::interfaceIndex(interfaceName) == 0) {
            return Error{Errc::noGateway, fmt::format("there is no interface {}", interfaceName)};
        }
        auto best = gateway::chooseOn(ranked, gateway::Family::v4, interfaceName);
        return !best && best.error().code == Errc::noGateway
                   ? gateway::chooseOn(ranked, gateway::Family::v6, interfaceName)
                   : best;
    }
    auto best = gateway::choose(ranked, gateway::Family::v4);
    if (!best && best.error().code == Errc::noGateway) {
        auto other = gateway::choose(ranked, gateway::Family::v6);
        if (other || other.error().code != Errc::noGateway) {
            return other;
        }
        return Error{Errc::noGateway, "there is no default route; name the gateway (--gateway ADDR)"};
    }
    return best;
}

result<Way> wayFor(const GatewayOptions& options) {
    Way way{options.gateway, {}, {}};
    if (options.source) {
        way.source = *options.source;
        return way;
    }
    gateway::Gateway gateway;
    if (options.gateway) {
        gateway = named(*options.gateway);
        if (!options.interfaceName.empty()) {
            gateway.interfaceIndex = gateway::interfaceIndex(options.interfaceName);
            gateway.interfaceName = options.interfaceName;
        }
    } else {
        BOOST_OUTCOME_TRY(const std::vector<gateway::Gateway> ranked, gateway::gateways());
        BOOST_OUTCOME_TRY(gateway, preferred(ranked, options.interfaceName));
        way.gateway.emplace(transport::toAsio(*gateway.address, gateway.interfaceIndex), wire::serverPort);
    }
    BOOST_OUTCOME_TRY(const wire::Address source, gateway::sourceAddress(gateway));
    way.source = transport::toAsio(source, gateway.interfaceIndex);
    way.interfaceName = gateway.interfaceName;
    return way;
}

Asking::Asking(const GatewayOptions& via, std::string_view what, Output& output)
    : output_(output), began_(std::chrono::steady_clock::now()) {
    if (!output.verbose()) {
        return;
    }
    if (const auto way = wayFor(via)) {
        const auto& [gateway, interfaceName, source] = way.value();
        output.detail(fmt::format("asking {}{}{} from {} for {}",
                                  gateway ? toText(gateway->address(), gateway->port()) : "the default gateway",
                                  interfaceName.empty() ? "" : " on ", interfaceName, source.to_string(), what));
    }
}

void Asking::cameBack(std::string_view answer) const {
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
    output_.detail(fmt::format("came back after {} ms: {}", spent.count(), answer));
}

ClientOptions clientOptions(const GatewayOptions& via, const CommonOptions& common) {
    ClientOptions options;
    options.gateway = via.gateway;
    options.source = via.source;
    options.interfaceName = via.interfaceName;
    options.answersFromLink = via.answersFromLink;
    options.follow = false; // unless the command keeps something
    options.speak = via.speak;
    options.searchPort = via.searchPort;
    options.timeout = common.timeout.value_or(options.timeout);
    options.releaseTimeout = options.timeout;
    options.onDatagram = via.recording.tap;
    return options;
}

} // namespace portolan::cli
