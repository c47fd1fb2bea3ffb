// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstddef>
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
gateway::Gateway gatewayAt(const net::ip::udp::endpoint& endpoint) {
    gateway::Gateway gateway;
    gateway.address = transport::toWire(endpoint.address());
    if (endpoint.address().is_v6()) {
        gateway.family = gateway::Family::v6;
        gateway.interfaceIndex = static_cast<std::uint32_t>(endpoint.address().to_v6().scope_id());
    }
    return gateway;
}

/// How long it takes at most to find that all addresses but the last are silent: four requests to each, with the waits
/// of RFC 6887 §8.1.1.
std::chrono::milliseconds silence(const GatewayOptions& via) {
    constexpr std::chrono::seconds ofOne{62};
    std::size_t most = via.anycast ? 2 : 1;
    for (const PcpServer& server : via.servers) {
        most = std::max(most, server.addresses.size());
    }
    return (most - 1) * ofOne;
}

} // namespace

result<gateway::Gateway> preferred(std::span<const gateway::Gateway> ranked, const std::string& interfaceName,
                                   Families families) {
    if (!interfaceName.empty() && gateway::interfaceIndex(interfaceName) == 0) {
        return Error{Errc::noGateway, fmt::format("there is no interface {}", interfaceName)};
    }
    const auto choose = [&](gateway::Family family) {
        return interfaceName.empty() ? gateway::choose(ranked, family)
                                     : gateway::chooseOn(ranked, family, interfaceName);
    };
    if (families == Families::v6) {
        return choose(gateway::Family::v6);
    }
    auto best = choose(gateway::Family::v4);
    if (best || best.error().code != Errc::noGateway || families == Families::v4) {
        return best;
    }
    auto other = choose(gateway::Family::v6);
    if (!interfaceName.empty() || other || other.error().code != Errc::noGateway) {
        return other;
    }
    return Error{Errc::noGateway, "there is no default route; name the gateway (--gateway ADDR)"};
}

result<Way> wayFor(const GatewayOptions& options) {
    const auto named = options.servers.empty() ? options.gateway : options.servers.front().addresses.front();
    Way way{named, {}, {}};
    if (options.source) {
        way.source = *options.source;
        return way;
    }
    gateway::Gateway gateway;
    if (named) {
        gateway = gatewayAt(*named);
        if (!options.interfaceName.empty()) {
            gateway.interfaceIndex = gateway::interfaceIndex(options.interfaceName);
            gateway.interfaceName = options.interfaceName;
        }
    } else {
        BOOST_OUTCOME_TRY(const std::vector<gateway::Gateway> ranked, gateway::gateways());
        BOOST_OUTCOME_TRY(gateway, preferred(ranked, options.interfaceName, options.families));
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
    options.servers = via.servers;
    options.dhcp = via.dhcp;
    options.anycast = via.anycast;
    options.anycastHops = static_cast<std::uint8_t>(via.anycastHops.value_or(0));
    options.gateways = via.gateways;
    options.families = via.families;
    options.answersFromLink = via.answersFromLink;
    options.follow = false; // unless the command keeps something
    options.speak = via.speak;
    options.searchPort = via.searchPort;
    options.timeout = common.timeout.value_or(options.timeout + silence(via));
    options.releaseTimeout = options.timeout;
    options.onDatagram = via.recording.tap;
    return options;
}

} // namespace portolan::cli
