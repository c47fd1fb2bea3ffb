// SPDX-License-Identifier: MIT
export module portolan.transport:system;

import portolan.std;
import portolan.net;
import portolan.session;

export namespace portolan::transport {

/// The time by a clock that never goes back and counts suspend, so that leases are seen to have run out and the
/// gateway's epoch is compared with time that really passed (RFC 6887 §8.5).
[[nodiscard]] session::TimePoint now() noexcept;

/// Opens a socket that no child process inherits.
[[nodiscard]] net::error_code open(net::ip::udp::socket& socket, const net::ip::udp& protocol);
[[nodiscard]] net::error_code open(net::ip::tcp::socket& socket, const net::ip::tcp& protocol);

/// Has what an open socket sends leave by an interface, whatever the routing table says; without effect on a system
/// that has no such thing.
void sendBy(net::ip::udp::socket& socket, const net::ip::udp& protocol, std::uint32_t interfaceIndex);

/// Has an open socket send and receive by one interface alone. Systems that let only their administrator do that, or
/// that bind no sockets to interfaces, have it left undone.
[[nodiscard]] net::error_code bindTo(net::ip::udp::socket& socket, const std::string& interfaceName);
[[nodiscard]] net::error_code bindTo(net::ip::tcp::socket& socket, const std::string& interfaceName);

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
