// SPDX-License-Identifier: MIT
// Not exported from the module.
export module portolan.simulator:multicast;

import portolan.std;
import portolan.net;
import portolan.wire;
import :server;

namespace portolan::simulator {

[[nodiscard]] bool isMulticast(const wire::Address& address) noexcept;

/// Directs what this socket sends to groups: it leaves by the interface requests come in on, and by no other (RFC 6887
/// §14.1.3); beyond loopback only if that was asked for. If it must not leave, says why; an empty text: there is
/// nothing to complain of.
[[nodiscard]] std::optional<std::string> directMulticast(net::ip::udp::socket& socket, bool v4,
                                                         const ServerOptions& options);

} // namespace portolan::simulator
