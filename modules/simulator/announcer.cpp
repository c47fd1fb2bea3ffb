// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <map>
#include <optional>
#include <utility>

module portolan.simulator;

import :announcer;

namespace portolan::simulator {

namespace {

constexpr unsigned updateCopies = 3;                       // RFC 6887 §14.2
constexpr auto updateGap = std::chrono::milliseconds{250}; // RFC 6887 §14.2, then twice that

} // namespace

void Announcer::announce(TimePoint now, Notice notice, unsigned copies, std::chrono::milliseconds firstGap) {
    std::erase_if(due_, [&](const auto& entry) { return entry.second.notice == notice; });
    start(now, {.notice = notice, .started = now, .gap = firstGap, .left = copies});
}

void Announcer::update(TimePoint now, const Mapping& row, bool gone) {
    start(now, {.notice = Notice::update,
                .started = now,
                .gap = updateGap,
                .left = updateCopies,
                .mapping = row.id,
                .gone = gone ? std::optional{row} : std::nullopt});
}

std::optional<TimePoint> Announcer::nextDue() const noexcept {
    return due_.empty() ? std::nullopt : std::optional{due_.begin()->first};
}

std::optional<Series> Announcer::next(TimePoint now) {
    if (due_.empty() || due_.begin()->first > now) {
        return std::nullopt;
    }
    auto node = due_.extract(due_.begin());
    const Series copy = node.mapped();
    Series& rest = node.mapped();
    if (--rest.left > 0) {
        node.key() += rest.gap;
        rest.gap *= 2;
        due_.insert(std::move(node));
    }
    return copy;
}

void Announcer::start(TimePoint now, Series series) {
    if (series.left > 0) {
        due_.emplace(now, std::move(series));
    }
}

} // namespace portolan::simulator
