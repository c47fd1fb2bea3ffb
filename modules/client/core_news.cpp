// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

module portolan;

import portolan.transport;
import :core;

namespace portolan {

namespace {

/// So many changes of a mapping wait to be told.
constexpr std::size_t longestNews = 64;

bool holds(ChangeKind kind) {
    return kind != ChangeKind::lost && kind != ChangeKind::refused && kind != ChangeKind::released;
}

/// Whether `later` adds nothing to `earlier`, which nobody was told yet, but a newer state: a renewal, or the same no.
bool continues(const MappingEvent& earlier, const MappingEvent& later) {
    const bool renewal = later.kind == ChangeKind::renewed && holds(earlier.kind);
    const bool sameNo = later.kind == ChangeKind::refused && earlier.kind == ChangeKind::refused &&
                        earlier.error->code == later.error->code;
    return renewal || sameNo;
}

} // namespace

void startChanged(const std::shared_ptr<Core>& core, MappingKey key, ChangeHandler handler) {
    core->changed(std::move(key), std::move(handler));
}

void Core::changed(MappingKey key, ChangeHandler handler) {
    net::post(strand_,
              [self = shared_from_this(), key = std::move(key), waiting = accept(std::move(handler))]() mutable {
                  self->doChanged(self->resolve(key), std::move(waiting));
              });
}

void Core::doChanged(const MappingKey& key, Waiting<ChangeHandler> waiting) {
    const auto found = key.link->entries.find(key.id);
    if (found == key.link->entries.end()) {
        complete(std::move(waiting), result<MappingEvent>{Errc::mappingLost});
        return;
    }
    std::unique_ptr<News>& news = found->second.news;
    if (!news) {
        news = std::make_unique<News>();
    }
    if (news->untold.empty()) {
        remember(waiting, key);
        news->waiting.push_back(std::move(waiting));
        return;
    }
    MappingEvent event = std::move(news->untold.front());
    news->untold.pop_front();
    complete(std::move(waiting), result<MappingEvent>{std::move(event)});
}

/// Tells a change to who waits longest, or keeps it for who comes next.
void Core::tell(Entry& entry, MappingEvent event) {
    if (!entry.news) {
        if (event.kind == ChangeKind::renewed) {
            return; // of interest only to who follows the mapping
        }
        entry.news = std::make_unique<News>();
    }
    News& news = *entry.news;
    if (!news.waiting.empty()) {
        Waiting<ChangeHandler> waiting = std::move(news.waiting.front());
        news.waiting.pop_front();
        complete(std::move(waiting), result<MappingEvent>{std::move(event)});
        return;
    }
    if (!news.untold.empty() && continues(news.untold.back(), event)) {
        news.untold.back().after = std::move(event.after);
        news.untold.back().error = std::move(event.error);
        return;
    }
    if (news.untold.size() == longestNews) {
        MappingInfo before = std::move(news.untold.front().before);
        news.untold.pop_front();
        news.untold.front().before = std::move(before);
    }
    news.untold.push_back(std::move(event));
}

/// Nothing more will happen to the mapping.
void Core::endNews(Entry& entry, const Error& error) {
    if (!entry.news) {
        return;
    }
    for (Waiting<ChangeHandler>& waiting : std::exchange(entry.news->waiting, {})) {
        complete(std::move(waiting), result<MappingEvent>{error});
    }
}

/// Ends a wait for news, if `id` is one.
bool Core::cancelNews(Entry& entry, OperationId id) {
    if (!entry.news) {
        return false;
    }
    std::deque<Waiting<ChangeHandler>>& all = entry.news->waiting;
    const auto found = std::ranges::find(all, id, &Waiting<ChangeHandler>::id);
    if (found == all.end()) {
        return false;
    }
    Waiting<ChangeHandler> waiting = std::move(*found);
    all.erase(found);
    complete(std::move(waiting), result<MappingEvent>{Errc::cancelled});
    return true;
}

MappingInfo Core::infoOf(const GatewayLink& link, const Entry& entry) const {
    const session::Grant& grant = entry.grant;
    const auto remote = entry.details ? entry.details->remote : std::nullopt;
    MappingInfo info{.protocol = entry.protocol,
                     .internalAddress = transport::toAsio(entry.internalAddress),
                     .internalPort = entry.internalPort,
                     .externalAddress = transport::toAsio(grant.external.address),
                     .externalPort = grant.external.port,
                     .remoteAddress = remote ? transport::toAsio(remote->address) : net::ip::address{},
                     .remotePort = remote ? remote->port : std::uint16_t{0},
                     .lifetime = grant.lifetime,
                     .epochSeconds = grant.epochSeconds,
                     .via = grant.via,
                     .nonce = grant.nonce,
                     .held = entry.held,
                     .gateway = link.info(),
                     .nat64 = link.nat64};
    if (entry.details) {
        const session::GrantedOptions& granted = entry.details->granted;
        info.description = granted.description;
        info.checkpointed = granted.checkpointed;
        info.optionsDropped = granted.dropped;
        for (const session::PortRange& range : granted.ports) {
            info.ports.push_back(
                {range.internalPort, range.externalPort, range.size, transport::toAsio(range.externalAddress)});
        }
    }
    return info;
}

} // namespace portolan
