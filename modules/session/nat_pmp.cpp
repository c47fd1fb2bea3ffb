// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.session;

import :record;
import :table;
import :nat_pmp_exchange;

namespace portolan::session {

namespace {

/// NAT-PMP tells the external address by a question of its own; an answer this old is asked for again with the next
/// grant.
constexpr Duration addressAge = std::chrono::seconds{60};

/// Each announcement concerns every mapping, so of a flood of them few are looked at. A gateway that has something to
/// say repeats it for two minutes (RFC 6886 §3.2.1).
constexpr Duration announcementGap = std::chrono::seconds{4};

/// The opcode octet of the answer to a request.
std::uint8_t answerOpcode(const NatPmpKey& key) {
    if (key.isAddress) {
        return 0x80;
    }
    return key.protocol == wire::Protocol::tcp ? 0x82 : 0x81;
}

} // namespace

void Session::handleNatPmpMap(TimePoint now, const wire::NatPmpMapResponse& response) {
    if (!natPmp_.asked({false, response.protocol, response.internalPort})) {
        ++statistics_.unattributed;
        return;
    }
    ++statistics_.attributed;
    natPmpSilent_ = false;
    const auto at = natPmp_.record();
    checkNatPmpEpoch(now, response.epochSeconds, at);
    if (!at) {
        natPmp_.end();
        return;
    }
    if (response.resultCode != wire::NatPmpResult::success) {
        natPmpFailed(now, response.resultCode, defaultErrorLifetime(response.resultCode));
        return;
    }
    const bool leaving = table_[*at].phase == Phase::leaving;
    if (leaving != (response.lifetimeSeconds == 0)) {
        return; // the late answer to an earlier request of the other kind
    }
    if (!leaving && response.assignedPort == 0) {
        constexpr auto code = wire::NatPmpResult::outOfResources; // a success that gives nothing
        natPmpFailed(now, code, defaultErrorLifetime(code));
        return;
    }
    natPmp_.end();
    if (leaving) {
        released(now, *at, {});
    } else {
        natPmpMapped(now, *at, response);
    }
}

void Session::natPmpMapped(TimePoint now, Index at, const wire::NatPmpMapResponse& response) {
    const Record& record = table_[at];
    if (natPmpAddress_ && now - natPmpAddressAt_ >= addressAge) {
        natPmpAddress_.reset();
    }
    wire::Address address = record.phase == Phase::held ? record.externalAddress : wire::Address::anyV4();
    if (natPmpAddress_ && !natPmpAddress_->isAny()) {
        address = *natPmpAddress_;
    }
    natPmpAddressWanted_ = natPmpAddressWanted_ || !natPmpAddress_;
    notePlainGrant(table_[at], response.assignedPort, address);
    granted(now, at,
            {{address, response.assignedPort},
             cappedLifetime(response.lifetimeSeconds),
             response.epochSeconds,
             Via::natPmp,
             record.nonce});
}

/// An announcement to all hosts (RFC 6886 §3.2.1), which looks like the answer to an address query and is none: what it
/// says is taken, and who asked goes on waiting.
void Session::natPmpAnnounced(TimePoint now, const wire::NatPmpAddressResponse& response) {
    if (!natPmpSpoken_ || now < nextUnsolicited_) {
        ++statistics_.unattributed;
        return;
    }
    takeNatPmpAddress(now, response);
    nextUnsolicited_ = now + announcementGap;
    wake(now, random_.between(Duration::zero(), recoveryDelay));
}

/// What answers and announcements tell alike.
void Session::takeNatPmpAddress(TimePoint now, const wire::NatPmpAddressResponse& response) {
    ++statistics_.attributed;
    natPmpSilent_ = false;
    checkNatPmpEpoch(now, response.epochSeconds, std::nullopt);
    if (response.resultCode == wire::NatPmpResult::success) {
        natPmpAddressKnown(now, response.externalAddress);
    }
}

void Session::handleNatPmpAddress(TimePoint now, const wire::NatPmpAddressResponse& response) {
    if (!natPmp_.asked({})) {
        natPmpAnnounced(now, response);
        return;
    }
    const auto query = natPmp_.record();
    const bool success = response.resultCode == wire::NatPmpResult::success;
    takeNatPmpAddress(now, response);
    if (query && table_[*query].isProbe) {
        natPmp_.end();
        Probed probed{0, response.epochSeconds};
        if (success && !response.externalAddress.isAny()) {
            probed.externalAddress = response.externalAddress;
        }
        probeAnswered(now, *query, probed, success ? std::error_code{} : make_error_code(response.resultCode));
        return;
    }
    if (!success) {
        natPmpFailed(now, response.resultCode, defaultErrorLifetime(response.resultCode));
        return;
    }
    if (query && response.externalAddress.isAny()) {
        constexpr auto code = wire::NatPmpResult::networkFailure; // RFC 6886 §3.5: what it should have said
        natPmpFailed(now, code, defaultErrorLifetime(code));
        return;
    }
    natPmp_.end();
    if (query) {
        Record& record = table_[*query];
        record.externalAddress = response.externalAddress;
        record.via = Via::natPmp;
        record.epochSeconds = response.epochSeconds;
        emit(*query, EventKind::address);
        end(*query);
    }
}

void Session::natPmpAddressKnown(TimePoint now, const wire::Address& address) {
    natPmpAddress_ = address;
    natPmpAddressAt_ = now;
    natPmpAddressWanted_ = false;
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
            emit(at, first ? EventKind::granted : EventKind::moved);
        }
    }
}

bool Session::handleNatPmpRefusal(TimePoint now, const wire::NatPmpRefusal& refusal, std::size_t size) {
    // Some gateways answer a PCP request of bad length by 24 octets or more that look like this.
    const bool sound = size <= wire::natPmpMapRequestSize && refusal.resultCode != wire::NatPmpResult::success;
    if (!sound || !natPmp_.asked() || refusal.opcode != answerOpcode(natPmp_.key())) {
        return false;
    }
    ++statistics_.attributed;
    natPmpSilent_ = false;
    natPmpFailed(now, refusal.resultCode, defaultErrorLifetime(refusal.resultCode));
    return true;
}

/// Ends what is being asked, with an error.
void Session::natPmpFailed(TimePoint now, std::error_code error, Duration hold) {
    const auto at = natPmp_.record();
    const bool address = natPmp_.key().isAddress && !natPmp_.abandoned();
    natPmp_.end();
    if (!at) {
        if (address) {
            natPmpAddressKnown(now, wire::Address::anyV4());
        }
        return;
    }
    Record& record = table_[*at];
    if (record.phase == Phase::leaving) {
        released(now, *at, error);
        return;
    }
    if (record.isProbe && error.category() == natPmpCategory()) {
        probeAnswered(now, *at, {}, error); // it is there
        return;
    }
    record.wait = Duration::zero();
    record.mayStandByNatPmp = record.phase == Phase::held && record.via == Via::natPmp;
    refused(now, *at, error, hold);
}

} // namespace portolan::session
