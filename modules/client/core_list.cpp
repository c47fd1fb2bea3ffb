// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

module portolan;

import portolan.gateway;
import portolan.servers;
import portolan.transport;
import :core;

// A server of several addresses, or a router with the anycast addresses behind it: one is asked, and when it does not
// answer, whatever is wanted moves on to the next (RFC 7488 §3).

namespace portolan {

namespace {

session::Endpoint endpointOf(const net::ip::udp::endpoint& endpoint) {
    return {transport::toWire(endpoint.address()), endpoint.port()};
}

session::Endpoint endpointOf(const GatewayLink& link) {
    return endpointOf(link.info().endpoint);
}

std::vector<session::Endpoint> endpointsOf(const std::vector<GatewayChoice>& ways) {
    std::vector<session::Endpoint> endpoints;
    for (const GatewayChoice& way : ways) {
        endpoints.push_back(endpointOf(way.gateway.endpoint));
    }
    return endpoints;
}

bool serves(Families families, const net::ip::address& address) {
    return (families != Families::v4 || address.is_v4()) && (families != Families::v6 || address.is_v6());
}

/// The way to one address; nothing where it is of no use, or cannot be reached at present.
std::optional<GatewayChoice> wayTo(ClientOptions options, const net::ip::udp::endpoint& address, Error& why) {
    if (options.source && options.source->is_v4() != address.address().is_v4()) {
        return std::nullopt;
    }
    options.gateway = address;
    auto way = chooseWay(options, std::nullopt);
    if (!way) {
        why = way.error();
        return std::nullopt;
    }
    return std::move(way.value());
}

/// Best first, by RFC 6724. The source of each is known; whether it is past its time is not told apart here, since
/// `gateway::sourceAddress` takes another one where there is.
std::vector<GatewayChoice> sorted(std::vector<GatewayChoice> ways) {
    std::vector<servers::Destination> destinations;
    for (const GatewayChoice& way : ways) {
        destinations.push_back(
            {transport::toWire(way.gateway.endpoint.address()), transport::toWire(way.source), false});
    }
    std::vector<GatewayChoice> inOrder;
    for (const std::size_t place : servers::destinationOrder(destinations)) {
        inOrder.push_back(std::move(ways[place]));
    }
    return inOrder;
}

} // namespace

/// The ways to all addresses that can be reached, best first; `why` is what stands in the way to another.
std::vector<GatewayChoice> Core::waysToList(Error& why) const {
    std::vector<GatewayChoice> ways;
    const auto add = [&](const net::ip::udp::endpoint& address) {
        if (auto way = wayTo(options_, address, why)) {
            ways.push_back(std::move(*way));
        }
    };
    if (list_->ofOneServer) {
        for (const net::ip::udp::endpoint& address : options_.servers.front().addresses) {
            if (serves(options_.families, address.address())) {
                add(address);
            }
        }
        return sorted(std::move(ways));
    }
    auto router = chooseWay(options_, std::nullopt);
    if (router) {
        ways.push_back(std::move(router.value()));
    } else {
        why = router.error();
    }
    // A mapping has the family of the address it is asked for at: behind a router there are those of its family alone.
    for (const wire::Address& anycast : {servers::anycastV4, servers::anycastV6}) {
        const net::ip::address address = transport::toAsio(anycast);
        const bool fits = router ? address.is_v4() == ways.front().gateway.endpoint.address().is_v4()
                                 : serves(options_.families, address);
        if (fits) {
            add({address, wire::serverPort});
        }
    }
    return ways;
}

void Core::sortAddresses() {
    Error ignored{Errc::noGateway};
    list_->ways = waysToList(ignored);
    list_->choice.handleAddresses(transport::now(), endpointsOf(list_->ways));
}

/// The link to the address in turn, with all that is wanted.
result<Core::LinkPtr> Core::linkInTurn() {
    auto link = openInTurn();
    if (!link || link.value() == list_->asked) {
        return link;
    }
    list_->unreachable = link.value()->link().unreachable();
    if (const LinkPtr before = std::exchange(list_->asked, link.value())) {
        moveAll(before, link.value());
        moveQuestions(before, link.value());
    }
    return link;
}

/// The link to the address in turn, past those that cannot even be sent to.
result<Core::LinkPtr> Core::openInTurn() {
    using State = servers::AddressChoice::State;
    servers::AddressChoice& choice = list_->choice;
    Error why{Errc::noGateway, "none of the addresses can be reached from here"};
    while (choice.state() != State::resting) {
        if (choice.state() == State::unsorted) {
            sortAddresses();
            continue;
        }
        const auto way = std::ranges::find_if(list_->ways, [&](const GatewayChoice& one) {
            return endpointOf(one.gateway.endpoint) == choice.current();
        });
        auto link = linkTo(*way);
        if (!link) {
            why = link.error();
            choice.handleHardError(transport::now(), endpointOf(way->gateway.endpoint));
            continue;
        }
        return link;
    }
    static_cast<void>(waysToList(why));
    return why;
}

/// Takes what a session says of its address. True: there is another one to ask, so nobody has to be told of it.
bool Core::passesOn(const LinkPtr& link, const session::Event& event) {
    list_->choice.handleEvent(transport::now(), endpointOf(*link), event);
    const bool ofTheNetwork =
        event.error == Errc::noAnswer || event.error == Errc::unreachable || event.error == Errc::versionNotSupported;
    return event.kind == session::EventKind::refused && ofTheNetwork &&
           list_->choice.state() != servers::AddressChoice::State::resting &&
           list_->choice.current() != endpointOf(*link);
}

/// Goes on to the address in turn, with all that is wanted. True: it did.
bool Core::turnOn() {
    const LinkPtr before = list_->asked;
    if (before) {
        const session::TimePoint now = transport::now();
        if (std::exchange(list_->unreachable, before->link().unreachable()) != before->link().unreachable()) {
            list_->choice.handleHardError(now, endpointOf(*before));
        }
        if (before->session().isUnresponsive()) {
            list_->choice.handleSilence(now, endpointOf(*before));
        }
    }
    const bool stays = before && list_->choice.current() == endpointOf(*before);
    if (!before || stays || list_->choice.state() == servers::AddressChoice::State::resting) {
        return false;
    }
    const auto link = linkInTurn();
    return link && link.value() != before;
}

/// The network is another one now. The address that answers stays the one that is asked, if it is still among those
/// that can be; by another way, perhaps.
void Core::followWithList(const std::vector<gateway::Change>& changes) {
    Error ignored{Errc::noGateway};
    std::vector<GatewayChoice> ways = waysToList(ignored);
    if (!list_->asked || ways.empty()) {
        return; // without a way, everything stays as it is
    }
    list_->ways = std::move(ways);
    list_->choice.handleChange(transport::now(), endpointsOf(list_->ways));
    const auto link = linkInTurn();
    if (!link) {
        return;
    }
    if (std::ranges::any_of(changes, [&](const gateway::Change& change) { return isBack(*link.value(), change); })) {
        link.value()->race().handleReturn(transport::now());
    }
}

/// Whether the server cannot tell one link from the other.
bool Core::isSameClient(const GatewayLink& one, const GatewayLink& other) const {
    return one.isSameClient(other) || (list_ && list_->ofOneServer && one.localAddress() == other.localAddress());
}

} // namespace portolan
