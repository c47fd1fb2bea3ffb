// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <vector>

module portolan.simulation;

namespace portolan::simulation {

using session::EventKind;

namespace {

/// So long before its end a renewal is tried at least once more.
constexpr Time lastTries = std::chrono::seconds{20};

/// What is wrong with an event, by what was told of its mapping before.
Complaint contradiction(const Told& told) {
    const session::Event& event = told.event;
    if (!told.before) {
        return "an event of a mapping that has ended";
    }
    const Life& before = *told.before;
    const bool same = event.grant.external == before.grant.external;
    switch (event.kind) {
    case EventKind::granted:
        return before.held ? Complaint{"granted, though held"} : std::nullopt;
    case EventKind::renewed:
    case EventKind::recovered:
        if (!before.held) {
            return "renewed, though not held";
        }
        return same ? std::nullopt : Complaint{"renewed, but moved"};
    case EventKind::moved:
        if (!before.held) {
            return "moved, though not held";
        }
        return same ? Complaint{"moved, but to where it was"} : std::nullopt;
    case EventKind::lost:
        return before.held ? std::nullopt : Complaint{"lost, though not held"};
    case EventKind::refused:
        return event.error ? std::nullopt : Complaint{"refused without a reason"};
    case EventKind::released:
        return before.releasedAt ? std::nullopt : Complaint{"released, though wanted"};
    case EventKind::address:
    case EventKind::probed:
        return "the answer to a question that nobody asked";
    }
    return std::nullopt;
}

/// A renewal is tried again and again until shortly before the end of a lifetime (RFC 6887 §11.2.1), so that no mapping
/// ends while its gateway answers. Other reasons than a bad network: refusals, recoveries, and NAT-PMP's waits.
bool isLostForNothing(const World& world, std::size_t index, const Told& told) {
    if (told.event.kind != EventKind::lost || !told.before || told.before->refused || !told.before->grantSeen) {
        return false;
    }
    const Client& client = world.clients()[index];
    const auto& notice = client.notice(session::Via::pcp);
    const bool recovers = notice && notice->heard >= *told.before->grantSeen;
    const bool byPcp =
        told.before->grant.via == session::Via::pcp && world.routerOf(client).profile() != Profile::miniupnpd;
    return byPcp && !recovers && world.troubledUntil(index) < world.now() - lastTries;
}

/// What was told of a mapping is what the session says of it.
bool agrees(const Client& client, const Life& life) {
    const auto grant = client.session().grant(life.id);
    return life.releasedAt || !life.held || (grant && grant->external == life.grant.external);
}

} // namespace

Complaint eventsAreConsistent(const World& world) {
    for (std::size_t i = 0; i < world.clients().size(); ++i) {
        const Client& client = world.clients()[i];
        for (const Told& told : client.told()) {
            if (const auto wrong = contradiction(told)) {
                return fmt::format("client {} told: {}", i, *wrong);
            }
            if (isLostForNothing(world, i, told)) {
                return fmt::format("client {} lost a mapping though its gateway would have renewed it", i);
            }
        }
        for (const Life& life : client.told().empty() ? std::vector<Life>{} : client.lives()) {
            if (!agrees(client, life)) {
                return fmt::format("client {} told of {} what its session does not know", i,
                                   client.plan().wishes[life.wish].internalPort);
            }
        }
    }
    return std::nullopt;
}

} // namespace portolan::simulation
