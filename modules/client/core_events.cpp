// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

module portolan;

import portolan.transport;
import :core;

namespace portolan {

void Core::pump() {
    for (const LinkPtr& link : links_) {
        link->link().flush();
        drainEvents(link);
        if (link->session().size() == 0) {
            link->link().close();
        }
    }
    armTimer();
}

void Core::drainEvents(const LinkPtr& link) {
    while (const auto event = link->session().pollEvent()) {
        handleEvent(link, *event);
        link->link().flush(); // what a handler asked for leaves at once
    }
}

void Core::handleEvent(const LinkPtr& link, const session::Event& event) {
    if (link->addressQuery == event.id) {
        addressAnswered(*link, event);
        return;
    }
    const auto found = link->entries.find(event.id);
    if (found == link->entries.end()) {
        return;
    }
    Entry& entry = found->second;
    switch (event.kind) {
    case session::EventKind::granted:
    case session::EventKind::renewed:
    case session::EventKind::recovered:
    case session::EventKind::moved:
        mapped(link, event, entry);
        return;
    case session::EventKind::refused:
        if (entry.mapping) {
            abandon(link, event.id, link->refusal(event));
        }
        return;
    case session::EventKind::lost: {
        const std::lock_guard lock{mutex_};
        entry.info.held = false;
        return;
    }
    case session::EventKind::released: {
        result<void> outcome = boost::outcome_v2::success();
        if (event.error) {
            outcome = event.error == Errc::noAnswer
                          ? link->noAnswer(entry.transmittedBefore, transport::now() - entry.began)
                          : link->refusal(event);
        }
        for (Waiting<ReleaseHandler>& waiting : entry.releasing) {
            complete(std::move(waiting), outcome);
        }
        forget(link, event.id);
        return;
    }
    case session::EventKind::address:
        return;
    }
}

void Core::mapped(const LinkPtr& link, const session::Event& event, Entry& entry) {
    {
        const std::lock_guard lock{mutex_};
        entry.info.externalAddress = transport::toAsio(event.grant.external.address);
        entry.info.externalPort = event.grant.external.port;
        entry.info.lifetime = event.grant.lifetime;
        entry.info.epochSeconds = event.grant.epochSeconds;
        entry.info.via = event.grant.via;
        entry.info.nonce = event.grant.nonce;
        entry.info.held = true;
    }
    if (entry.mapping) {
        clearDeadline(link, event.id, entry);
        Waiting<MapHandler> waiting = std::move(*entry.mapping);
        entry.mapping.reset();
        complete(std::move(waiting), result<Mapping>{Mapping{shared_from_this(), MappingKey{link, event.id}}});
    }
}

void Core::armTimer() {
    std::optional<session::TimePoint> next;
    const auto consider = [&next](std::optional<session::TimePoint> when) {
        if (when) {
            next = next ? std::min(*next, *when) : *when;
        }
    };
    for (const LinkPtr& link : links_) {
        consider(link->session().nextTimeout());
        consider(link->addressDeadline);
    }
    if (!deadlines_.empty()) {
        consider(deadlines_.begin()->first);
    }
    if (!next) {
        armedFor_.reset();
        timer_.cancel();
        return;
    }
    if (armedFor_ && *armedFor_ <= *next) {
        return; // wakes early enough, and looks again then
    }
    armedFor_ = next;
    timer_.expires_after(std::max(*next - transport::now(), session::Duration::zero()));
    timer_.async_wait([self = shared_from_this()](net::error_code error) {
        if (!error) {
            self->timerExpired();
        }
    });
}

void Core::timerExpired() {
    armedFor_.reset();
    const session::TimePoint now = transport::now();
    for (const LinkPtr& link : links_) {
        link->link().handleTimeout(now);
        drainEvents(link);
        if (link->addressDeadline && *link->addressDeadline <= now) {
            finishAddress(*link, link->noAnswer(link->addressTransmittedBefore, options_.timeout));
        }
    }
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const auto [link, id] = deadlines_.begin()->second;
        deadlines_.erase(deadlines_.begin());
        deadlinePassed(link, id);
    }
    pump();
}

} // namespace portolan
