// SPDX-License-Identifier: MIT
// What a server is made of, and what its handlers keep alive. Not exported from the module.
export module portolan.simulator:serving;

import portolan.std;
import portolan.net;
import portolan.wire;
import :endpoint;
import :mapping;
import :gateway;
import :forwarder;
import :forwarders;
import :server;
import :request_sockets;
import :igd_sockets;

namespace portolan::simulator {

/// Joins a gateway to its sockets, a timer and the forwarders.
class Serving : public std::enable_shared_from_this<Serving> {
public:
    Serving(net::any_io_executor executor, ServerOptions options);

    /// Begins to receive; throws if an address cannot be bound.
    void start();
    void pause();
    void resume();
    void close();

    /// Sends what is to be sent, follows the table's changes, and sets the timer.
    void pump();

    [[nodiscard]] TimePoint now() const;

    [[nodiscard]] Gateway& gateway() noexcept { return gateway_; }

    /// Where requests are served, the first family first; it stays through `pause()`.
    [[nodiscard]] const std::vector<net::ip::udp::endpoint>& endpoints() const noexcept {
        return requests_.endpoints();
    }

    [[nodiscard]] std::optional<std::string> descriptionUrl() const;
    [[nodiscard]] std::optional<net::ip::udp::endpoint> ssdpEndpoint() const;

private:
    using Socket = RequestSockets::Socket;

    net::error_code listen();
    void pumpOnce();
    void followNat();
    [[nodiscard]] IgdHooks igdHooks();
    [[nodiscard]] bool hasIgd() const noexcept;
    net::error_code listenIgd();
    void followRestart();
    net::awaitable<void> receive(std::shared_ptr<Serving> self, Socket socket);
    void follow(const Event& event);
    void report(MappingId id, Forwarding what, const Endpoint& peer);
    void wait();

    net::any_io_executor executor_;
    ServerOptions options_;
    std::chrono::steady_clock::time_point origin_;
    Gateway gateway_;
    Forwarders forwarders_;
    net::steady_timer timer_;
    RequestSockets requests_;
    std::shared_ptr<IgdSockets> igd_;
    std::uint32_t bootId_;           ///< of the gateway, when it was looked at last
    std::optional<TimePoint> armed_; ///< what the timer waits for
    bool paused_ = false;
    bool closed_ = false;
    bool pumping_ = false;
    bool pumpAgain_ = false;
};

} // namespace portolan::simulator
