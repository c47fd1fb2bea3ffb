// SPDX-License-Identifier: MIT
// A session and a control point under one referee, and a simulated gateway of one table, in virtual time.
export module portolan.testing.race;

import portolan.std;
export import portolan.race;
export import portolan.simulator;

export namespace portolan::testing {

using race::Speak;
using session::Duration;
using session::EventKind;
using session::MappingId;
using session::TimePoint;
using session::Via;
using Where = std::source_location;

/// A gateway of PCP, NAT-PMP and IGD:2.
[[nodiscard]] simulator::Config everything();
/// A gateway of IGD:2 that says nothing to anybody else.
[[nodiscard]] simulator::Config upnpOnly(simulator::IgdVersion version = simulator::IgdVersion::v2);

/// A mapping of a TCP port.
[[nodiscard]] session::MappingRequest tcp(std::uint16_t port = 8080);

/// What this host sent, and when: "PCP", "NAT-PMP", "search", "GET", or the action of UPnP.
struct Sent {
    TimePoint at;
    std::string what;
};

/// 192.168.1.57 behind 192.168.1.1 at 203.0.113.45. It drives the two and the referee as a client does.
class Arena {
public:
    explicit Arena(simulator::Config config = everything(), Speak speak = Speak::any, std::uint64_t seed = 1,
                   std::uint32_t window = 64);

    simulator::Gateway gateway;
    session::Session session;
    upnp::ControlPoint point;
    race::Referee referee;
    TimePoint now{std::chrono::hours{1}};
    Duration pcpDelay{1};  ///< of a datagram of PCP or NAT-PMP, each way
    Duration upnpDelay{1}; ///< of what belongs to UPnP
    bool closed = false;   ///< the port of PCP and NAT-PMP: ICMP says so
    bool deaf = false;     ///< what comes back by PCP and NAT-PMP is lost
    bool dark = false;     ///< what is sent by UPnP is lost
    std::vector<Sent> sent;
    std::deque<race::Event> events;

    MappingId request(const session::MappingRequest& wanted = tcp(), Where where = Where::current());
    MappingId erase(const session::MappingRequest& unwanted = tcp(), Where where = Where::current());
    MappingId askAddress(Where where = Where::current());
    void release(MappingId id);

    Arena& advance(Duration time);
    /// Until something is told, at most so long.
    Arena& await(Duration limit = std::chrono::minutes{1});

    /// The oldest event not yet taken is of this kind.
    race::Event expects(EventKind kind, Where where = Where::current());
    Arena& expectsNothing(Where where = Where::current());

    [[nodiscard]] std::size_t count(std::string_view what) const;

    [[nodiscard]] std::size_t mappings() const { return gateway.mappings().size(); }

    /// Sends, and takes what there is to tell. After whatever was done to one of the three.
    void settle();

private:
    void send(std::span<const std::uint8_t> datagram);
    void search(const upnp::SearchDatagram& datagram);
    void exchange(const upnp::HttpExchange& exchange);
    void answers();

    [[nodiscard]] std::chrono::milliseconds time() const { return now.time_since_epoch(); }

    std::multimap<TimePoint, std::function<void()>> underWay_;
};

} // namespace portolan::testing
