// SPDX-License-Identifier: MIT
export module portolan.simulator:server;

import portolan.std;
import portolan.net;
import portolan.wire;
import :endpoint;
import :config;
import :counters;
import :mapping;
import :gateway;
import :forwarder;

namespace portolan::simulator {

class Serving;

} // namespace portolan::simulator

export namespace portolan::simulator {

/// How a gateway is put on real sockets.
struct ServerOptions {
    Config config{};
    /// Where requests are served; port 0 takes a free one.
    net::ip::udp::endpoint listen{net::ip::address_v4::loopback(), 0};
    /// Also serve requests here, for hosts of the other family.
    std::optional<net::ip::udp::endpoint> listenAlso{};
    /// Where mapped ports are opened; not set: on the external address that is reported, which must be of this host.
    std::optional<net::ip::address> forwardOn{};
    bool forwards = true;                                       ///< off: mappings exist in the table only
    std::size_t tcpConnections = 256;                           ///< of one mapping at a time; more are reset
    std::size_t udpPeers = 256;                                 ///< of one mapping at a time
    std::chrono::milliseconds udpIdle{std::chrono::minutes{2}}; ///< until such a peer is forgotten
    std::uint32_t multicastInterfaceV6 = 0; ///< interface index for announcements to IPv6 groups; 0: they are not sent
    std::uint16_t httpPort = 0;             ///< of UPnP IGD, at the listening addresses; 0 takes a free one
    std::uint16_t ssdpPort =
        0; ///< likewise, and at 239.255.255.250 and ff02::c on their interfaces; 0 takes a free one
    std::chrono::milliseconds httpPatience{std::chrono::seconds{10}}; ///< with a peer whose request is not complete
    bool announcesBeyondLoopback = false;        ///< on: to groups also from a listening address that is not loopback
    std::function<void(const Event&)> onEvent{}; ///< after every change of the mapping table
    std::function<void(MappingId, Forwarding, const Endpoint& peer)> onForwarding{}; ///< traffic of a mapping
    std::function<void(std::string_view)> log{}; ///< what happens, a line each, without a line end
};

/// A simulated gateway on real sockets, for tests and demonstrations: serves PCP and NAT-PMP on a UDP port, UPnP IGD by
/// HTTP and SSDP if it is configured, and carries TCP and UDP from the external port of every mapping to the internal
/// one. By default all on loopback.
///
/// Everything runs on the executor, which must be a strand if several threads run it; call members there only.
/// Two servers do not disturb each other. The destructor closes.
class Server {
public:
    /// Binds and begins to serve. Throws `net::system_error` if the address cannot be bound.
    explicit Server(net::any_io_executor executor, ServerOptions options = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Where clients send requests.
    [[nodiscard]] net::ip::udp::endpoint endpoint() const;
    /// Where clients of the other family do, if `ServerOptions::listenAlso` was set.
    [[nodiscard]] std::optional<net::ip::udp::endpoint> otherEndpoint() const;

    /// Where its UPnP device is described; none if `Config::igd` is off.
    [[nodiscard]] std::optional<std::string> descriptionUrl() const;
    /// Where it answers searches by unicast; multicast ones it hears at this port.
    [[nodiscard]] std::optional<net::ip::udp::endpoint> ssdpEndpoint() const;

    /// Calls `command(Gateway&, TimePoint now)` and sends what it causes: any command of the gateway.
    template <class Command>
    decltype(auto) apply(Command command) {
        const Pumped pumped{*this};
        return command(gateway(), now());
    }

    void resetState();                                        ///< as `Gateway::resetState`
    void setExternalAddress(const net::ip::address& address); ///< as `Gateway::setExternalAddress`
    MappingId addStatic(wire::Protocol protocol, const Endpoint& internal, const Endpoint& external);
    [[nodiscard]] std::vector<Mapping> mappings() const;
    [[nodiscard]] const Counters& counters() const;

    /// Stops answering, as a gateway that is unplugged; the table and the connections stay.
    void pause();
    /// Answers again.
    void resume();

    /// Stops everything at once. The executor has no work of this server left after one more turn.
    void close();

private:
    /// Sends what a command caused, after it returned.
    struct Pumped {
        Server& server;

        ~Pumped() { server.pump(); }
    };

    [[nodiscard]] Gateway& gateway();
    [[nodiscard]] TimePoint now() const;
    void pump();

    std::shared_ptr<Serving> serving_;
};

} // namespace portolan::simulator
