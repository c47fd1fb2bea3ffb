// SPDX-License-Identifier: MIT
module;

#include <cstdint>

export module portolan.transport:system;

import portolan.net;
import portolan.session;

export namespace portolan::transport {

/// The time by a clock that never goes back and counts suspend, so that leases are seen to have run out and the
/// gateway's epoch is compared with time that really passed (RFC 6887 §8.5).
[[nodiscard]] session::TimePoint now() noexcept;

/// Opens a socket that no child process inherits.
[[nodiscard]] net::error_code open(net::ip::udp::socket& socket, const net::ip::udp& protocol);

/// Whether the system says with `error` that it has no way to where a datagram was to go at present.
[[nodiscard]] bool meansNoWay(const net::error_code& error) noexcept;

/// Fills `room` with octets that nobody can guess, from the operating system. Ends the program if there are none to
/// be had: a guessable nonce would be worse (RFC 6887 §11.2).
void fillRandom(wire::Room room) noexcept;

/// An unguessable mapping nonce.
[[nodiscard]] inline wire::Nonce randomNonce() noexcept {
    wire::Nonce nonce;
    fillRandom(nonce.octets);
    return nonce;
}

} // namespace portolan::transport
