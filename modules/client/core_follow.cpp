// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

module portolan;

import portolan.gateway;
import portolan.transport;
import :core;

namespace portolan {

namespace {

gateway::Family familyOf(const GatewayLink& link) {
    return link.info().endpoint.address().is_v4() ? gateway::Family::v4 : gateway::Family::v6;
}

} // namespace

/// Listens to what becomes of this host's networks, now that something is held that may have to move.
void Core::watch() {
    const bool onThisHost = options_.gateway && options_.gateway->address().is_loopback();
    if (!options_.follow || onThisHost || (monitor_ && monitor_->isRunning())) {
        return;
    }
    if (!monitor_) {
        monitor_ = std::make_shared<gateway::Monitor>(
            strand_, [weak = weak_from_this()](const std::vector<gateway::Change>& changes) {
                if (const auto self = weak.lock()) {
                    self->networkChanged(changes);
                }
            });
    }
    if (const auto started = monitor_->start(); !started) {
        if (options_.onWarning && !std::exchange(warnedOfNews_, true)) { // it is tried again with the next renewal
            Error warning = started.error();
            warning.detail += "; changes of the network cannot be followed";
            options_.onWarning(warning);
        }
        return;
    }
    if (!choice_ || transport::now() - choice_->madeAt >= std::chrono::seconds{1}) {
        // The network may have changed since the gateway was chosen; nobody listened then.
        net::post(strand_, [self = shared_from_this()] { self->networkChanged({}); });
    }
}

void Core::networkChanged(const std::vector<gateway::Change>& changes) {
    choice_.reset(); // it is of the time before
    if (list_) {
        followWithList(changes);
        pump();
        return;
    }
    for (const gateway::Family family : {gateway::Family::v4, gateway::Family::v6}) {
        follow(family, changes);
    }
    pump();
}

/// Has whatever is wanted of gateways of this family asked of the one that is the gateway now.
void Core::follow(gateway::Family family, const std::vector<gateway::Change>& changes) {
    std::vector<LinkPtr> inUse;
    std::ranges::copy_if(links_, std::back_inserter(inUse), [family](const LinkPtr& link) {
        return familyOf(*link) == family && link->isOpen() && !link->entries.empty();
    });
    if (inUse.empty()) {
        return;
    }
    // Without a way, everything stays as it is: the gateway may come back while what it granted still stands.
    const auto choice = chooseAnew(family);
    const auto link = choice ? linkTo(choice.value()) : result<LinkPtr>{choice.error()};
    if (!link) {
        return;
    }
    for (const LinkPtr& old : inUse) {
        if (old != link.value()) {
            moveAll(old, link.value());
        }
    }
    const bool back =
        std::ranges::any_of(changes, [&](const gateway::Change& change) { return isBack(*link.value(), change); });
    if (back) {
        link.value()->race().handleReturn(transport::now());
    }
}

/// Whether a change means that the gateway of this link can be spoken to again, and that nobody knows what it did
/// meanwhile.
bool Core::isBack(GatewayLink& link, const gateway::Change& change) const {
    const wire::Address gateway = transport::toWire(link.info().endpoint.address());
    switch (change.kind) {
    case gateway::ChangeKind::woke:
        return true;
    case gateway::ChangeKind::interfaceUp:
        return change.interfaceIndex == interfaceOf(link);
    case gateway::ChangeKind::gatewayAdded:
    case gateway::ChangeKind::gatewayReplaced:
        return change.gatewayAfter->address == gateway;
    case gateway::ChangeKind::addressAdded:
        return change.addressAfter == transport::toWire(link.link().localAddress());
    default:
        return false;
    }
}

/// The interface that has the local address of the link; 0 if there is none at present.
std::uint32_t Core::interfaceOf(GatewayLink& link) const {
    const wire::Address local = transport::toWire(link.link().localAddress());
    const auto& addresses = monitor_->snapshot().addresses;
    const auto row = std::ranges::find(addresses, local, &gateway::LocalAddress::address);
    return row == addresses.end() ? 0 : row->interfaceIndex;
}

} // namespace portolan
