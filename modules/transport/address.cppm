// SPDX-License-Identifier: MIT
export module portolan.transport:address;

import portolan.std;
import portolan.net;
import portolan.session;

export namespace portolan::transport {

/// An Asio address in the sixteen octets of PCP; a scope is dropped.
[[nodiscard]] inline wire::Address toWire(const net::ip::address& address) noexcept {
    if (address.is_v4()) {
        return wire::Address::v4(address.to_v4().to_bytes());
    }
    wire::Address wire;
    std::ranges::copy(address.to_v6().to_bytes(), wire.octets.begin());
    return wire;
}

/// An address of PCP as Asio has it; `scope` is the interface index of a link-local IPv6 address.
[[nodiscard]] inline net::ip::address toAsio(const wire::Address& address, std::uint32_t scope = 0) noexcept {
    if (address.isV4()) {
        return net::ip::address_v4{address.v4Octets()};
    }
    const net::ip::address_v6 v6{address.octets};
    return v6.is_link_local() ? net::ip::address_v6{address.octets, scope} : v6;
}

} // namespace portolan::transport
