// SPDX-License-Identifier: MIT
// A port of this host, held for as long as it is mapped. Not exported.
export module portolan.cli:reservation;

import portolan.std;
import portolan;
import :arguments;
import :commands;

namespace portolan::cli {

/// A port of this host that no program can bind while this lives, and that nothing listens on (RFC 6887 §11: who asks
/// for a mapping has the port for itself).
struct Reservation {
    std::optional<net::ip::tcp::socket> tcp;
    std::optional<net::ip::udp::socket> udp;
};

/// Binds the port, of TCP or UDP, on the address that requests go out from; on every address where that cannot be told,
/// for want of a gateway. The error of the system if a program has it.
[[nodiscard]] result<Reservation> reserve(const net::any_io_executor& executor, const PortSpec& ports,
                                          const GatewayOptions& via);

/// What to do about a port that cannot be had.
[[nodiscard]] const char* reservationAdvice(const Error& error);

} // namespace portolan::cli
