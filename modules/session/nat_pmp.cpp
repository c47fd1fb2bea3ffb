// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>
#include <vector>

module portolan.session;

import :record;
import :table;
import :nat_pmp_queue;

namespace portolan::session {

namespace {

/// NAT-PMP tells the external address by a question of its own; an answer this old is asked for again with the next
/// grant.
constexpr Duration addressAge = std::chrono::seconds{60};

/// How long a gateway that speaks no NAT-PMP is not asked in it again.
constexpr Duration notSpokenHold = std::chrono::minutes{30};

/// Where NAT-PMP applies (RFC 6886 §3): a private IPv4 address, or loopback, where simulated gateways live.
bool isPrivateV4(const wire::Address& address) {
    const auto o = address.v4Octets();
    return address.isV4() &&
           (o[0] == 10 || (o[0] == 172 && (o[1] & 0xf0) == 16) || (o[0] == 192 && o[1] == 168) || o[0] == 127);
}

} // namespace

bool Session::natPmpFits(const Record& record) const {
    const bool simple = record.protocol == wire::Protocol::tcp || record.protocol == wire::Protocol::udp;
    return simple && record.internalPort != 0 && !record.extras && record.keyV4;
}

void Session::toNatPmp(TimePoint now, Index at) {
    Record& record = table_[at];
    leaveWindow(at);
    if (!natPmpFits(record)) {
        if (record.phase == Phase::leaving) {
            released(at, {});
        } else {
            refused(now, at, Errc::notAvailable, notSpokenHold);
        }
        return;
    }
    record.exchange = Exchange::natPmpQueued;
    if (record.phase == Phase::wanted) {
        table_.clearDeadline(at);
    } else {
        table_.setDeadline(at, record.expiry());
    }
    natPmp_.push(table_.idOf(at));
}

void Session::handleNatPmpOnly(TimePoint now) {
    const bool applies = config_.speak == Speak::any && isPrivateV4(config_.clientAddress);
    for (const Index at : std::vector{awaiting_}) {
        Record& record = table_[at];
        record.mayStand = record.phase == Phase::held;
        if (applies && (record.phase != Phase::leaving || record.askedByNatPmp)) {
            toNatPmp(now, at);
        } else if (record.phase == Phase::leaving) {
            released(at, {}); // asked by PCP, of a gateway that has none: nothing stands there
        } else {
            refused(now, at, Errc::versionNotSupported, notSpokenHold);
        }
    }
}

void Session::handleNatPmp(TimePoint now, wire::Bytes datagram) {
    if (wire::saysNatPmpOnly(datagram) && !awaiting_.empty()) {
        ++statistics_.attributed;
        handleNatPmpOnly(now);
        return;
    }
    if (wire::saysNatPmpOnly(datagram)) {
        // A gateway rejects each PCP request of a batch; the first of these answers moved them all.
        ++statistics_.unattributed;
        return;
    }
    if (const auto response = wire::decodeNatPmpMapResponse(datagram)) {
        handleNatPmpMap(now, response.assume_value());
    } else if (const auto address = wire::decodeNatPmpAddressResponse(datagram)) {
        handleNatPmpAddress(now, address.assume_value());
    } else {
        undecodable(address.error());
    }
}

std::optional<Session::Index> Session::natPmpSubject() {
    const NatPmpJob* job = natPmp_.underWay();
    return job != nullptr && job->id ? table_.find(*job->id) : std::nullopt;
}

void Session::handleNatPmpMap(TimePoint now, const wire::NatPmpMapResponse& response) {
    const auto at = natPmpSubject();
    const bool answers = at && !table_[*at].isQuery && table_[*at].protocol == response.protocol &&
                         table_[*at].internalPort == response.internalPort;
    if (!answers) {
        ++statistics_.unattributed;
        return;
    }
    ++statistics_.attributed;
    if (!natPmpEpoch_.check(now, response.epochSeconds)) {
        natPmpAddress_.reset();
        recover(now, random_.between(Duration::zero(), recoveryDelay), at);
    }
    if (table_[*at].phase == Phase::leaving) {
        if (response.resultCode == wire::NatPmpResult::success && response.lifetimeSeconds != 0) {
            return; // the late answer to an earlier request
        }
        natPmp_.finish();
        released(*at, response.resultCode == wire::NatPmpResult::success ? std::error_code{}
                                                                         : std::error_code{response.resultCode});
        return;
    }
    if (response.resultCode == wire::NatPmpResult::success && response.lifetimeSeconds == 0) {
        return; // the late answer to a deletion
    }
    natPmp_.finish();
    if (response.resultCode == wire::NatPmpResult::success) {
        natPmpMapped(now, *at, response);
    } else {
        natPmpRefused(now, *at, response.resultCode);
    }
}

void Session::natPmpMapped(TimePoint now, Index at, const wire::NatPmpMapResponse& response) {
    Record& record = table_[at];
    record.exchange = Exchange::idle;
    const bool known = natPmpAddress_ && now - natPmpAddressAt_ < addressAge;
    record.needsAddress = record.phase != Phase::held && !known;
    const wire::Address address =
        known ? *natPmpAddress_ : (record.phase == Phase::held ? record.externalAddress : wire::Address::anyV4());
    granted(now, at, {address, response.assignedPort}, response.lifetimeSeconds, response.epochSeconds, Via::natPmp);
    if (!known) {
        natPmp_.pushAddressFirst();
    }
}

void Session::handleNatPmpAddress(TimePoint now, const wire::NatPmpAddressResponse& response) {
    const NatPmpJob* job = natPmp_.underWay();
    const auto query = natPmpSubject();
    const bool answers = job != nullptr && (!job->id || (query && table_[*query].isQuery));
    ++statistics_.attributed;
    if (!natPmpEpoch_.check(now, response.epochSeconds)) {
        recover(now, random_.between(Duration::zero(), recoveryDelay), std::nullopt);
    }
    const bool success = response.resultCode == wire::NatPmpResult::success;
    if (success) {
        natPmpAddressKnown(now, response.externalAddress);
    }
    if (!answers) {
        return; // an announcement
    }
    natPmp_.finish();
    if (!query) {
        if (!success) {
            natPmpAddressKnown(now, wire::Address::anyV4());
            natPmpAddress_.reset();
        }
        return;
    }
    table_[*query].exchange = Exchange::idle;
    if (!success) {
        natPmpRefused(now, *query, response.resultCode);
        return;
    }
    table_[*query].externalAddress = response.externalAddress;
    table_[*query].via = Via::natPmp;
    table_[*query].epochSeconds = response.epochSeconds;
    emit(*query, EventKind::address);
    end(*query);
}

void Session::natPmpAddressKnown(TimePoint now, const wire::Address& address) {
    natPmpAddress_ = address;
    natPmpAddressAt_ = now;
    for (Index at = 0; at < table_.capacity(); ++at) {
        Record& record = table_[at];
        if (record.phase != Phase::held || record.via != Via::natPmp) {
            continue;
        }
        const bool first = record.needsAddress;
        const bool moved = !first && record.externalAddress != address && !address.isAny();
        if (first || moved) {
            record.needsAddress = false;
            record.externalAddress = address;
            reportGrant(at, first, moved);
        }
    }
}

void Session::natPmpRefused(TimePoint now, Index at, wire::NatPmpResult code) {
    table_[at].exchange = Exchange::idle;
    table_[at].mayStand = table_[at].phase == Phase::held;
    refused(now, at, code, defaultErrorLifetime(code));
}

void Session::natPmpSilent(TimePoint now) {
    const auto at = natPmpSubject();
    const bool leaving = at && table_[*at].phase == Phase::leaving;
    if (natPmp_.retry(leaving ? config_.deleteTransmissions : natPmpTransmissions)) {
        return;
    }
    natPmp_.finish();
    if (!at) {
        natPmpAddressKnown(now, wire::Address::anyV4());
        natPmpAddress_.reset();
        return;
    }
    table_[*at].exchange = Exchange::idle;
    if (leaving) {
        released(*at, Errc::noAnswer);
    } else if (table_[*at].phase == Phase::held && !table_[*at].recovering) {
        scheduleRenewal(now, *at);
    } else {
        refused(now, *at, Errc::noAnswer, retransmissionWait(config_.backoff, table_[*at].wait, random_));
    }
}

void Session::natPmpNotSpoken(TimePoint now) {
    const auto at = natPmpSubject();
    if (natPmp_.underWay() == nullptr) {
        return;
    }
    natPmp_.finish();
    if (!at) {
        natPmpAddressKnown(now, wire::Address::anyV4());
        natPmpAddress_.reset();
        return;
    }
    table_[*at].exchange = Exchange::idle;
    if (table_[*at].phase == Phase::leaving) {
        released(*at, {});
    } else if (config_.speak == Speak::any) {
        enqueue(*at); // the gateway was replaced by one that speaks PCP
    } else {
        refused(now, *at, Errc::versionNotSupported, notSpokenHold);
    }
}

std::size_t Session::transmitNatPmp(TimePoint now, wire::Room room) {
    while (const NatPmpJob* job = natPmp_.current()) {
        if (!natPmp_.transmissionDue()) {
            return 0;
        }
        const auto at = job->id ? table_.find(*job->id) : std::nullopt;
        if (job->id && (!at || table_[*at].exchange != Exchange::natPmpQueued)) {
            natPmp_.finish();
            continue;
        }
        natPmp_.transmitted(now);
        ++statistics_.transmitted;
        if (!at || table_[*at].isQuery) {
            return wire::encode(wire::NatPmpAddressRequest{}, room).assume_value();
        }
        Record& record = table_[*at];
        const bool leaving = record.phase == Phase::leaving;
        ++record.transmissions;
        record.lastSent = now;
        record.mayStand = true;
        record.askedByNatPmp = true;
        const wire::NatPmpMapRequest request{record.protocol, record.internalPort,
                                             leaving ? std::uint16_t{0} : record.externalPort,
                                             leaving ? 0 : record.requestedSeconds};
        return wire::encode(request, room).assume_value();
    }
    return 0;
}

void Session::handleUnreachable(TimePoint now) {
    while (natPmp_.underWay() != nullptr) {
        const auto at = natPmpSubject();
        natPmp_.finish();
        if (!at) {
            natPmpAddressKnown(now, wire::Address::anyV4());
            natPmpAddress_.reset();
        } else if (table_[*at].phase == Phase::leaving) {
            released(*at, Errc::unreachable);
        } else if (table_[*at].phase == Phase::held) {
            table_[*at].exchange = Exchange::idle;
            scheduleRenewal(now, *at);
        } else {
            table_[*at].exchange = Exchange::idle;
            refused(now, *at, Errc::unreachable, config_.backoff.initial);
        }
    }
    for (const Index at : std::vector{awaiting_}) {
        if (table_[at].phase == Phase::wanted) {
            const Duration next = std::max(table_[at].deadline - now, Duration::zero());
            const Duration wait = table_[at].wait;
            refused(now, at, Errc::unreachable, next);
            if (table_[at].phase == Phase::wanted) {
                table_[at].wait = wait; // go on backing off: the host may come back
                table_[at].transmissions = 1;
            }
        } else if (table_[at].phase == Phase::leaving) {
            answerMissing(now, at);
        }
    }
}

} // namespace portolan::session
