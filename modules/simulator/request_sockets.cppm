// SPDX-License-Identifier: MIT
// Not exported from the module.
export module portolan.simulator:request_sockets;

import portolan.std;
import portolan.net;
import :endpoint;
import :gateway;
import :server;

namespace portolan::simulator {

/// The sockets on which requests are served, and which answers and announcements leave from.
class RequestSockets {
public:
    using Socket = std::shared_ptr<net::ip::udp::socket>;

    /// The options have to outlive it.
    RequestSockets(net::any_io_executor executor, const ServerOptions& options);

    /// Opens them: all, or none and says why.
    net::error_code open();

    void close();

    [[nodiscard]] const std::vector<Socket>& all() const noexcept { return sockets_; }

    /// Where requests are served, the first family first; ports stay the same when they are opened again.
    [[nodiscard]] const std::vector<net::ip::udp::endpoint>& endpoints() const noexcept { return local_; }

    /// Sends it, unless it must not leave or has no socket to leave from; as any datagram it may be lost.
    void send(const Transmit& transmit);

private:
    [[nodiscard]] Socket bind(const net::ip::udp::endpoint& endpoint, net::error_code& error) const;
    [[nodiscard]] Socket sourceOf(const Transmit& transmit);
    [[nodiscard]] Socket elsewhere(const Endpoint& source);
    [[nodiscard]] bool directMulticast(const Socket& socket, bool v4);
    void complainOnce(std::string_view line);

    net::any_io_executor executor_;
    const ServerOptions& options_;
    std::vector<Socket> sockets_;
    std::vector<net::ip::udp::endpoint> local_;
    std::map<Endpoint, Socket> elsewhere_; ///< for answers from other addresses; null where one cannot be had
    bool complained_ = false;
};

} // namespace portolan::simulator
