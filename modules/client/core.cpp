// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

module portolan;

import portolan.transport;
import :core;

namespace portolan {

namespace {

/// How long the deletion of a mapping is tried at most once nobody waits for it. The tries themselves take seconds; but
/// by NAT-PMP one deletion follows another, and a gateway may have asked for silence, half a minute as a rule.
constexpr session::Duration deletionLimit = std::chrono::minutes{1};

/// An IPv4 address in the clothes of IPv6 without them: sockets of IPv4 are to be used.
net::ip::address unmapped(const net::ip::address& address) {
    return address.is_v6() && address.to_v6().is_v4_mapped() ? transport::toAsio(transport::toWire(address)) : address;
}

net::ip::udp::endpoint asServer(const net::ip::udp::endpoint& endpoint) {
    return {unmapped(endpoint.address()), endpoint.port() == 0 ? wire::serverPort : endpoint.port()};
}

} // namespace

Core::Core(net::strand<net::any_io_executor> strand, ClientOptions options, std::shared_ptr<TurnsByInterface> turns)
    : strand_(std::move(strand))
    , alarm_(strand_)
    , options_(std::move(options))
    , identity_(options_.identity ? *options_.identity : Identity::random())
    , turns_(std::move(turns)) {
    for (PcpServer& server : options_.servers) {
        std::ranges::transform(server.addresses, server.addresses.begin(), asServer);
    }
    if (options_.servers.size() == 1 && options_.servers.front().addresses.size() == 1) {
        options_.gateway = options_.servers.front().addresses.front();
    }
    if (options_.gateway) {
        options_.gateway = asServer(*options_.gateway);
    } else if (!options_.servers.empty() || options_.anycast) {
        list_.emplace(AddressList{.ofOneServer = !options_.servers.empty()});
    }
    if (options_.source) {
        options_.source = unmapped(*options_.source);
    }
}

Core::~Core() {
    if (announcements_) {
        announcements_->close();
    }
    if (monitor_) {
        monitor_->stop();
    }
    for (const LinkPtr& link : links_) {
        link->close();
        link->entries.clear(); // those that moved name one another's links
    }
}

void Core::map(Wanted wanted, MapHandler handler) {
    net::post(strand_, [self = shared_from_this(), wanted = std::move(wanted),
                        waiting = accept(std::move(handler))]() mutable { self->doMap(wanted, std::move(waiting)); });
}

void Core::release(MappingKey key, ReleaseHandler handler) {
    net::post(strand_,
              [self = shared_from_this(), key = std::move(key), waiting = accept(std::move(handler))]() mutable {
                  self->doRelease(self->resolve(key), std::move(waiting));
              });
}

void Core::drop(MappingKey key) {
    net::post(strand_,
              [self = shared_from_this(), key = std::move(key)] { self->doRelease(self->resolve(key), std::nullopt); });
}

void Core::detach(MappingKey key) {
    net::post(strand_, [self = shared_from_this(), handle = std::move(key)] {
        const MappingKey key = self->resolve(handle);
        key.link->race().handleDetach(key.id);
        self->forget(key);
        self->pump();
    });
}

MappingInfo Core::info(const MappingKey& handle) const {
    const std::lock_guard lock{mutex_};
    const MappingKey key = resolveLocked(handle);
    const auto found = key.link->entries.find(key.id);
    if (found == key.link->entries.end()) {
        return {};
    }
    return infoOf(*key.link, found->second);
}

/// Has a session of the right gateway take on what is wanted, and waits for it.
result<MappingKey> Core::admit(const Wanted& wanted, Want want) {
    if ((wanted.mapping.thirdParty || wanted.mapping.checkpoint) && !options_.trustedNetwork) {
        return Error{Errc::invalidRequest,
                     "mappings for other hosts, and checkpoints, are for networks that are declared "
                     "fully trusted (ClientOptions::trustedNetwork; RFC 6887 §13.1, 7767 §5)"};
    }
    BOOST_OUTCOME_TRY(const LinkPtr link, chooseLink());
    const session::TimePoint now = transport::now();
    const session::MappingRequest request = translate(*link, wanted);
    auto call = std::make_unique<Call>();
    call->asked = link->asking(now);
    call->deletionLimit = session::after(now, std::max(deletionLimit, options_.timeout));
    BOOST_OUTCOME_TRY(const session::MappingId id, want == Want::mapping ? link->race().handleRequest(now, request)
                                                                         : link->race().handleDelete(now, request));
    const MappingKey key{link, id};
    setDeadline(key, *call, session::after(now, options_.timeout));
    Entry entry;
    entry.internalAddress = request.thirdParty.value_or(transport::toWire(link->link().localAddress()));
    entry.protocol = request.protocol;
    entry.internalPort = request.internalPort;
    entry.ownNonce = wanted.mapping.nonce.has_value();
    entry.call = std::move(call);
    if (request.remote) {
        entry.details = std::make_unique<Details>(Details{request.remote});
    }
    const std::lock_guard lock{mutex_};
    link->entries.insert_or_assign(id, std::move(entry));
    return key;
}

void Core::doMap(const Wanted& wanted, Waiting<MapHandler> waiting) {
    if (const auto key = admit(wanted, Want::mapping)) {
        Call& call = *key.value().link->entries.at(key.value().id).call;
        if (wanted.mapping.patient) {
            call.patient = true;
            complete(std::move(waiting), result<Mapping>{Mapping{shared_from_this(), key.value()}});
            watch();
        } else {
            remember(waiting, key.value());
            call.mapping = std::move(waiting);
        }
    } else {
        complete(std::move(waiting), result<Mapping>{key.error()});
    }
    pump();
}

void Core::change(MappingKey key, MappingChange change, ReleaseHandler handler) {
    net::post(strand_, [self = shared_from_this(), key = std::move(key), change = std::move(change),
                        waiting = accept(std::move(handler))]() mutable {
        if (change.checkpoint.value_or(false) && !self->options_.trustedNetwork) {
            self->complete(
                std::move(waiting),
                result<void>{Error{Errc::invalidRequest, "checkpoints are for networks that are declared fully "
                                                         "trusted (ClientOptions::trustedNetwork)"}});
            return;
        }
        const MappingKey at = self->resolve(key);
        self->complete(std::move(waiting), at.link->race().handleChange(transport::now(), at.id, change));
        self->pump();
    });
}

void Core::unmap(const UnmapRequest& request, ReleaseHandler handler) {
    net::post(strand_, [self = shared_from_this(), request, waiting = accept(std::move(handler))]() mutable {
        self->doUnmap(request, std::move(waiting));
    });
}

void Core::doUnmap(const UnmapRequest& unwanted, Waiting<ReleaseHandler> waiting) {
    MapRequest mapping;
    mapping.protocol = unwanted.protocol;
    mapping.internalPort = unwanted.internalPort;
    mapping.nonce = unwanted.nonce;
    mapping.thirdParty = unwanted.thirdParty;
    mapping.thirdPartyId = unwanted.thirdPartyId;
    mapping.portSet = unwanted.portSet;
    if (const auto key = admit({std::move(mapping)}, Want::deletion)) {
        remember(waiting, key.value());
        key.value().link->entries.at(key.value().id).call->releasing.push_back(std::move(waiting));
    } else {
        complete(std::move(waiting), result<void>{key.error()});
    }
    pump();
}

void Core::doRelease(const MappingKey& key, std::optional<Waiting<ReleaseHandler>> waiting) {
    startRelease(key, std::move(waiting));
    pump();
}

void Core::startRelease(const MappingKey& key, std::optional<Waiting<ReleaseHandler>> waiting) {
    const auto found = key.link->entries.find(key.id);
    if (found == key.link->entries.end()) {
        if (waiting) {
            complete(std::move(*waiting), result<void>{Errc::mappingLost});
        }
        return;
    }
    const session::TimePoint now = transport::now();
    if (found->second.call) {
        clearDeadline(key, *found->second.call); // of a patient call
    }
    if (found->second.past && found->second.past->old) {
        discard(*std::exchange(found->second.past->old, std::nullopt), *key.link);
    }
    found->second.call = std::make_unique<Call>();
    Call& call = *found->second.call;
    call.asked = key.link->asking(now);
    call.deletionLimit = session::after(now, std::max(deletionLimit, options_.releaseTimeout));
    if (waiting) {
        remember(*waiting, key);
        call.releasing.push_back(std::move(*waiting));
    }
    setDeadline(key, call, waiting ? session::after(now, options_.releaseTimeout) : call.deletionLimit);
    key.link->race().handleRelease(now, key.id);
}

void Core::cancel(OperationId id) {
    const auto found = operations_.find(id);
    if (found == operations_.end()) {
        return; // it has its answer
    }
    const MappingKey key = found->second;
    if (key.id == session::MappingId{}) {
        cancelQuestion(*key.link, id);
    } else {
        cancelMapping(key, id);
    }
    pump();
}

void Core::cancelMapping(const MappingKey& key, OperationId id) {
    Entry& entry = key.link->entries.at(key.id);
    if (cancelNews(entry, id)) {
        return;
    }
    Call& call = *entry.call;
    if (call.mapping) {
        abandon(key, Errc::cancelled);
        return;
    }
    const auto releasing = std::ranges::find(call.releasing, id, &Waiting<ReleaseHandler>::id);
    Waiting<ReleaseHandler> waiting = std::move(*releasing);
    call.releasing.erase(releasing);
    complete(std::move(waiting), result<void>{Errc::cancelled});
}

/// Ends a call of `map` with an error and takes back what the gateway may have granted.
void Core::abandon(const MappingKey& key, const Error& error) {
    const session::TimePoint now = transport::now();
    Call& call = *key.link->entries.at(key.id).call;
    complete(std::move(*std::exchange(call.mapping, std::nullopt)), result<Mapping>{error});
    call.asked = key.link->asking(now);
    call.deletionLimit = session::after(now, options_.releaseTimeout);
    setDeadline(key, call, call.deletionLimit);
    key.link->race().handleRelease(now, key.id);
}

void Core::forget(const MappingKey& key) {
    const auto found = key.link->entries.find(key.id);
    if (found == key.link->entries.end()) {
        return;
    }
    if (found->second.call) {
        clearDeadline(key, *found->second.call);
    }
    endNews(found->second, Errc::mappingLost);
    if (found->second.past && found->second.past->old) {
        discard(*std::exchange(found->second.past->old, std::nullopt), *key.link);
    }
    if (found->second.past && found->second.past->handle) {
        setSuccessor(*found->second.past->handle, std::nullopt);
    }
    const std::lock_guard lock{mutex_};
    key.link->entries.erase(found);
}

void Core::completeReleases(Call& call, const result<void>& outcome) {
    call.told |= !call.releasing.empty();
    for (Waiting<ReleaseHandler>& waiting : std::exchange(call.releasing, {})) {
        complete(std::move(waiting), outcome);
    }
}

/// Nobody waits for its deletion, of which the gateway said nothing, or no.
void Core::tellLeftStanding(const MappingKey& key, const std::string& why) {
    const Entry& entry = key.link->entries.at(key.id);
    if (options_.onWarning && entry.call && !entry.call->told && !entry.retired) {
        options_.onWarning({Errc::leftStanding, fmt::format("{} {} at {}: {}", entry.protocol, entry.internalPort,
                                                            key.link->info().endpoint.address().to_string(), why)});
    }
}

void Core::setDeadline(const MappingKey& key, Call& call, session::TimePoint when) {
    clearDeadline(key, call);
    call.deadline = when;
    deadlines_.insert({when, {key.link, key.id}});
}

void Core::clearDeadline(const MappingKey& key, Call& call) {
    if (const auto deadline = std::exchange(call.deadline, std::nullopt)) {
        deadlines_.erase({*deadline, {key.link, key.id}});
    }
}

void Core::deadlinePassed(const MappingKey& key) {
    Call& call = *key.link->entries.at(key.id).call;
    const Error error = key.link->noAnswer(call.asked, key.id);
    const bool givenUp = *std::exchange(call.deadline, std::nullopt) >= call.deletionLimit;
    if (call.mapping) {
        abandon(key, error);
        return;
    }
    if (call.patient) {
        Entry& entry = key.link->entries.at(key.id);
        const MappingInfo info = infoOf(*key.link, entry);
        entry.call.reset();
        tellLostOnTheWay(key, entry);
        tell(entry, {ChangeKind::refused, info, info, error});
        return;
    }
    completeReleases(call, error);
    if (!givenUp) {
        setDeadline(key, call, call.deletionLimit); // only the wait is over
        return;
    }
    if (key.link->entries.at(key.id).held || key.link->race().mayStandByUpnp(key.id)) {
        tellLeftStanding(key, "its deletion took too long");
    }
    key.link->race().handleDetach(key.id);
    forget(key);
}

} // namespace portolan
