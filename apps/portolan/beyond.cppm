// SPDX-License-Identifier: MIT
// What lies beyond a gateway, by its external address: another NAT, at home or at the provider. Not exported.
export module portolan.cli:beyond;

import portolan.std;
import portolan;
import :json;

namespace portolan::cli {

/// What to do about an external address that is not one of the Internet; empty if it is, or is not known.
[[nodiscard]] std::string_view adviceFor(Reach reach) noexcept;

/// What it means that a gateway's external address is not one of the Internet, and what to do; nothing if it is, or is
/// not known. A gateway on this host's loopback is a simulated one, whose address may be, too.
[[nodiscard]] std::optional<std::string> warningOf(const net::ip::address& external, const net::ip::address& gateway);

/// Adds "reach", and that as "warning".
void addReach(Json& told, const net::ip::address& external, const net::ip::address& gateway);

} // namespace portolan::cli
