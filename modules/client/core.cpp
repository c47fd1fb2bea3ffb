// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

module portolan;

import portolan.transport;
import :core;

namespace portolan {

std::shared_ptr<Core> makeCore(const net::any_io_executor& executor, ClientOptions options) {
    return std::make_shared<Core>(executor, std::move(options));
}

void startMap(const std::shared_ptr<Core>& core, MapRequest request, MapHandler handler) {
    core->map(std::move(request), std::move(handler));
}

void startUnmap(const std::shared_ptr<Core>& core, const UnmapRequest& request, ReleaseHandler handler) {
    core->unmap(request, std::move(handler));
}

Core::Core(const net::any_io_executor& executor, ClientOptions options)
    : strand_(net::make_strand(executor)), timer_(strand_), options_(std::move(options)) {
    if (options_.gateway && options_.gateway->port() == 0) {
        options_.gateway->port(wire::serverPort);
    }
}

Core::~Core() {
    for (const LinkPtr& link : links_) {
        link->link().close();
    }
}

void Core::map(MapRequest request, MapHandler handler) {
    net::post(strand_, [self = shared_from_this(), request = std::move(request),
                        waiting = accept(std::move(handler))]() mutable { self->doMap(request, std::move(waiting)); });
}

void Core::release(MappingKey key, ReleaseHandler handler) {
    net::post(strand_, [self = shared_from_this(), key = std::move(key),
                        waiting = accept(std::move(handler))]() mutable { self->doRelease(key, std::move(waiting)); });
}

void Core::drop(MappingKey key) {
    net::post(strand_, [self = shared_from_this(), key = std::move(key)] { self->doRelease(key, std::nullopt); });
}

void Core::detach(MappingKey key) {
    net::post(strand_, [self = shared_from_this(), key = std::move(key)] {
        key.link->session().handleDetach(key.id);
        self->forget(key.link, key.id);
        self->pump();
    });
}

MappingInfo Core::info(const MappingKey& key) const {
    const std::lock_guard lock{mutex_};
    const auto found = key.link->entries.find(key.id);
    return found == key.link->entries.end() ? MappingInfo{} : found->second.info;
}

void Core::doMap(const MapRequest& wanted, Waiting<MapHandler> waiting) {
    const auto link = chooseLink();
    if (!link) {
        complete(std::move(waiting), result<Mapping>{link.error()});
        return;
    }
    GatewayLink& gateway = *link.value();
    const std::uint64_t transmittedBefore = gateway.session().statistics().transmitted;
    const auto id = gateway.session().handleRequest(transport::now(), translate(gateway, wanted));
    if (!id) {
        complete(std::move(waiting), result<Mapping>{id.error()});
        pump();
        return;
    }
    Entry entry;
    entry.info.protocol = wanted.protocol;
    entry.info.internalAddress = wanted.thirdParty.value_or(gateway.link().localAddress());
    entry.info.internalPort = wanted.internalPort;
    entry.info.gateway = gateway.info();
    entry.mapping = std::move(waiting);
    entry.transmittedBefore = transmittedBefore;
    entry.began = transport::now();
    {
        const std::lock_guard lock{mutex_};
        gateway.entries.insert_or_assign(id.value(), std::move(entry));
    }
    setDeadline(link.value(), id.value(), gateway.entries.at(id.value()), transport::now() + options_.timeout);
    pump();
}

session::MappingRequest Core::translate(GatewayLink& link, const MapRequest& wanted) const {
    session::MappingRequest request;
    request.protocol = wanted.protocol;
    request.internalPort = wanted.internalPort;
    request.suggestedPort = wanted.externalPort;
    request.suggestedAddress = wire::Address::anyLike(transport::toWire(link.link().localAddress()));
    request.lifetime = wanted.lifetime;
    request.nonce = wanted.nonce ? *wanted.nonce : nonceFor(link, wanted);
    request.preferFailure = wanted.preferFailure;
    request.filters = wanted.filters;
    if (wanted.thirdParty) {
        request.thirdParty = transport::toWire(*wanted.thirdParty);
    }
    return request;
}

Nonce Core::nonceFor(GatewayLink& link, const MapRequest& wanted) const {
    if (!options_.identity) {
        return transport::randomNonce();
    }
    const net::ip::address local = link.link().localAddress();
    return options_.identity->nonce({.gateway = transport::toWire(link.info().endpoint.address()),
                                     .gatewayPort = link.info().endpoint.port(),
                                     .internalAddress = transport::toWire(wanted.thirdParty.value_or(local)),
                                     .protocol = wanted.protocol,
                                     .internalPort = wanted.internalPort,
                                     .externalV4 = local.is_v4()});
}

void Core::unmap(const UnmapRequest& request, ReleaseHandler handler) {
    net::post(strand_, [self = shared_from_this(), request, waiting = accept(std::move(handler))]() mutable {
        self->doUnmap(request, std::move(waiting));
    });
}

void Core::doUnmap(const UnmapRequest& wanted, Waiting<ReleaseHandler> waiting) {
    const auto link = chooseLink();
    if (!link) {
        complete(std::move(waiting), result<void>{link.error()});
        return;
    }
    GatewayLink& gateway = *link.value();
    const std::uint64_t transmittedBefore = gateway.session().statistics().transmitted;
    MapRequest mapping;
    mapping.protocol = wanted.protocol;
    mapping.internalPort = wanted.internalPort;
    mapping.nonce = wanted.nonce;
    mapping.thirdParty = wanted.thirdParty;
    const auto id = gateway.session().handleDelete(transport::now(), translate(gateway, mapping));
    if (!id) {
        complete(std::move(waiting), result<void>{id.error()});
        pump();
        return;
    }
    Entry entry;
    entry.releasing.push_back(std::move(waiting));
    entry.transmittedBefore = transmittedBefore;
    entry.began = transport::now();
    {
        const std::lock_guard lock{mutex_};
        gateway.entries.insert_or_assign(id.value(), std::move(entry));
    }
    setDeadline(link.value(), id.value(), gateway.entries.at(id.value()), transport::now() + options_.timeout);
    pump();
}

void Core::doRelease(const MappingKey& key, std::optional<Waiting<ReleaseHandler>> waiting) {
    const auto found = key.link->entries.find(key.id);
    if (found == key.link->entries.end()) {
        if (waiting) {
            complete(std::move(*waiting), result<void>{Errc::mappingLost});
        }
        return;
    }
    Entry& entry = found->second;
    if (waiting) {
        entry.releasing.push_back(std::move(*waiting));
    }
    entry.transmittedBefore = key.link->session().statistics().transmitted;
    entry.began = transport::now();
    setDeadline(key.link, key.id, entry, transport::now() + options_.releaseTimeout);
    key.link->session().handleRelease(transport::now(), key.id);
    pump();
}

void Core::cancel(OperationId id) {
    for (const LinkPtr& link : links_) {
        for (auto& [mapping, entry] : link->entries) {
            if (entry.mapping && entry.mapping->id == id) {
                abandon(link, mapping, Errc::cancelled);
                pump();
                return;
            }
            const auto releasing = std::ranges::find(entry.releasing, id, &Waiting<ReleaseHandler>::id);
            if (releasing != entry.releasing.end()) {
                Waiting<ReleaseHandler> waiting = std::move(*releasing);
                entry.releasing.erase(releasing);
                complete(std::move(waiting), result<void>{Errc::cancelled});
                return;
            }
        }
        const auto address = std::ranges::find(link->addressWaiting, id, &Waiting<AddressHandler>::id);
        if (address != link->addressWaiting.end()) {
            Waiting<AddressHandler> waiting = std::move(*address);
            link->addressWaiting.erase(address);
            complete(std::move(waiting), result<net::ip::address>{Errc::cancelled});
            if (link->addressWaiting.empty()) {
                finishAddress(*link, Errc::cancelled);
            }
            pump();
            return;
        }
    }
}

/// Ends a call of `map` with an error and takes back what the gateway may have granted.
void Core::abandon(const LinkPtr& link, session::MappingId id, const Error& error) {
    Entry& entry = link->entries.at(id);
    Waiting<MapHandler> waiting = std::move(*entry.mapping);
    entry.mapping.reset();
    complete(std::move(waiting), result<Mapping>{error});
    setDeadline(link, id, entry, transport::now() + options_.releaseTimeout);
    link->session().handleRelease(transport::now(), id);
}

void Core::forget(const LinkPtr& link, session::MappingId id) {
    const auto found = link->entries.find(id);
    if (found == link->entries.end()) {
        return;
    }
    clearDeadline(link, id, found->second);
    const std::lock_guard lock{mutex_};
    link->entries.erase(found);
}

void Core::setDeadline(const LinkPtr& link, session::MappingId id, Entry& entry, session::TimePoint when) {
    clearDeadline(link, id, entry);
    entry.deadline = when;
    deadlines_.insert({when, {link, id}});
}

void Core::clearDeadline(const LinkPtr& link, session::MappingId id, Entry& entry) {
    if (entry.deadline) {
        deadlines_.erase({*entry.deadline, {link, id}});
        entry.deadline.reset();
    }
}

void Core::deadlinePassed(const LinkPtr& link, session::MappingId id) {
    Entry& entry = link->entries.at(id);
    entry.deadline.reset();
    const Error error = link->noAnswer(entry.transmittedBefore, transport::now() - entry.began);
    if (entry.mapping) {
        abandon(link, id, error);
        return;
    }
    for (Waiting<ReleaseHandler>& waiting : entry.releasing) {
        complete(std::move(waiting), result<void>{error});
    }
    link->session().handleDetach(id);
    forget(link, id);
}

} // namespace portolan
