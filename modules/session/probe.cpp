// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

namespace {

/// No mapping can be of all protocols and one port (RFC 6887 §11.1), so there the probe has its place.
constexpr std::uint16_t probePort = 1;

} // namespace

result<MappingId> Session::handleProbe(TimePoint now) {
    const bool v4 = config_.clientAddress.isV4();
    if (config_.speak == Speak::natPmp && !v4) {
        return Errc::notAvailable; // NAT-PMP is of IPv4
    }
    const RecordKey key{{}, probePort, wire::Protocol::all, v4};
    const auto at = table_.add({key});
    if (!at) {
        return Errc::alreadyMapped;
    }
    setKey(*at, key);
    table_[*at].isQuery = true;
    table_[*at].isProbe = true;
    const MappingId id = table_.idOf(*at);
    start(now, *at);
    return id;
}

/// The probe that was sent and waits for its answer.
std::optional<Session::Index> Session::probeAsked() const {
    const auto at = table_.find({RecordKey{{}, probePort, wire::Protocol::all, config_.clientAddress.isV4()}});
    return at && table_[*at].lastSent != never ? at : std::nullopt;
}

void Session::probeAnswered(TimePoint now, Index at, Probed probed, std::error_code answer) {
    probed.roundTrip = now - table_[at].lastSent;
    answering_ = at; // its place in the window is free
    emit(at, EventKind::probed, answer);
    events_.back().probed = probed;
    end(at);
    answering_.reset();
}

} // namespace portolan::session
