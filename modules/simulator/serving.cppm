// SPDX-License-Identifier: MIT
module;

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

// What a server is made of, and what its handlers keep alive. Not exported from the module.
export module portolan.simulator:serving;

import portolan.net;
import portolan.wire;
import :endpoint;
import :mapping;
import :gateway;
import :forwarder;
import :forwarders;
import :server;

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
    [[nodiscard]] const std::vector<net::ip::udp::endpoint>& endpoints() const noexcept { return local_; }

private:
    using Socket = std::shared_ptr<net::ip::udp::socket>;

    [[nodiscard]] Socket bind(const net::ip::udp::endpoint& endpoint, net::error_code& error) const;
    net::error_code listen();
    void stopListening();
    void followNat();
    net::awaitable<void> receive(std::shared_ptr<Serving> self, Socket socket);
    void send(const Transmit& transmit);
    [[nodiscard]] Socket sourceOf(const Transmit& transmit);
    void follow(const Event& event);
    void report(MappingId id, Forwarding what, const Endpoint& peer);
    void wait();

    net::any_io_executor executor_;
    ServerOptions options_;
    std::chrono::steady_clock::time_point origin_;
    Gateway gateway_;
    Forwarders forwarders_;
    net::steady_timer timer_;
    std::vector<Socket> sockets_;
    std::vector<net::ip::udp::endpoint> local_;
    Socket elsewhere_;               ///< for answers from another address
    std::optional<TimePoint> armed_; ///< what the timer waits for
    bool paused_ = false;
    bool closed_ = false;
};

} // namespace portolan::simulator
