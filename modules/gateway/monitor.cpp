// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

module portolan.gateway;

import portolan.net;

namespace portolan::gateway {

namespace {

/// The source towards the best gateway of a family; none where there is no gateway, or none that is known.
std::optional<wire::Address> sourceOf(const Snapshot& snapshot, Family family) {
    const auto best = choose(snapshot.gateways, family);
    const auto source = best ? sourceAddress(best.value()) : result<wire::Address>{best.error()};
    return source ? std::optional{source.value()} : std::nullopt;
}

} // namespace

result<Snapshot> snapshot() {
    Snapshot snapshot;
    BOOST_OUTCOME_TRY(snapshot.interfaces, system::interfaces());
    BOOST_OUTCOME_TRY(snapshot.gateways, gateways());
    BOOST_OUTCOME_TRY(snapshot.addresses, system::addresses(Family::v4));
    BOOST_OUTCOME_TRY(std::vector<LocalAddress> more, system::addresses(Family::v6));
    snapshot.addresses.insert(snapshot.addresses.end(), std::make_move_iterator(more.begin()),
                              std::make_move_iterator(more.end()));
    snapshot.sourceV4 = sourceOf(snapshot, Family::v4);
    snapshot.sourceV6 = sourceOf(snapshot, Family::v6);
    return snapshot;
}

Monitor::Monitor(net::any_io_executor strand, Handler handler, std::function<Clocks()> clocks)
    : strand_(std::move(strand))
    , timer_(strand_)
    , handler_(std::move(handler))
    , clocks_(clocks ? std::move(clocks) : std::function<Clocks()>{system::clocks}) {}

Monitor::~Monitor() = default;

result<void> Monitor::start() {
    if (isRunning()) {
        return boost::outcome_v2::success();
    }
    // First the ear, then the look: what changes in between is heard.
    BOOST_OUTCOME_TRY(listen());
    auto now = portolan::gateway::snapshot();
    if (!now) {
        stop();
        return now.error();
    }
    snapshot_ = std::move(now.value());
    read_ = clocks_();
    return boost::outcome_v2::success();
}

void Monitor::stop() {
    debouncer_ = {};
    timer_.cancel();
    if (const auto ears = std::exchange(ears_, nullptr)) {
        deafen(*ears);
    }
}

void Monitor::heard() {
    debouncer_.handleNews(Debouncer::TimePoint::clock::now());
    arm();
}

void Monitor::arm() {
    const auto due = debouncer_.nextTimeout();
    if (!due) {
        return;
    }
    timer_.expires_at(*due);
    timer_.async_wait([self = shared_from_this(), ears = ears_](net::error_code error) {
        if (error || ears != self->ears_) {
            return; // stopped, or armed anew
        }
        if (self->debouncer_.handleTimeout(Debouncer::TimePoint::clock::now())) {
            self->look();
        } else {
            self->arm();
        }
    });
}

void Monitor::look() {
    auto now = portolan::gateway::snapshot();
    if (!now) {
        heard(); // once more, a little later
        return;
    }
    std::vector<Change> changes = compare(snapshot_, now.value());
    snapshot_ = std::move(now.value());
    const Clocks clocks = clocks_();
    if (const auto asleep = slept(std::exchange(read_, clocks), clocks); asleep > asleep.zero()) {
        changes.push_back({.kind = ChangeKind::woke, .slept = asleep});
    }
    if (!changes.empty()) {
        handler_(changes);
    }
}

} // namespace portolan::gateway
