// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <fmt/format.h>
#include <list>
#include <optional>
#include <string>
#include <utility>

module portolan.cli;

import :keeper;

namespace portolan::cli {

namespace {

/// How long to wait where there is no gateway to ask, at first and at most.
constexpr std::chrono::seconds firstRetry{2};
constexpr std::chrono::seconds longestRetry{10};

MapRequest requestOf(const KeepMapping& wanted) {
    MapRequest request;
    request.protocol = wanted.ports.protocol;
    request.internalPort = wanted.ports.internalPort;
    request.externalPort = wanted.ports.externalPort;
    request.lifetime = wanted.lifetime;
    request.preferFailure = wanted.preferFailure;
    request.patient = true;
    return request;
}

} // namespace

net::awaitable<void> Keeper::follow(Kept& kept) {
    if (!co_await open(kept)) {
        co_return;
    }
    for (;;) {
        const auto event = co_await kept.mapping->changed();
        if (!event || kept.givenUp) {
            co_return; // let go of, or left standing
        }
        happened(kept, event.value());
        if (event.value().kind == ChangeKind::released) {
            co_return;
        }
    }
}

/// Asks until there is a gateway to ask; false if nobody wants it any more before that.
net::awaitable<bool> Keeper::open(Kept& kept) {
    for (std::chrono::seconds wait = firstRetry; !kept.leaving; wait = std::min(2 * wait, longestRetry)) {
        auto mapping = co_await kept.place.client.map(requestOf(kept.wanted));
        if (mapping) {
            kept.mapping = std::move(mapping.value());
            if (kept.leaving) {
                drop(kept);
            }
            co_return true;
        }
        inTrouble(kept, mapping.error());
        kept.retry.expires_after(wait);
        co_await kept.retry.async_wait(net::asTuple);
    }
    co_return false;
}

void Keeper::happened(Kept& kept, const MappingEvent& event) {
    if (event.kind == ChangeKind::refused) {
        inTrouble(kept, *event.error);
        return;
    }
    if (event.kind == ChangeKind::released && !event.before.held) {
        return; // nobody was told that it was held
    }
    const bool wasTrouble = !std::exchange(kept.trouble, {}).empty();
    kept.settled = true;
    if (event.kind == ChangeKind::renewed && !wasTrouble) {
        output_.detail(fmt::format("{} renewed for {} s", kept.name(), event.after.lifetime.count()));
        if (!output_.json()) {
            return;
        }
    }
    writePort(kept, event.after); // first, so that who reads of the event finds the file as it says
    tell(kept, event);
    if (event.kind != ChangeKind::renewed) {
        callHook(kept, event);
    }
    tellManager();
}

/// Says what is wrong, once for as long as it is the same.
void Keeper::inTrouble(Kept& kept, const Error& error) {
    kept.settled = true;
    const Failure failure = explain(error);
    if (kept.trouble == failure.code) {
        output_.detail(fmt::format("{}: {}", kept.name(), failure.message));
        return;
    }
    kept.trouble = failure.code;
    tell(kept, failure);
    tellManager();
}

} // namespace portolan::cli
