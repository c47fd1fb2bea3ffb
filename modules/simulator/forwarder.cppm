// SPDX-License-Identifier: MIT
// What the forwarders of TCP and UDP have in common. Not exported from the module.
export module portolan.simulator:forwarder;

import portolan.std;
import portolan.net;
import :endpoint;

export namespace portolan::simulator {

/// What happened to the traffic of a mapping.
enum class Forwarding {
    opened,   ///< a connection, or the first datagram of a peer, was let in
    refused,  ///< the mapping's filters keep this peer out, or the limit of peers is reached
    unserved, ///< nothing listens on the internal endpoint
    closed,   ///< a connection ended, or a peer was idle too long
};

} // namespace portolan::simulator

namespace portolan::simulator {

/// How a forwarder asks and tells its gateway.
struct ForwarderHooks {
    std::function<bool(const Endpoint& peer)> admits;
    std::function<void(Forwarding what, const Endpoint& peer)> report;
    std::function<void(bool inward, std::size_t octets)> carried;
};

/// Carries the traffic of one mapping. Handlers keep it alive until they have run; `stop()` makes them run soon.
class Forwarder {
public:
    Forwarder() = default;
    Forwarder(const Forwarder&) = delete;
    Forwarder& operator=(const Forwarder&) = delete;
    virtual ~Forwarder() = default;

    /// Ends every connection and stops listening; calls no hook from then on.
    virtual void stop() = 0;
};

} // namespace portolan::simulator
