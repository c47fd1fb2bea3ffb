// SPDX-License-Identifier: MIT
export module portolan.simulator:asio_endpoint;

import portolan.std;
import portolan.net;
import portolan.wire;
import :endpoint;

export namespace portolan::simulator {

/// An Asio endpoint as the simulator's core has it; an IPv6 scope is dropped.
template <class Protocol>
[[nodiscard]] Endpoint toEndpoint(const net::ip::basic_endpoint<Protocol>& endpoint) noexcept {
    if (endpoint.address().is_v4()) {
        return {wire::Address::v4(endpoint.address().to_v4().to_bytes()), endpoint.port()};
    }
    Endpoint converted{.port = endpoint.port()};
    std::ranges::copy(endpoint.address().to_v6().to_bytes(), converted.address.octets.begin());
    return converted;
}

/// An endpoint of the core as Asio has it.
template <class Protocol>
[[nodiscard]] net::ip::basic_endpoint<Protocol> toAsio(const Endpoint& endpoint) noexcept {
    if (endpoint.address.isV4()) {
        return {net::ip::address_v4{endpoint.address.v4Octets()}, endpoint.port};
    }
    return {net::ip::address_v6{endpoint.address.octets}, endpoint.port};
}

} // namespace portolan::simulator
