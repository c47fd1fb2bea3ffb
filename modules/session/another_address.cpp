// SPDX-License-Identifier: MIT
module portolan.session;

// Pairs of gateways that share an address, where the one that serves answers from its own.

namespace portolan::session {

/// Takes what can be the answer to a request, which is attributed by its nonce; false: it cannot. All else that a
/// gateway may say bears no nonce, and is taken from the gateway's own address alone.
bool Session::handleFromLink(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    if (!config_.answersFromLink || from.port != config_.server.port) {
        return false;
    }
    if (const auto map = wire::decodeMapResponse(datagram)) {
        handleMapResponse(now, map.assume_value());
        return true;
    }
    const auto peer = wire::decodePeerResponse(datagram);
    if (peer) {
        handlePeerResponse(now, peer.assume_value());
    }
    return peer.has_value();
}

} // namespace portolan::session
