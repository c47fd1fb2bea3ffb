// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

module portolan.simulation;

namespace portolan::simulation {

using namespace std::chrono_literals;

namespace {

/// A delay that a client may take for a jump of its gateway's clock (RFC 6887 §8.5 tolerates two seconds).
constexpr Time lateness{1000};

bool later(const Parcel& a, const Parcel& b) noexcept {
    return std::pair{a.arrives, a.number} > std::pair{b.arrives, b.number};
}

} // namespace

void Network::cut(std::size_t client, Time until) noexcept {
    links_[client].cutUntil = std::max(links_[client].cutUntil, until);
}

void Network::noteTrouble(std::size_t client, Time until) noexcept {
    links_[client].troubledUntil = std::max(links_[client].troubledUntil, until);
}

void Network::send(Time now, Parcel parcel) {
    ++counters_.sent;
    Link& link = links_[parcel.client];
    if (now < link.cutUntil || dice_.perMille(weather_.loss)) {
        ++counters_.lost;
        noteTrouble(parcel.client, now);
        return;
    }
    const Time delay = weather_.delay + dice_.between(Time{0}, weather_.jitter);
    Time& last = link.lastArrival[parcel.kind == ParcelKind::toGateway ? 0 : 1];
    parcel.sent = now;
    parcel.arrives = now + delay;
    if (dice_.perMille(weather_.duplication)) {
        ++counters_.duplicated;
        Parcel copy = parcel;
        copy.arrives += dice_.between(Time{0}, Time{dice_.perMille(100) ? 30s : 1s});
        noteTrouble(copy.client, copy.arrives);
        enqueue(std::move(copy));
    }
    if (dice_.perMille(weather_.reordering)) {
        ++counters_.overtaken;
        parcel.arrives += dice_.between(Time{0}, Time{dice_.perMille(100) ? 30s : 2s});
        noteTrouble(parcel.client, parcel.arrives);
    } else {
        last = parcel.arrives = std::max(parcel.arrives, last);
    }
    if (parcel.arrives - now > lateness) {
        noteTrouble(parcel.client, parcel.arrives);
    }
    enqueue(std::move(parcel));
}

void Network::bring(Time now, Parcel parcel) {
    ++counters_.forged;
    parcel.sent = now;
    parcel.arrives = now + weather_.delay;
    enqueue(std::move(parcel));
}

void Network::enqueue(Parcel parcel) {
    parcel.number = numbers_++;
    parcels_.push_back(std::move(parcel));
    std::ranges::push_heap(parcels_, later);
}

Parcel Network::take() {
    std::ranges::pop_heap(parcels_, later);
    Parcel parcel = std::move(parcels_.back());
    parcels_.pop_back();
    return parcel;
}

} // namespace portolan::simulation
