// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.session;

import :record;
import :table;
import :nat_pmp_exchange;
import :soundness;

namespace portolan::session {

namespace {

/// How long something that NAT-PMP cannot express is not asked for again, in case that the gateway learns PCP.
constexpr Duration notExpressibleHold = std::chrono::minutes{30};

/// A gateway that did not answer nine times is asked again after this at the earliest: twice the last wait.
constexpr Duration notAnsweredHold = std::chrono::seconds{128};

/// A mapping is not reported before its external address is known; so often that is asked for.
constexpr unsigned addressTries = 4;

} // namespace

bool Session::natPmpFits(const Record& record) const {
    const bool simple = record.protocol == wire::Protocol::tcp || record.protocol == wire::Protocol::udp;
    const bool pcpOnly = record.extras && needsPcp(*record.extras);
    return record.isProbe || (simple && record.internalPort != 0 && !pcpOnly && record.keyV4);
}

void Session::toNatPmp(TimePoint now, Index at) {
    leaveExchange(at);
    if (natPmpFits(table_[at])) {
        table_.move(at, Exchange::natPmpQueued);
        boundWaiting(at);
    } else if (table_[at].phase == Phase::leaving) {
        released(now, at, {});
    } else {
        refused(now, at, Errc::notAvailable, notExpressibleHold);
    }
}

/// Takes the next request in line; the external address goes before mappings.
void Session::beginNatPmp() {
    if (natPmpAddressWanted_) {
        natPmpAddressWanted_ = false;
        natPmp_.begin({}, nowhere);
    } else if (!table_.in(Exchange::natPmpQueued).empty()) {
        const Index at = table_.in(Exchange::natPmpQueued).front();
        const Record& record = table_[at];
        table_.move(at, Exchange::natPmpAsking);
        natPmp_.begin(record.isQuery ? NatPmpKey{} : NatPmpKey{false, record.protocol, record.internalPort}, at);
    }
}

std::size_t Session::transmitNatPmp(TimePoint now, wire::Room room) {
    if (natPmp_.abandoned() && natPmp_.deadline() && *natPmp_.deadline() <= now) {
        natPmp_.end();
    }
    if (natPmp_.none()) {
        beginNatPmp();
    }
    if (!natPmp_.due()) {
        return 0;
    }
    natPmp_.transmitted(now);
    natPmpSpoken_ = true;
    ++statistics_.transmitted;
    const auto at = natPmp_.record();
    if (!at) {
        return wire::encode(wire::NatPmpAddressRequest{}, room).assume_value();
    }
    Record& record = table_[*at];
    if (record.transmissions == 0) {
        record.started = now;
    }
    ++record.transmissions;
    record.lastSent = now;
    record.unanswered = false;
    boundWaiting(*at);
    if (record.isQuery) {
        return wire::encode(wire::NatPmpAddressRequest{}, room).assume_value();
    }
    record.mayStandByNatPmp = true;
    const bool leaving = record.phase == Phase::leaving;
    const wire::NatPmpMapRequest request{record.protocol, record.internalPort,
                                         leaving ? std::uint16_t{0} : record.externalPort,
                                         leaving ? 0 : record.requestedSeconds};
    return wire::encode(request, room).assume_value();
}

/// How often what is under way is to be sent.
unsigned Session::natPmpTries() const {
    const auto at = natPmp_.record();
    if (!at) {
        return natPmp_.abandoned() ? 0 : addressTries;
    }
    if (table_[*at].phase == Phase::leaving) {
        return natPmpSilent_ ? 1 : config_.deleteTransmissions; // one at least (RFC 6886 §3.1)
    }
    return config_.maxTransmissions == 0 ? natPmpTransmissions
                                         : std::min(natPmpTransmissions, config_.maxTransmissions);
}

void Session::natPmpTimeout(TimePoint now) {
    if (natPmp_.transmissions() < natPmpTries()) {
        natPmp_.again();
        return;
    }
    const auto at = natPmp_.record();
    if (!at || table_[*at].phase == Phase::leaving) {
        natPmpSilent_ = natPmpSilent_ || !natPmp_.abandoned();
        natPmpFailed(now, Errc::noAnswer, Duration::zero());
        return;
    }
    natPmpGivenUp(now, Errc::noAnswer);
}

/// There is no NAT-PMP gateway (RFC 6886 §3.1): neither will it answer what stands in line. Deletions in line are
/// still sent once each.
void Session::natPmpGivenUp(TimePoint now, Errc error) {
    const auto asking = natPmp_.record();
    const bool address = natPmp_.key().isAddress && !asking && !natPmp_.abandoned();
    natPmp_.end();
    natPmpSilent_ = true;
    if (natPmpAddressWanted_ || address) {
        natPmpAddressKnown(now, wire::Address::anyV4());
    }
    if (asking && table_[*asking].phase == Phase::leaving) {
        released(now, *asking, error);
    } else if (asking) {
        natPmpUnanswered(now, *asking, error);
    }
    for (const Index at : table_.snapshot(Exchange::natPmpQueued)) {
        natPmpUnanswered(now, at, error);
    }
}

void Session::natPmpUnanswered(TimePoint now, Index at, Errc error) {
    Record& record = table_[at];
    if (record.phase == Phase::leaving) {
        return; // a deletion in line is tried at least once
    }
    if (record.phase == Phase::held && !record.recovering) {
        scheduleRenewal(now, at);
        return;
    }
    Duration hold = retransmissionWait(config_.backoff, record.wait, random_);
    if (error == Errc::noAnswer) {
        hold = std::max(hold, notAnsweredHold);
    }
    record.wait = hold;
    refused(now, at, error, hold);
}

} // namespace portolan::session
