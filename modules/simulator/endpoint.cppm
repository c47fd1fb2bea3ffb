// SPDX-License-Identifier: MIT
export module portolan.simulator:endpoint;

import portolan.std;
import portolan.wire;

export namespace portolan::simulator {

/// A moment, as the time since an origin of the caller's choice. The simulator never reads a clock.
using TimePoint = std::chrono::milliseconds;

/// An address and a port. Port 0 stands for "all ports" in a wildcard mapping.
struct Endpoint {
    wire::Address address{};
    std::uint16_t port = 0;

    friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) noexcept = default;
};

/// The side of the gateway on which a datagram arrived.
enum class Side { inside, outside };

} // namespace portolan::simulator
