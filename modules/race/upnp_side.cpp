// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

module portolan.race;

import :contest;

namespace portolan::race {

namespace {

/// What the control point has no room for now, it may have later.
constexpr std::chrono::seconds askAgain{60};

} // namespace

void Referee::takeUpnp(TimePoint now, const upnp::Event& event) {
    if (event.id == search_) {
        searchFailed(now, event);
        return;
    }
    if (undoingUpnp_.contains(event.id)) {
        if (event.kind == EventKind::released) {
            undoneUpnp(now, event);
        }
        return;
    }
    const auto at = byUpnp_.find(event.id);
    if (at != byUpnp_.end()) {
        upnpTold(now, at->second, contests_.at(at->second), event);
    }
}

void Referee::upnpTold(TimePoint now, MappingId id, Contest& contest, const upnp::Event& event) {
    switch (event.kind) {
    case EventKind::granted:
    case EventKind::renewed:
    case EventKind::recovered:
    case EventKind::moved:
    case EventKind::address:
        if (!contest.leaving) {
            upnpGranted(now, id, contest, event);
        }
        return;
    case EventKind::refused:
        if (!contest.leaving) {
            upnpRefused(now, id, contest, event);
        }
        return;
    case EventKind::lost:
        if (!contest.leaving) {
            upnpLost(now, id, contest, event);
        }
        return;
    case EventKind::released:
        byUpnp_.erase(event.id);
        contest.upnp.reset();
        contest.upnpSaid = Said{true, event.error, event.detail};
        if (contest.leaving) {
            finishLeaving(id, contest);
        } else {
            contest.removed = !event.error && event.grant.external.port != 0;
            settle(now, id, contest);
        }
        return;
    case EventKind::probed:
        return;
    }
}

void Referee::upnpGranted(TimePoint now, MappingId id, Contest& contest, const upnp::Event& event) {
    learn(now, Known::byUpnp);
    endSession(now, contest);
    contest.holder = contest.want == Want::mapping ? Holder::upnp : Holder::nobody;
    contest.upnpSaid.reset();
    contest.sessionSaid.reset();
    contest.withdrawn.reset();
    contest.grant = {event.grant.external, event.grant.lifetime, 0, Via::upnp, contest.request.nonce};
    const session::OptionWishes& wishes = contest.request.wishes;
    contest.options.dropped = wishes.prefix64 || wishes.checkpoint;
    tell(id, contest, event);
    if (contest.want == Want::address) {
        byUpnp_.erase(event.id);
        contest.upnp.reset();
        erase(id);
    } else {
        setDue(now, id, contest);
    }
}

void Referee::upnpRefused(TimePoint now, MappingId id, Contest& contest, const upnp::Event& event) {
    if (contest.holder == Holder::upnp) {
        tell(id, contest, event); // a renewal; what stands, stands
        return;
    }
    contest.upnpSaid = Said{true, event.error, event.detail};
    contest.retryUpnp = event.retryAfter;
    if (contest.want == Want::address) {
        byUpnp_.erase(event.id);
        contest.upnp.reset(); // the query has ended
    }
    if (known_ == Known::byUpnp) {
        known_.reset();
    }
    if (event.error.category() != upnp::igdCategory() && !contest.sessionSaid) {
        askSessionToo(now, id, contest);
    }
    askWithdrawnAgain(now, id, contest);
    settle(now, id, contest);
}

void Referee::upnpLost(TimePoint now, MappingId id, Contest& contest, const upnp::Event& event) {
    tell(id, contest, event);
    known_.reset();
    askSessionToo(now, id, contest);
    contest.holder = Holder::nobody;
    setDue(now, id, contest);
}

/// Of all who wait for the gateway to be known: there is none, as far as that goes. They wait on.
void Referee::searchFailed(TimePoint now, const upnp::Event& event) {
    if (event.kind != EventKind::refused) {
        return;
    }
    const std::vector<MappingId> waiting{searchers_.begin(), searchers_.end()};
    for (const MappingId id : waiting) {
        if (const auto at = contests_.find(id); at != contests_.end()) {
            upnpRefused(now, id, at->second, event);
        }
    }
}

void Referee::askUpnp(TimePoint now, MappingId id, Contest& contest) {
    contest.waits = false;
    asked_ = true;
    const auto asked = contest.want == Want::mapping    ? point_->handleRequest(now, translate(contest))
                       : contest.want == Want::deletion ? point_->handleDelete(now, translate(contest))
                                                        : point_->handleAddressQuery(now);
    searchNoMore(id);
    if (asked) {
        contest.upnp = asked.value();
        contest.options.description = descriptionByUpnp(contest);
        byUpnp_.insert_or_assign(asked.value(), id);
        return;
    }
    contest.upnpSaid = Said{true, asked.error().code, asked.error().detail};
    if (contest.want == Want::mapping) {
        contest.waits = true;
        contest.searchAt = now + askAgain;
        contest.retryUpnp = askAgain;
    }
    askWithdrawnAgain(now, id, contest);
    settle(now, id, contest);
}

void Referee::search(TimePoint now, MappingId id) {
    searchers_.insert(id);
    if (!search_) {
        search_ = point_->handleSearch(now);
        asked_ = true;
    }
}

void Referee::searchNoMore(MappingId id) {
    searchers_.erase(id);
    if (searchers_.empty() && search_) {
        point_->handleDetach(*std::exchange(search_, std::nullopt));
    }
}

} // namespace portolan::race
