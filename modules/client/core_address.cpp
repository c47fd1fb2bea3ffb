// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

module portolan;

import portolan.gateway;
import portolan.transport;
import :core;

namespace portolan {

void startExternalAddress(const std::shared_ptr<Core>& core, AddressHandler handler) {
    core->externalAddress(std::move(handler));
}

result<Core::LinkPtr> Core::chooseLink() {
    gateway::Gateway found;
    if (options_.gateway) {
        found.address = transport::toWire(options_.gateway->address());
        if (options_.gateway->address().is_v6()) {
            found.interfaceIndex = static_cast<std::uint32_t>(options_.gateway->address().to_v6().scope_id());
        }
    } else {
        auto best = gateway::defaultGateway(gateway::Family::v4);
        if (!best && best.error().code == Errc::noGateway) {
            best = gateway::defaultGateway(gateway::Family::v6);
        }
        BOOST_OUTCOME_TRY(found, std::move(best));
    }
    const net::ip::udp::endpoint endpoint =
        options_.gateway
            ? *options_.gateway
            : net::ip::udp::endpoint{transport::toAsio(*found.address, found.interfaceIndex), wire::serverPort};
    std::optional<net::ip::address> source = options_.source;
    if (!source) {
        BOOST_OUTCOME_TRY(const wire::Address chosen, gateway::sourceAddress(found));
        source = transport::toAsio(chosen, found.interfaceIndex);
    }
    return linkTo({endpoint, found.interfaceName}, source);
}

result<Core::LinkPtr> Core::linkTo(GatewayInfo info, std::optional<net::ip::address> source) {
    for (const LinkPtr& link : links_) {
        if (link->matches(info.endpoint, source)) {
            BOOST_OUTCOME_TRY(link->link().open());
            return link;
        }
    }
    transport::LinkConfig config;
    config.gateway = info.endpoint;
    config.source = source;
    config.session.speak = options_.speak;
    auto link = std::make_shared<transport::Link>(strand_, config, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->pump();
        }
    });
    BOOST_OUTCOME_TRY(link->open());
    links_.push_back(std::make_shared<GatewayLink>(std::move(info), std::move(link)));
    return links_.back();
}

void Core::externalAddress(AddressHandler handler) {
    net::post(strand_, [self = shared_from_this(), waiting = accept(std::move(handler))]() mutable {
        self->doExternalAddress(std::move(waiting));
    });
}

void Core::doExternalAddress(Waiting<AddressHandler> waiting) {
    const auto chosen = chooseLink();
    if (!chosen) {
        complete(std::move(waiting), result<net::ip::address>{chosen.error()});
        return;
    }
    GatewayLink& link = *chosen.value();
    link.addressWaiting.push_back(std::move(waiting));
    if (!link.addressQuery) {
        link.addressTransmittedBefore = link.session().statistics().transmitted;
        link.addressDeadline = transport::now() + options_.timeout;
        if (const auto asked = queryAddress(link); !asked) {
            finishAddress(link, asked.error());
        }
    }
    pump();
}

result<void> Core::queryAddress(GatewayLink& link) {
    // RFC 6887 §11.6 suggests port 9, but many gateways map no port below 1024, and miniupnpd tries 65,535 external
    // ports before it says so. The port this link asks from is high, and no one else can have it.
    BOOST_OUTCOME_TRY(link.addressQuery, link.session().handleAddressQuery(transport::now(), transport::randomNonce(),
                                                                           link.link().localPort()));
    return boost::outcome_v2::success();
}

void Core::addressAnswered(GatewayLink& link, const session::Event& event) {
    if (event.kind == session::EventKind::address) {
        link.addressQuery.reset();
        finishAddress(link, transport::toAsio(event.grant.external.address));
        return;
    }
    if (event.kind != session::EventKind::refused) {
        return;
    }
    link.addressQuery.reset();
    finishAddress(link, link.refusal(event));
}

void Core::finishAddress(GatewayLink& link, const result<net::ip::address>& outcome) {
    if (const auto query = std::exchange(link.addressQuery, std::nullopt)) {
        link.session().handleRelease(transport::now(), *query);
    }
    link.addressDeadline.reset();
    for (Waiting<AddressHandler>& waiting : std::exchange(link.addressWaiting, {})) {
        complete(std::move(waiting), outcome);
    }
}

} // namespace portolan
