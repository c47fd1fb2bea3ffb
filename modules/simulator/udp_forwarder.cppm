// SPDX-License-Identifier: MIT
// Not exported from the module.
export module portolan.simulator:udp_forwarder;

import portolan.std;
import portolan.net;
import :endpoint;
import :forwarder;

namespace portolan::simulator {

/// How many peers one UDP mapping has at a time, and how long without traffic.
struct UdpLimits {
    std::size_t peers = 256;
    std::chrono::milliseconds idle{std::chrono::minutes{2}}; // RFC 4787 §4.3
};

/// Takes datagrams on an external endpoint to the internal one, and answers back. Each peer has a socket of its own,
/// so that the internal host's answers find their way.
class UdpForwarder : public Forwarder, public std::enable_shared_from_this<UdpForwarder> {
public:
    /// Takes over a bound socket.
    UdpForwarder(net::ip::udp::socket socket, const Endpoint& internal, const UdpLimits& limits, ForwarderHooks hooks);

    void start();
    void stop() override;

private:
    struct Peer {
        explicit Peer(net::ip::udp::socket toInternal) : socket(std::move(toInternal)) {}

        net::ip::udp::socket socket;
        std::chrono::steady_clock::time_point lastUsed;
    };

    using Shared = std::shared_ptr<Peer>;

    net::awaitable<void> receive(std::shared_ptr<UdpForwarder> self);
    net::awaitable<void> answer(std::shared_ptr<UdpForwarder> self, Shared peer, net::ip::udp::endpoint remote);
    net::awaitable<void> sweep(std::shared_ptr<UdpForwarder> self);
    [[nodiscard]] Shared peerFor(const net::ip::udp::endpoint& remote);
    void drop(std::map<net::ip::udp::endpoint, Shared>::iterator at);

    net::ip::udp::socket socket_;
    net::steady_timer timer_;
    Endpoint internal_;
    UdpLimits limits_;
    ForwarderHooks hooks_;
    std::map<net::ip::udp::endpoint, Shared> peers_;
    bool sweeping_ = false;
    bool stopped_ = false;
};

} // namespace portolan::simulator
