// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

module portolan;

import portolan.transport;
import :core;

namespace portolan {

namespace {

/// Whether somebody wants the mapping: it is not being deleted, and no other has taken its place.
bool isWanted(const Entry& entry) {
    return !entry.retired && (!entry.call || entry.call->mapping || entry.call->patient);
}

/// Whether the old mapping has to go before the new one comes: one NAT gateway gives an external port to one address at
/// a time, and the port is to stay; and for a third party it is the same mapping.
bool wouldYield(const GatewayLink& from, const GatewayLink& to, const session::MappingRequest& request) {
    return from.info().endpoint == to.info().endpoint && !from.isSameClient(to) &&
           (from.info().endpoint.address().is_v4() || request.thirdParty);
}

} // namespace

void Core::moveAll(const LinkPtr& from, const LinkPtr& to) {
    std::vector<session::MappingId> wanted;
    for (const auto& [id, entry] : from->entries) {
        if (isWanted(entry)) {
            wanted.push_back(id);
        }
    }
    for (const session::MappingId id : wanted) {
        move({from, id}, to);
    }
}

/// What to ask of `to` so that a mapping of elsewhere is had there.
std::optional<session::MappingRequest> Core::requestAt(GatewayLink& to, const MappingKey& from) {
    auto request = from.link->race().request(from.id);
    if (!request) {
        return std::nullopt;
    }
    request->suggestedAddress = wire::Address::anyLike(transport::toWire(to.link().localAddress()));
    if (!from.link->entries.at(from.id).ownNonce && !isSameClient(to, *from.link)) {
        // A nonce is for one server and one internal address (RFC 6887 §11.2).
        MapRequest wanted;
        wanted.protocol = request->protocol;
        wanted.internalPort = request->internalPort;
        if (request->thirdParty) {
            wanted.thirdParty = transport::toAsio(*request->thirdParty);
        }
        request->nonce = nonceFor(to, wanted);
    }
    return request;
}

/// Asks the gateway of `to` for a mapping, and keeps it where it is until it is granted there.
void Core::move(const MappingKey& from, const LinkPtr& to) {
    Entry& old = from.link->entries.at(from.id);
    if (old.past && old.past->old && old.past->old->link == to && to->entries.contains(old.past->old->id)) {
        comeBack(from);
        return;
    }
    const auto request = requestAt(*to, from);
    const auto id = request ? to->race().handleRequest(transport::now(), *request)
                            : result<session::MappingId>{Errc::invalidRequest};
    if (!id) {
        return; // it cannot be had there, and stays where it is
    }
    Entry entry;
    entry.internalAddress = request->thirdParty.value_or(transport::toWire(to->link().localAddress()));
    entry.protocol = old.protocol;
    entry.internalPort = old.internalPort;
    entry.ownNonce = old.ownNonce;
    if (old.details) {
        entry.details = std::make_unique<Details>();
        entry.details->remote = old.details->remote; // what came of the options is the other gateway's
    }
    take(old, from, entry, {to, id.value()});
    const bool stays = old.held && !wouldYield(*from.link, *to, *request);
    if (old.held) {
        entry.past->before = infoOf(*from.link, old);
        entry.past->toldLost = false;
    }
    if (stays) {
        entry.past->old = from;
        old.retired = true;
    }
    {
        const std::lock_guard lock{mutex_};
        if (const auto& handle = entry.past->handle) {
            successors_.insert_or_assign({handle->link.get(), handle->id}, MappingKey{to, id.value()});
        }
        to->entries.insert_or_assign(id.value(), std::move(entry));
    }
    expectAnswer({to, id.value()});
    if (!stays) {
        discard(from, *to);
        from.link->flush(); // before what is asked there
    }
}

/// The absence of an answer is to be told, as if the mapping had just been asked for.
void Core::expectAnswer(const MappingKey& key) {
    std::unique_ptr<Call>& call = key.link->entries.at(key.id).call;
    const session::TimePoint now = transport::now();
    if (!call) {
        call = std::make_unique<Call>();
        call->patient = true;
        call->deletionLimit = session::after(now, options_.timeout);
        setDeadline(key, *call, call->deletionLimit);
    }
    call->asked = key.link->asking(now);
}

/// Moves over what belongs to who waits and to the handle, not to the gateway.
void Core::take(Entry& from, const MappingKey& fromKey, Entry& to, const MappingKey& toKey) {
    const bool hasHandle = !from.call || !from.call->mapping;
    if (from.call) {
        const auto deadline = from.call->deadline;
        clearDeadline(fromKey, *from.call);
        to.call = std::move(from.call);
        if (deadline) {
            setDeadline(toKey, *to.call, *deadline);
        }
        if (to.call->mapping) {
            remember(*to.call->mapping, toKey);
        }
    }
    to.news = std::move(from.news);
    if (to.news) {
        for (const Waiting<ChangeHandler>& waiting : to.news->waiting) {
            remember(waiting, toKey);
        }
    }
    to.past = from.past ? std::move(from.past) : std::make_unique<Past>();
    if (hasHandle) {
        to.past->handle = to.past->handle.value_or(fromKey);
    }
}

/// The gateway that still has it is the gateway again, before the one in between granted anything.
void Core::comeBack(const MappingKey& from) {
    Entry& entry = from.link->entries.at(from.id);
    const MappingKey key = *std::exchange(entry.past->old, std::nullopt); // it was held, so it has a handle
    Entry& old = key.link->entries.at(key.id);
    old.retired = false;
    const MappingInfo before = infoOf(*from.link, entry);
    if (entry.call) {
        clearDeadline(from, *entry.call);
        entry.call.reset();
    }
    take(entry, from, old, key);
    old.past->before.reset();
    setSuccessor(*old.past->handle, key);
    if (std::exchange(old.past->toldLost, false)) {
        tell(old, {ChangeKind::granted, before, infoOf(*key.link, old), {}});
    }
    discard(from, *key.link);
}

/// What is told of a grant, if it is the first after a move; what stands elsewhere has had its time.
void Core::arrived(const GatewayLink& link, Entry& entry, MappingEvent& event) {
    if (!entry.past) {
        return;
    }
    if (auto before = std::exchange(entry.past->before, std::nullopt); before && !entry.past->toldLost) {
        event.kind = ChangeKind::moved;
        event.before = std::move(*before);
    }
    entry.past->toldLost = false;
    if (const auto old = std::exchange(entry.past->old, std::nullopt)) {
        discard(*old, link);
    }
}

/// The gateway here did not grant what another one had: whatever stands there is of no use to who comes by the way that
/// is the way now.
void Core::tellLostOnTheWay(const MappingKey& key, Entry& entry) {
    if (entry.past && entry.past->before && !std::exchange(entry.past->toldLost, true)) {
        tell(entry, {ChangeKind::lost, *entry.past->before, infoOf(*key.link, entry), {}});
    }
}

/// Has a mapping deleted that another one takes the place of; where the gateway would take one for the other, it is
/// only forgotten.
void Core::discard(const MappingKey& old, const GatewayLink& instead) {
    const auto found = old.link->entries.find(old.id);
    if (found == old.link->entries.end()) {
        return; // it was lost meanwhile
    }
    found->second.retired = true;
    if (isSameClient(*old.link, instead)) {
        old.link->race().handleDetach(old.id);
        forget(old);
    } else {
        startRelease(old, std::nullopt);
    }
}

/// What becomes of a mapping whose place another one has taken, or is about to take.
void Core::retiredEvent(const MappingKey& key, const race::Event& event) {
    switch (event.kind) {
    case session::EventKind::lost:
        key.link->race().handleDetach(key.id); // else it would be asked for anew
        forget(key);
        return;
    case session::EventKind::released:
        forget(key);
        return;
    case session::EventKind::refused:
    case session::EventKind::address:
        return;
    default: // a grant
        const std::lock_guard lock{mutex_};
        key.link->entries.at(key.id).grant = event.grant;
        return;
    }
}

MappingKey Core::resolve(const MappingKey& key) const {
    const std::lock_guard lock{mutex_};
    return resolveLocked(key);
}

MappingKey Core::resolveLocked(const MappingKey& key) const {
    const auto found = successors_.find({key.link.get(), key.id});
    return found == successors_.end() ? key : found->second;
}

void Core::setSuccessor(const MappingKey& handle, const std::optional<MappingKey>& key) {
    const std::lock_guard lock{mutex_};
    if (key) {
        successors_.insert_or_assign({handle.link.get(), handle.id}, *key);
    } else {
        successors_.erase({handle.link.get(), handle.id});
    }
}

} // namespace portolan
