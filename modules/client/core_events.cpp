// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
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

namespace {

ChangeKind changeOf(session::EventKind kind) {
    switch (kind) {
    case session::EventKind::renewed:
        return ChangeKind::renewed;
    case session::EventKind::recovered:
        return ChangeKind::recovered;
    case session::EventKind::moved:
        return ChangeKind::moved;
    default:
        return ChangeKind::granted;
    }
}

} // namespace

void Core::pump() {
    for (const LinkPtr& link : links_) {
        drainEvents(link);
        if (link->race().size() == 0 && link->isOpen()) {
            link->close();
            listenNoMore();
        }
    }
    if ((announcements_ || monitor_) &&
        std::ranges::none_of(links_, [](const LinkPtr& link) { return link->isOpen(); })) {
        if (announcements_) {
            announcements_->close();
        }
        if (monitor_) {
            monitor_->stop();
        }
    }
    if (list_ && turnOn()) {
        pump(); // what moved has to be sent
        return;
    }
    armTimer();
}

void Core::drainEvents(const LinkPtr& link) {
    notePrefixes(*link);
    do {
        link->flush();
        while (const auto event = link->race().pollEvent(transport::now())) {
            handleEvent(link, *event);
            link->flush(); // what a handler asked for leaves at once
        }
    } while (link->race().takeAsked());
}

void Core::handleEvent(const LinkPtr& link, const race::Event& event) {
    const MappingKey key{link, event.id};
    if (list_ && passesOn(link, event)) {
        return;
    }
    if (answersQuestion(*link, event)) {
        return;
    }
    const auto found = link->entries.find(event.id);
    if (found == link->entries.end()) {
        return;
    }
    Entry& entry = found->second;
    if (entry.retired) {
        retiredEvent(key, event);
        return;
    }
    switch (event.kind) {
    case session::EventKind::granted:
    case session::EventKind::renewed:
    case session::EventKind::recovered:
    case session::EventKind::moved:
        mapped(link, event, entry);
        return;
    case session::EventKind::refused:
        refused(key, event, entry);
        return;
    case session::EventKind::lost: {
        const MappingInfo before = infoOf(*link, entry);
        setHeld(entry, false);
        tell(entry, {ChangeKind::lost, before, infoOf(*link, entry), {}});
        return;
    }
    case session::EventKind::released:
        released(key, event, entry);
        return;
    case session::EventKind::address:
    case session::EventKind::probed:
        return;
    }
}

void Core::setHeld(Entry& entry, bool held) {
    const std::lock_guard lock{mutex_};
    entry.held = held;
}

void Core::noteGrant(GatewayLink& link, const race::Event& event, Entry& entry) {
    const std::lock_guard lock{mutex_};
    entry.grant = event.grant;
    entry.held = true;
    if (const auto* granted = link.race().options(event.id)) {
        if (!entry.details) {
            entry.details = std::make_unique<Details>();
        }
        entry.details->granted = *granted;
    }
}

/// A gateway may tell of its prefixes with any answer, and unasked.
void Core::notePrefixes(GatewayLink& link) {
    if (link.session().prefixesRevision() == link.nat64Revision) {
        return;
    }
    const wire::Bytes told = link.session().prefixes().octets();
    const std::lock_guard lock{mutex_};
    link.nat64 = Nat64{std::vector<std::uint8_t>{told.begin(), told.end()}};
    link.nat64Revision = link.session().prefixesRevision();
}

void Core::mapped(const LinkPtr& link, const race::Event& event, Entry& entry) {
    const MappingInfo before = infoOf(*link, entry);
    noteGrant(*link, event, entry);
    const MappingKey key{link, event.id};
    if (entry.call) {
        clearDeadline(key, *entry.call);
        const std::unique_ptr<Call> call = std::move(entry.call);
        if (call->mapping) {
            complete(std::move(*call->mapping), result<Mapping>{Mapping{shared_from_this(), key}});
            watch();
            return;
        }
    }
    watch(); // where that failed before
    MappingEvent change{changeOf(event.kind), before, infoOf(*link, entry), {}};
    arrived(*link, entry, change);
    tell(entry, std::move(change));
}

void Core::refused(const MappingKey& key, const race::Event& event, Entry& entry) {
    if (entry.call && entry.call->mapping) {
        abandon(key, key.link->failure(entry.call->asked, event));
        return;
    }
    if (entry.call) {
        clearDeadline(key, *entry.call); // the answer to a patient call
        entry.call.reset();
    }
    const MappingInfo info = infoOf(*key.link, entry);
    tellLostOnTheWay(key, entry);
    tell(entry, {ChangeKind::refused, info, info, key.link->failure(event)});
}

void Core::released(const MappingKey& key, const race::Event& event, Entry& entry) {
    std::optional<Error> error;
    if (event.error) {
        error = entry.call ? key.link->failure(entry.call->asked, event) : key.link->failure(event);
    }
    if (entry.call) {
        completeReleases(*entry.call, error ? result<void>{*error} : result<void>{boost::outcome_v2::success()});
    }
    if (error && (entry.held || event.byUpnp)) {
        tellLeftStanding(key, error->message());
    }
    const MappingInfo before = infoOf(*key.link, entry);
    setHeld(entry, false);
    tell(entry, {ChangeKind::released, before, infoOf(*key.link, entry), error});
    forget(key);
}

void Core::armTimer() {
    std::optional<session::TimePoint> next;
    const auto consider = [&next](std::optional<session::TimePoint> when) {
        if (when) {
            next = next ? std::min(*next, *when) : *when;
        }
    };
    for (const LinkPtr& link : links_) {
        if (link->isOpen()) {
            consider(link->nextTimeout());
        }
        consider(link->questionDeadline());
    }
    if (list_ && std::ranges::any_of(links_, [](const LinkPtr& link) { return !link->entries.empty(); })) {
        consider(list_->choice.nextTimeout());
    }
    if (!deadlines_.empty()) {
        consider(deadlines_.begin()->first);
    }
    if (!next) {
        armedFor_.reset();
        alarm_.cancel();
        return;
    }
    if (armedFor_ && *armedFor_ <= *next) {
        return; // wakes early enough, and looks again then
    }
    armedFor_ = next;
    alarm_.set(*next, [self = shared_from_this()] { self->timerExpired(); });
}

void Core::timerExpired() {
    armedFor_.reset();
    const session::TimePoint now = transport::now();
    if (list_) {
        list_->choice.handleTimeout(now);
    }
    for (const LinkPtr& link : links_) {
        if (link->isOpen()) {
            link->handleTimeout(now);
            drainEvents(link);
        }
        questionDeadlinesPassed(*link, now);
    }
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const auto [link, id] = deadlines_.begin()->second;
        deadlines_.erase(deadlines_.begin());
        deadlinePassed({link, id});
    }
    pump();
}

} // namespace portolan
