// SPDX-License-Identifier: MIT
export module portolan.upnp:link;

import portolan.std;
import portolan.net;
import portolan.session;
import portolan.transport;
import :error;
import :http;
import :types;
import :machine;
import :call;

export namespace portolan::upnp {

class Link;

/// Lets one link search at a time: some gateways break when the searches of both families come at once. One is shared
/// by all links of an interface, which have to be on one strand.
class SearchTurns {
public:
    /// Has the link search, as soon as no other does.
    void join(const std::shared_ptr<Link>& link);

    /// The link's search is over, if it had one.
    void leave(const Link& link);

private:
    void serve();

    std::weak_ptr<Link> holder_;
    std::deque<std::weak_ptr<Link>> waiting_;
};

/// Where a gateway is asked, and from where.
struct LinkConfig {
    net::ip::address gateway;         ///< with the scope of a link-local address
    net::ip::address source;          ///< the local address to ask from, and to map
    std::uint32_t interfaceIndex = 0; ///< of the way to the gateway; needed for IPv6
    std::string device{};             ///< the interface that alone is used; empty: whatever leads to the gateway
    /// Where gateways announce themselves to the group of SSDP; 0: nobody listens.
    std::uint16_t announcementPort = ssdpPort;
    std::shared_ptr<SearchTurns> turns{}; ///< none: it searches whenever it wants
    transport::DatagramTap onDatagram{};  ///< sees what is sent and received by SSDP, from the executor; may be empty
    Config point;                         ///< its gateway, client address and seed are filled in here
};

/// The sockets towards one gateway, and the control point they serve. Everything happens on the executor given, which
/// must run one handler at a time (a strand). After each call of the control point's, `flush()` is due; at its
/// `nextTimeout()`, `handleTimeout()`.
class Link : public std::enable_shared_from_this<Link> {
public:
    /// `onActivity` is called after something came in: then there may be events and another deadline.
    Link(net::any_io_executor strand, const LinkConfig& config, std::function<void()> onActivity);

    /// Opens the socket that searches are sent from, and one for announcements, without which it goes on if need be.
    /// Does nothing while open.
    result<void> open();

    /// Breaks off what is under way and closes the sockets; the control point stays.
    void close();

    /// Sends all that the control point has to send.
    void flush();

    /// Lets the control point act on what is due, and sends.
    void handleTimeout(TimePoint now);

    /// It is this link's turn to search.
    void handleSearchTurn();

    [[nodiscard]] ControlPoint& point() noexcept { return point_; }

    [[nodiscard]] const ControlPoint& point() const noexcept { return point_; }

    [[nodiscard]] bool isOpen() const noexcept { return search_.is_open(); }

    [[nodiscard]] const LinkConfig& config() const noexcept { return config_; }

    /// Why announcements cannot be heard, if they cannot.
    [[nodiscard]] const std::optional<net::error_code>& announcementError() const noexcept {
        return announcementError_;
    }

private:
    net::error_code openSearch();
    net::error_code openAnnouncements();
    void wait(net::ip::udp::socket& socket);
    void drain(net::ip::udp::socket& socket);
    void show(transport::Direction direction, const net::ip::udp::socket& socket, const net::ip::udp::endpoint& remote,
              wire::Bytes datagram) const;
    void call();
    [[nodiscard]] net::ip::address addressOf(const wire::Address& address) const;

    net::any_io_executor strand_;
    LinkConfig config_;
    std::function<void()> onActivity_;
    ControlPoint point_;
    net::ip::udp::socket search_;
    net::ip::udp::socket announcements_;
    std::optional<net::error_code> announcementError_;
    std::shared_ptr<HttpCall> call_;
    ExchangeId callId_{};
    std::uint64_t generation_ = 0; ///< of the sockets
    std::array<std::uint8_t, 2048> room_{};
};

} // namespace portolan::upnp
