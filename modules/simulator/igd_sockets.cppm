// SPDX-License-Identifier: MIT
// Not exported from the module.
export module portolan.simulator:igd_sockets;

import portolan.std;
import portolan.net;
import portolan.wire;
import :endpoint;
import :gateway;
import :http;
import :igd_server;
import :server;

namespace portolan::simulator {

/// How the sockets ask their gateway; called only while they are open.
struct IgdHooks {
    std::function<void(const Endpoint& from, wire::Bytes datagram, Delivery delivery)> search;
    std::function<HttpAnswer(const Endpoint& from, const HttpRequest& request)> http;
};

/// The sockets that UPnP IGD is served on: HTTP, one request a connection, and SSDP. Handlers keep it alive.
class IgdSockets : public std::enable_shared_from_this<IgdSockets> {
public:
    /// The options have to live until `close()`.
    IgdSockets(net::any_io_executor executor, const ServerOptions& options, IgdHooks hooks);

    /// Opens them: all, or none and says why. Ports stay the same when they are opened again. Multicast is heard where
    /// that can be had.
    net::error_code open();

    void close();

    /// Serves HTTP at other ports from now on.
    net::error_code moveHttp();

    [[nodiscard]] bool isOpen() const noexcept { return !acceptors_.empty(); }

    /// Where HTTP and SSDP are served, the first family first.
    [[nodiscard]] const std::vector<net::ip::tcp::endpoint>& http() const noexcept { return http_; }

    [[nodiscard]] const std::vector<net::ip::udp::endpoint>& ssdp() const noexcept { return ssdp_; }

    /// Sends it from the SSDP port, unless it must not leave or has no socket to leave from.
    void send(const Transmit& transmit);

private:
    struct Connection {
        explicit Connection(net::ip::tcp::socket accepted);

        net::ip::tcp::socket socket;
        net::steady_timer patience; ///< ends it when its peer takes too long
        net::steady_timer late;     ///< holds its answer back
    };

    using Shared = std::shared_ptr<Connection>;
    using Acceptor = std::shared_ptr<net::ip::tcp::acceptor>;
    using Socket = std::shared_ptr<net::ip::udp::socket>;

    net::error_code openHttp();
    net::error_code openSsdp();
    [[nodiscard]] Socket bindForGroup(const net::ip::address& group, net::ip::udp::socket& single,
                                      net::error_code& error);
    void joinGroup(net::ip::udp::socket& single);
    void closeHttp();
    void complainOnce(std::string_view line);
    net::awaitable<void> hear(std::shared_ptr<IgdSockets> self, Socket socket, Delivery delivery);
    net::awaitable<void> accept(std::shared_ptr<IgdSockets> self, Acceptor acceptor);
    net::awaitable<void> converse(std::shared_ptr<IgdSockets> self, Shared connection);
    net::awaitable<void> answer(Shared connection, HttpAnswer answer);
    void limit(const Shared& connection, std::chrono::milliseconds patience);
    void end(const Shared& connection);

    net::any_io_executor executor_;
    const ServerOptions& options_;
    std::chrono::milliseconds patience_;
    IgdHooks hooks_;
    std::vector<net::ip::tcp::endpoint> http_;
    std::vector<net::ip::udp::endpoint> ssdp_;
    std::vector<Acceptor> acceptors_;
    std::vector<Socket> sockets_; ///< by unicast, in the order of `ssdp_`
    std::vector<Socket> groups_;  ///< by multicast
    std::set<Shared> connections_;
    bool complained_ = false;
};

} // namespace portolan::simulator
