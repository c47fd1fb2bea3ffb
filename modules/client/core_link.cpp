// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

module portolan;

import portolan.gateway;
import portolan.servers;
import portolan.transport;
import portolan.upnp;
import :core;
import :on_link;

namespace portolan {

namespace {

/// To choose a gateway is to read the routing table, which may be long; it does not change between the calls of a
/// burst.
constexpr session::Duration choiceAge = std::chrono::seconds{1};

gateway::Gateway named(const net::ip::udp::endpoint& endpoint) {
    gateway::Gateway named;
    named.address = transport::toWire(endpoint.address());
    if (endpoint.address().is_v6()) {
        named.interfaceIndex = static_cast<std::uint32_t>(endpoint.address().to_v6().scope_id());
    }
    return named;
}

/// The index of the interface that was named.
result<std::uint32_t> indexOf(const std::string& interfaceName) {
    const std::uint32_t index = gateway::interfaceIndex(interfaceName);
    return index != 0 ? result<std::uint32_t>{index}
                      : Error{Errc::noGateway, fmt::format("there is no interface {}", interfaceName)};
}

result<gateway::Gateway> defaultGateway(const ClientOptions& options, gateway::Family family) {
    if (options.interfaceName.empty()) {
        return gateway::defaultGateway(family);
    }
    BOOST_OUTCOME_TRY(const auto ranked, gateway::gateways());
    return gateway::chooseOn(ranked, family, options.interfaceName);
}

/// The gateway of this family; if none is said, of IPv4, or of IPv6 if there is none of that.
result<gateway::Gateway> findGateway(const ClientOptions& options, std::optional<gateway::Family> family) {
    if (options.gateway) {
        gateway::Gateway gateway = named(*options.gateway);
        if (!options.interfaceName.empty()) {
            BOOST_OUTCOME_TRY(gateway.interfaceIndex, indexOf(options.interfaceName));
            gateway.interfaceName = options.interfaceName;
        }
        return gateway;
    }
    if (!options.interfaceName.empty()) {
        BOOST_OUTCOME_TRY(indexOf(options.interfaceName));
    }
    if (options.source) {
        family = options.source->is_v4() ? gateway::Family::v4 : gateway::Family::v6;
    } else if (options.families == Families::v4 || options.families == Families::v6) {
        family = options.families == Families::v4 ? gateway::Family::v4 : gateway::Family::v6;
    }
    if (family) {
        return defaultGateway(options, *family);
    }
    auto best = defaultGateway(options, gateway::Family::v4);
    if (best || best.error().code != Errc::noGateway) {
        return best;
    }
    auto other = defaultGateway(options, gateway::Family::v6);
    return other || other.error().code != Errc::noGateway ? other : best;
}

} // namespace

result<GatewayChoice> chooseWay(const ClientOptions& options, std::optional<gateway::Family> family) {
    BOOST_OUTCOME_TRY(const gateway::Gateway found, findGateway(options, family));
    GatewayChoice choice;
    choice.gateway.interfaceName = found.interfaceName;
    choice.interfaceIndex = found.interfaceIndex;
    choice.gateway.endpoint = options.gateway.value_or(
        net::ip::udp::endpoint{transport::toAsio(*found.address, found.interfaceIndex), wire::serverPort});
    if (!options.source) {
        BOOST_OUTCOME_TRY(const wire::Address source, gateway::sourceAddress(found));
        choice.source = transport::toAsio(source, found.interfaceIndex);
        return choice;
    }
    choice.source = *options.source;
    if (choice.source.is_v4() != choice.gateway.endpoint.address().is_v4()) {
        return Error{Errc::invalidRequest,
                     fmt::format("the source address {} and the gateway {} are of different families",
                                 choice.source.to_string(), choice.gateway.endpoint.address().to_string())};
    }
    return choice;
}

result<Core::LinkPtr> Core::chooseLink() {
    if (list_) {
        list_->choice.handleRequest();
        return linkInTurn();
    }
    const session::TimePoint now = transport::now();
    if (!choice_ || now - choice_->madeAt >= choiceAge) {
        choice_.reset();
        BOOST_OUTCOME_TRY(choice_, chooseWay(options_, std::nullopt));
        choice_->madeAt = now;
    }
    auto link = linkTo(*choice_);
    if (!link) {
        choice_.reset();
    }
    return link;
}

result<GatewayChoice> Core::chooseAnew(std::optional<gateway::Family> family) const {
    return chooseWay(options_, family);
}

result<transport::LinkConfig> Core::configOf(const GatewayChoice& choice) const {
    transport::LinkConfig config;
    config.gateway = choice.gateway.endpoint;
    config.source = choice.source;
    config.interfaceIndex = choice.interfaceIndex;
    config.device = options_.interfaceName;
    config.session.speak = race::ofSession(options_.speak);
    if (list_) {
        config.session.maxTransmissions = servers::maxTransmissions;
    }
    const wire::Address server = transport::toWire(choice.gateway.endpoint.address());
    if (server == servers::anycastV4 || server == servers::anycastV6) {
        config.session.probeFirst = true;
        config.hops = options_.anycastHops;
    }
    config.onDatagram = options_.onDatagram;
    if (options_.answersFromLink) {
        BOOST_OUTCOME_TRY(config.isOnLink, isOnLink(choice.interfaceIndex, choice.source));
    }
    return config;
}

/// Loopback has simulated gateways only, whose ports are named. Servers of a list are PCP's.
bool Core::speaksUpnpTo(const GatewayChoice& choice) const {
    if (list_) {
        return false;
    }
    switch (options_.speak) {
    case Speak::pcp:
    case Speak::natPmp:
        return false;
    case Speak::upnp:
        return true;
    default:
        return options_.searchPort || !choice.gateway.endpoint.address().is_loopback();
    }
}

/// Null where UPnP is not to be spoken.
std::shared_ptr<upnp::Link> Core::upnpLinkTo(const GatewayChoice& choice) {
    if (!speaksUpnpTo(choice)) {
        return nullptr;
    }
    upnp::LinkConfig config;
    config.gateway = choice.gateway.endpoint.address();
    config.source = choice.source;
    config.interfaceIndex = choice.interfaceIndex;
    if (const auto found = gateway::interfaceWith(transport::toWire(choice.source));
        config.interfaceIndex == 0 && found) {
        config.interfaceIndex = found.value(); // of a gateway that was named
    }
    config.device = options_.interfaceName;
    if (config.gateway.is_v6() && config.gateway.to_v6().is_link_local() && config.gateway.to_v6().scope_id() == 0) {
        config.gateway = net::ip::address_v6{config.gateway.to_v6().to_bytes(), config.interfaceIndex};
    }
    config.announcementPort = config.point.searchPort = options_.searchPort.value_or(upnp::ssdpPort);
    config.point.searchByGroup = !config.gateway.is_loopback();
    config.onDatagram = options_.onDatagram;
    config.point.onLink = networksOnLink(choice.interfaceIndex, choice.source);
    auto& turns = turns_->byIndex[config.interfaceIndex];
    if (!turns) {
        turns = std::make_shared<upnp::SearchTurns>();
    }
    config.turns = turns;
    return std::make_shared<upnp::Link>(strand_, config, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->pump();
        }
    });
}

result<Core::LinkPtr> Core::linkTo(const GatewayChoice& choice) {
    BOOST_OUTCOME_TRY(const transport::LinkConfig config, configOf(choice));
    for (const LinkPtr& link : links_) {
        if (link->matches(config)) {
            BOOST_OUTCOME_TRY(link->link().open());
            listen(*link);
            return link;
        }
    }
    auto link = std::make_shared<transport::Link>(strand_, config, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->pump();
        }
    });
    BOOST_OUTCOME_TRY(link->open());
    // A host that moves from network to network would gather links for ever.
    std::erase_if(links_, [now = transport::now()](const LinkPtr& old) { return old->isIdle(now); });
    links_.push_back(std::make_shared<GatewayLink>(choice.gateway, std::move(link), upnpLinkTo(choice), options_.speak,
                                                   options_.onWarning));
    listen(*links_.back());
    return links_.back();
}

} // namespace portolan
