// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <optional>

module portolan.session;

import :record;
import :table;

// Outbound mappings (RFC 6887 §12): they live as inbound ones do, but for how they are told apart and how they end.

namespace portolan::session {

namespace {

/// All but the remote peer.
wire::MapResponse commonPart(const wire::PeerResponse& response) {
    wire::MapResponse common;
    common.resultCode = response.resultCode;
    common.lifetimeSeconds = response.lifetimeSeconds;
    common.epochSeconds = response.epochSeconds;
    common.nonce = response.nonce;
    common.protocol = response.protocol;
    common.internalPort = response.internalPort;
    common.assignedPort = response.assignedPort;
    common.assignedAddress = response.assignedAddress;
    common.options = response.options;
    return common;
}

} // namespace

void Session::handlePeerResponse(TimePoint now, const wire::PeerResponse& response) {
    const wire::MapResponse common = commonPart(response);
    const Endpoint remote{response.remoteAddress, response.remotePort};
    handleAnswer(now, attribute(common, remote), common);
}

/// The gateway has no such mapping and cannot make it as it was: what was had is gone, and is asked for anew with
/// whatever external side the gateway likes (RFC 6887 §12.1, §12.3).
void Session::dropSuggestion(Index at) {
    Record& record = table_[at];
    if (record.phase == Phase::held) {
        emit(at, EventKind::lost);
        record.phase = Phase::wanted;
        record.recovering = false;
    }
    record.externalPort = 0;
    record.externalAddress = record.keyV4 ? wire::Address::anyV4() : wire::Address::anyV6();
}

} // namespace portolan::session
