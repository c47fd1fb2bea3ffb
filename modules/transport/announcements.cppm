// SPDX-License-Identifier: MIT
export module portolan.transport:announcements;

import portolan.std;
import portolan.net;
import portolan.session;

export namespace portolan::transport {

/// Hears gateways that announce themselves to all hosts at 224.0.0.1 and [ff02::1] (RFC 6887 §14.1.1, RFC 6886
/// §3.2.1). The port is shared with other programs of the host, and what is not sent to all hosts is not received.
/// Everything happens on the executor given, which must run one handler at a time (a strand).
class Announcements : public std::enable_shared_from_this<Announcements> {
public:
    /// Whoever it comes from: the handler judges the source.
    using Handler = std::function<void(const net::ip::udp::endpoint& from, wire::Bytes datagram)>;

    /// `port` is `wire::announcementPort`, but for tests.
    Announcements(net::any_io_executor strand, std::uint16_t port, Handler handler);

    /// Listens to gateways of the network that `local` is an address of: in IPv4 by that address, in IPv6 by the index
    /// of the interface. Does nothing where it already does. An error of opening the port is given once and not
    /// tried again: announcements are then lived without.
    net::error_code listenOn(const net::ip::address& local, std::uint32_t interfaceIndex);

    /// Listens no more at interfaces of IPv6 but these, which may be all that are left of them.
    void keepOnly(std::span<const std::uint32_t> interfaces);

    /// Where what comes from there was sent to: all hosts, of its family.
    [[nodiscard]] net::ip::udp::endpoint groupOf(const net::ip::udp::endpoint& from) const;

    /// Stops listening; `listenOn` starts anew.
    void close();

private:
    /// One socket: for IPv4, or for one interface of IPv6.
    struct Ear {
        explicit Ear(const net::any_io_executor& strand) : socket(strand) {}

        net::ip::udp::socket socket;
        bool failed = false;
    };

    void wait(const std::shared_ptr<Ear>& ear);
    void drain(Ear& ear);

    net::any_io_executor strand_;
    std::uint16_t port_;
    Handler handler_;
    std::map<std::uint32_t, std::shared_ptr<Ear>> ears_; ///< by interface index; 0 for IPv4
    std::set<net::ip::address_v4> joined_;
    std::array<std::uint8_t, wire::maxMessageSize + 1> room_{};
};

} // namespace portolan::transport
