// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <unistd.h>
#include <utility>
#include <vector>

module portolan.gateway;

import portolan.net;

namespace portolan::gateway {

namespace {

/// At most so many datagrams are taken in one go, so that a flood does not keep others on the strand waiting.
constexpr unsigned drainLimit = 256;

/// Takes over a descriptor that was just opened.
net::error_code adopt(net::posix::stream_descriptor& to, int descriptor) {
    net::error_code error;
    to.assign(descriptor, error);
    if (error) {
        ::close(descriptor);
    }
    return error;
}

void close(net::posix::stream_descriptor& descriptor) {
    net::error_code ignored;
    descriptor.close(ignored);
}

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
    : news_(strand)
    , resume_(strand)
    , timer_(std::move(strand))
    , handler_(std::move(handler))
    , clocks_(clocks ? std::move(clocks) : std::function<Clocks()>{system::clocks}) {}

result<void> Monitor::start() {
    if (running_) {
        return boost::outcome_v2::success();
    }
    // First the ear, then the look: what changes in between is heard.
    BOOST_OUTCOME_TRY(const int descriptor, system::openNews());
    if (const net::error_code error = adopt(news_, descriptor)) {
        return Error{error, "waiting for news of the network"};
    }
    auto now = portolan::gateway::snapshot();
    if (!now) {
        close(news_);
        return now.error();
    }
    snapshot_ = std::move(now.value());
    read_ = clocks_();
    running_ = true;
    ++generation_;
    waitForNews();
    if (const int resume = system::openResumeNotice(); resume >= 0 && !adopt(resume_, resume)) {
        waitForResume();
    }
    return boost::outcome_v2::success();
}

void Monitor::stop() {
    running_ = false;
    ++generation_;
    debouncer_ = {};
    timer_.cancel();
    close(news_);
    close(resume_);
}

void Monitor::waitForNews() {
    news_.async_wait(net::posix::stream_descriptor::wait_read,
                     [self = shared_from_this(), generation = generation_](net::error_code error) {
                         if (!error && generation == self->generation_) {
                             self->heard();
                             self->waitForNews();
                         }
                     });
}

void Monitor::heard() {
    News news;
    for (unsigned taken = 0; taken < drainLimit; ++taken) {
        const auto more = system::readNews(news_.native_handle());
        if (!more) {
            break;
        }
        news |= *more;
    }
    if (news.any()) {
        debouncer_.handleNews(Debouncer::TimePoint::clock::now());
        arm();
    }
}

void Monitor::waitForResume() {
    resume_.async_wait(net::posix::stream_descriptor::wait_read, [self = shared_from_this(),
                                                                  generation = generation_](net::error_code error) {
        if (error || generation != self->generation_) {
            return;
        }
        close(self->resume_); // a notice is good for once
        if (const int again = system::openResumeNotice(); again >= 0 && !adopt(self->resume_, again)) {
            self->waitForResume();
        }
        self->debouncer_.handleNews(Debouncer::TimePoint::clock::now());
        self->arm();
    });
}

void Monitor::arm() {
    const auto due = debouncer_.nextTimeout();
    if (!due) {
        return;
    }
    timer_.expires_at(*due);
    timer_.async_wait([self = shared_from_this(), generation = generation_](net::error_code error) {
        if (error || generation != self->generation_) {
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
        debouncer_.handleNews(Debouncer::TimePoint::clock::now()); // once more, a little later
        arm();
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
