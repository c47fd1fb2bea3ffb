// SPDX-License-Identifier: MIT
export module portolan.transport:link;

import portolan.std;
import portolan.net;
import portolan.session;

export namespace portolan::transport {

/// Which way a datagram went.
enum class Direction : std::uint8_t { sent, received };

/// Sees datagrams as they pass: those that the system took for sending, and whatever came in, before it is judged. The
/// octets are good until it returns. It must not throw.
using DatagramTap = std::function<void(Direction direction, const net::ip::udp::endpoint& local,
                                       const net::ip::udp::endpoint& remote, wire::Bytes datagram)>;

/// Where a gateway is asked, and from where.
struct LinkConfig {
    net::ip::udp::endpoint gateway;           ///< with the scope of a link-local address
    std::optional<net::ip::address> source{}; ///< the local address to ask from; the system's choice if none
    std::uint32_t interfaceIndex = 0; ///< the interface to ask by, whatever the routing table says; 0: what it says
    std::string device{};             ///< the interface that alone is used, to send and to receive; empty: any
    std::uint8_t hops = 0;            ///< how many routers datagrams may pass (TTL, hop limit); 0: the system says
    session::Config session{};        ///< its server, client address and seed are filled in here
    /// Whether an address is on the link to the gateway. If given, answers of PCP are taken from there too, where they
    /// bear the nonce of a request: for pairs of gateways that share an address and answer from their own.
    std::function<bool(const net::ip::address&)> isOnLink{};
    DatagramTap onDatagram{}; ///< called from the link's executor; may be empty
};

/// One connected UDP socket towards one gateway, and the session it drives. Everything happens on the executor given,
/// which must run one handler at a time (a strand).
class Link : public std::enable_shared_from_this<Link> {
public:
    /// `onActivity` is called after datagrams have been handled: then there may be events and another deadline.
    Link(net::any_io_executor strand, const LinkConfig& config, std::function<void()> onActivity);

    /// Opens the socket, learns the local address by connecting it (RFC 6887 §16.4), and begins to receive. Does
    /// nothing while open. A session that still holds something is kept; an empty one is made anew if the local
    /// address has changed.
    result<void> open();

    /// Stops receiving and closes the socket; the session stays.
    void close();

    /// Sends all that the session has to send.
    void flush();

    /// Lets the session act on what is due, and sends.
    void handleTimeout(session::TimePoint now);

    /// Only between a successful `open()` and the end of the link.
    [[nodiscard]] session::Session& session() noexcept { return *session_; }

    [[nodiscard]] const session::Session& session() const noexcept { return *session_; }

    [[nodiscard]] bool isOpen() const noexcept { return socket_.is_open(); }

    [[nodiscard]] const LinkConfig& config() const noexcept { return config_; }

    [[nodiscard]] net::ip::address localAddress() const noexcept { return local_.address(); }

    [[nodiscard]] std::uint16_t localPort() const noexcept { return local_.port(); }

    /// Why this system did not send the last datagram, if it did not.
    [[nodiscard]] const std::optional<net::error_code>& sendError() const noexcept { return sendError_; }

    /// How often the news came that the gateway's host or port cannot be reached (ICMP).
    [[nodiscard]] std::uint64_t unreachable() const noexcept { return unreachable_; }

private:
    net::error_code connect();
    net::error_code openOthers();
    void send(wire::Bytes datagram);
    void show(Direction direction, const net::ip::udp::endpoint& remote, wire::Bytes datagram) const;
    void waitForDatagram(net::ip::udp::socket& socket);
    void drain(net::ip::udp::socket& socket);
    void receive(const net::ip::udp::endpoint& from, wire::Bytes datagram);

    net::ip::udp::socket socket_;
    net::ip::udp::socket others_; ///< for what comes from others, which the connected one does not take
    LinkConfig config_;
    std::function<void()> onActivity_;
    net::ip::udp::endpoint local_;
    std::optional<session::Session> session_;
    std::uint64_t generation_ = 0; ///< of the socket
    std::uint64_t unreachable_ = 0;
    std::optional<net::error_code> sendError_; ///< of the last datagram
    std::array<std::uint8_t, 1500> room_{};
};

} // namespace portolan::transport
