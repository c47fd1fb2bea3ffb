// SPDX-License-Identifier: MIT
module;

#include <boost/unordered/unordered_set.hpp>

// Not exported from the module.
export module portolan.simulator:tcp_forwarder;

import portolan.std;
import portolan.net;
import :endpoint;
import :forwarder;

namespace portolan::simulator {

/// One forwarded connection: the peer's socket and the one to the internal host.
struct TcpConnection;

/// How many connections one TCP mapping has at a time.
struct TcpLimits {
    std::size_t connections = 256;
};

/// Accepts connections on an external endpoint and carries them to the internal one.
class TcpForwarder : public Forwarder, public std::enable_shared_from_this<TcpForwarder> {
public:
    /// Takes over a listening socket.
    TcpForwarder(net::ip::tcp::acceptor acceptor, const Endpoint& internal, const TcpLimits& limits,
                 ForwarderHooks hooks);

    void start();
    void stop() override;

private:
    using Shared = std::shared_ptr<TcpConnection>;

    net::awaitable<void> accept(std::shared_ptr<TcpForwarder> self);
    net::awaitable<void> serve(std::shared_ptr<TcpForwarder> self, Shared connection);
    net::awaitable<void> pump(std::shared_ptr<TcpForwarder> self, Shared connection, bool inward);
    void finish(const Shared& connection);

    net::ip::tcp::acceptor acceptor_;
    net::steady_timer timer_;
    Endpoint internal_;
    TcpLimits limits_;
    ForwarderHooks hooks_;
    boost::unordered_set<Shared> connections_;
    bool stopped_ = false;
};

} // namespace portolan::simulator
