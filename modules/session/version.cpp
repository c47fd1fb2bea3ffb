// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>
#include <vector>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

namespace {

/// How long a gateway that speaks no version of ours is left alone at most (RFC 6887 §9).
constexpr Duration versionRetry = std::chrono::minutes{30};

/// Where NAT-PMP applies (RFC 6886 §3): a private IPv4 address, or loopback, where simulated gateways live.
bool isPrivateV4(const wire::Address& address) {
    const wire::Reach reach = wire::reachOf(address);
    return address.isV4() && (reach == wire::Reach::privateAddress || reach == wire::Reach::loopback);
}

} // namespace

/// What was sent by PCP and may yet be answered, however slow the gateway is.
std::vector<Session::Index> Session::askedByPcp() const {
    std::vector<Index> asked = table_.snapshot(Exchange::awaiting);
    const std::vector<Index> overdue = table_.snapshot(Exchange::overdue);
    asked.insert(asked.end(), overdue.begin(), overdue.end());
    return asked;
}

void Session::handleVersionRejection(TimePoint now, const wire::VersionRejection& rejection) {
    const std::vector<Index> asked = askedByPcp();
    if (asked.empty() && !natPmp_.asked()) {
        ++statistics_.unattributed;
        return;
    }
    ++statistics_.attributed;
    const Duration lifetime = std::chrono::seconds{rejection.lifetimeSeconds};
    const Duration hold = std::min(lifetime > Duration::zero() ? lifetime : versionRetry, versionRetry);
    // Version 2 is what PCP requests offer, so a rejection that names it is one of NAT-PMP.
    if (natPmp_.asked() && (rejection.version == wire::pcpVersion || asked.empty())) {
        if (const auto at = natPmp_.record(); at && table_[*at].isProbe) {
            natPmp_.end();
            probeAnswered(now, *at, {rejection.version}, wire::ResultCode::unsuppVersion);
            return;
        }
        natPmpFailed(now, Errc::versionNotSupported, hold);
        return;
    }
    for (const Index at : asked) {
        if (table_[at].isProbe) {
            probeAnswered(now, at, {rejection.version}, wire::ResultCode::unsuppVersion);
        } else if (table_[at].phase == Phase::leaving) {
            released(now, at, wire::ResultCode::unsuppVersion);
        } else {
            refused(now, at, Errc::versionNotSupported, hold);
        }
    }
    kept_.clear(); // it answers each
}

void Session::handleNatPmpOnly(TimePoint now, wire::Bytes datagram) {
    const std::vector<Index> asked = askedByPcp();
    if (asked.empty()) {
        // A gateway rejects each PCP request of a batch; the first of these answers moved them all.
        ++statistics_.unattributed;
        return;
    }
    ++statistics_.attributed;
    const bool applies = config_.speak == Speak::any && isPrivateV4(config_.clientAddress);
    for (const Index at : asked) {
        Record& record = table_[at];
        if (record.isProbe) {
            const auto said = wire::decodeNatPmpRefusal(datagram);
            const bool dated = said && datagram.size() >= wire::natPmpRefusalSize;
            probeAnswered(now, at, {0, dated ? std::optional{said.assume_value().epochSeconds} : std::nullopt}, {});
            continue;
        }
        record.mayStandByPcp = record.phase == Phase::held && record.via == Via::pcp;
        if (applies && (record.phase != Phase::leaving || record.mayStandByNatPmp)) {
            toNatPmp(now, at);
        } else if (record.phase == Phase::leaving) {
            released(now, at, {}); // a gateway without PCP has no mapping made by PCP
        } else {
            refused(now, at, Errc::versionNotSupported, versionRetry);
        }
    }
    kept_.clear(); // it answers each
}

} // namespace portolan::session
