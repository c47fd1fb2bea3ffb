// SPDX-License-Identifier: MIT
// Not exported from the module.
export module portolan.simulator:forwarders;

import portolan.std;
import portolan.net;
import portolan.wire;
import :endpoint;
import :mapping;
import :forwarder;
import :tcp_forwarder;
import :udp_forwarder;

namespace portolan::simulator {

struct ForwarderLimits {
    TcpLimits tcp;
    UdpLimits udp;
};

/// The forwarders of all live mappings, and the sockets of external ports that are about to be assigned.
class Forwarders {
public:
    using Admits = std::function<bool(MappingId, const Endpoint& peer)>;
    using Report = std::function<void(MappingId, Forwarding, const Endpoint& peer)>;
    using Carried = std::function<void(bool inward, std::size_t octets)>;

    Forwarders(net::any_io_executor executor, std::optional<net::ip::address> bindAddress,
               const ForwarderLimits& limits, Admits admits, Report report, Carried carried);

    /// Takes the port on this host, if it can be had, until it is used or `dropReserved()` is called.
    bool reserve(wire::Protocol protocol, const Endpoint& external);

    void dropReserved() noexcept { reserved_.clear(); }

    /// Opens, moves or closes what a change of the mapping table asks for.
    /// False if the mapping cannot be forwarded on this host.
    bool apply(const Event& event);

    void stop();

private:
    using Socket = std::variant<net::ip::tcp::acceptor, net::ip::udp::socket>;

    [[nodiscard]] std::optional<Socket> bind(wire::Protocol protocol, const Endpoint& external) const;
    bool open(const Mapping& mapping);
    bool open(const Mapping& mapping, const Endpoint& external);
    void close(MappingId id);

    net::any_io_executor executor_;
    std::optional<net::ip::address> bindAddress_;
    ForwarderLimits limits_;
    Admits admits_;
    Report report_;
    Carried carried_;
    std::map<std::pair<wire::Protocol, Endpoint>, Socket> reserved_;
    std::multimap<MappingId, std::shared_ptr<Forwarder>> live_; ///< one a port
};

} // namespace portolan::simulator
