// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

module portolan;

import portolan.transport;
import :core;

namespace portolan {

void startExternalAddress(const std::shared_ptr<Core>& core, AddressHandler handler) {
    if (!core) {
        completeWithout(std::move(handler), result<net::ip::address>{Errc::cancelled});
        return;
    }
    core->externalAddress(std::move(handler));
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
    if (!link.addressQuery) {
        if (const auto asked = queryAddress(link); !asked) {
            complete(std::move(waiting), result<net::ip::address>{asked.error()});
            pump();
            return;
        }
    }
    const session::TimePoint now = transport::now();
    remember(waiting, {chosen.value(), {}});
    link.addressCalls.push_back({link.asking(now), session::after(now, options_.timeout), std::move(waiting)});
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
    const bool answered = event.kind == session::EventKind::address;
    if (!answered && event.kind != session::EventKind::refused) {
        return;
    }
    link.addressQuery.reset();
    for (AddressCall& call : std::exchange(link.addressCalls, {})) {
        complete(std::move(call.waiting),
                 answered ? result<net::ip::address>{transport::toAsio(event.grant.external.address)}
                          : result<net::ip::address>{link.failure(call.asked, event)});
    }
}

void Core::addressDeadlinePassed(GatewayLink& link, session::TimePoint now) {
    while (!link.addressCalls.empty() && link.addressCalls.front().deadline <= now) {
        AddressCall call = std::move(link.addressCalls.front());
        link.addressCalls.pop_front();
        const std::uint32_t transmissions = link.addressQuery ? link.session().transmissions(*link.addressQuery) : 0;
        complete(std::move(call.waiting), result<net::ip::address>{link.noAnswer(call.asked, transmissions)});
    }
    endQuery(link);
}

void Core::cancelAddress(GatewayLink& link, OperationId id) {
    const auto found =
        std::ranges::find(link.addressCalls, id, [](const AddressCall& call) { return call.waiting.id; });
    if (found == link.addressCalls.end()) {
        return;
    }
    AddressCall call = std::move(*found);
    link.addressCalls.erase(found);
    complete(std::move(call.waiting), result<net::ip::address>{Errc::cancelled});
    endQuery(link);
}

/// Asks no more where nobody waits any more.
void Core::endQuery(GatewayLink& link) {
    if (link.addressQuery && link.addressCalls.empty()) {
        link.session().handleRelease(transport::now(), *std::exchange(link.addressQuery, std::nullopt));
    }
}

} // namespace portolan
