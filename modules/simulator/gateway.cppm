// SPDX-License-Identifier: MIT
export module portolan.simulator:gateway;

import portolan.std;
import portolan.wire;
import :endpoint;
import :extension_config;
import :config;
import :counters;
import :http;
import :mapping;
import :ports;
import :random;
import :state;
import :pcp_server;
import :nat_pmp_server;
import :igd_server;

export namespace portolan::simulator {

/// A datagram the gateway sends.
struct Transmit {
    Endpoint to;
    std::optional<Endpoint> from; ///< not set: the address and port requests are served on
    std::vector<std::uint8_t> bytes;
};

/// A NAT gateway that serves PCP, NAT-PMP and UPnP IGD, as a function of its inputs: no clock, socket, thread or
/// entropy.
///
/// After every `handle…` and every command, drain `pollTransmit()`, `pollDiscovery()` and `pollEvent()`; then wait for
/// a datagram or for `nextTimeout()`, whichever is first, and pass it to `handleDatagram()` or `handleTimeout()`. `now`
/// never goes back.
class Gateway {
public:
    /// A gateway that was just switched on. Throws `std::invalid_argument` for a configuration that contradicts itself
    /// (`Config::contradiction`).
    explicit Gateway(Config config = {}, TimePoint now = TimePoint{0});

    /// A datagram that arrived on the request port (RFC 6887 §8.2, RFC 6886 §3). What comes from outside is ignored.
    void handleDatagram(TimePoint now, const Endpoint& from, wire::Bytes datagram, Side side = Side::inside);

    /// Time has passed: mappings expire, announcements and late answers fall due.
    void handleTimeout(TimePoint now);

    /// An internal host sends to `remote`: the external endpoint it leaves from, with an implicit mapping made where
    /// there was none. None if nothing can be given.
    std::optional<Endpoint> handleOutbound(TimePoint now, wire::Protocol protocol, const Endpoint& internal,
                                           const Endpoint& remote);

    /// `remote` sends to an external endpoint: the internal endpoint it reaches. None if it is not let in.
    [[nodiscard]] std::optional<Endpoint> handleInbound(TimePoint now, wire::Protocol protocol,
                                                        const Endpoint& external, const Endpoint& remote);

    /// Where HTTP is served, an endpoint of each family. UPnP IGD is spoken from the first call on, if it is
    /// configured, and announced; another call announces that it moved.
    void serveIgd(TimePoint now, std::vector<Endpoint> http);

    /// Takes back what was announced (ssdp:byebye), as a device does that is about to be switched off.
    void withdrawIgd(TimePoint now);

    /// A datagram that arrived on the SSDP port, by unicast or by multicast.
    void handleSearch(TimePoint now, const Endpoint& from, wire::Bytes datagram, Delivery delivery);

    /// A request of a control point, and what to answer.
    [[nodiscard]] HttpAnswer handleHttp(TimePoint now, const Endpoint& from, const HttpRequest& request);

    /// Counts what a data plane carried through a mapping without `handleInbound()` and `handleOutbound()`.
    void countCarried(bool inward, std::size_t octets) noexcept;

    /// An ICMP error comes in about something that was sent from an external endpoint to `remote`: the internal
    /// endpoint it is passed on to, for as long as the mapping lives (RFC 6887 §11). Filters are about what peers send
    /// of themselves. None if there is no mapping.
    [[nodiscard]] std::optional<Endpoint> handleInboundIcmp(TimePoint now, wire::Protocol protocol,
                                                            const Endpoint& external, const Endpoint& remote);

    /// The next datagram to send.
    [[nodiscard]] std::optional<Transmit> pollTransmit();

    /// The next datagram to send from the SSDP port. There is none before `serveIgd()`.
    [[nodiscard]] std::optional<Transmit> pollDiscovery();

    /// The next change of the mapping table.
    [[nodiscard]] std::optional<Event> pollEvent();

    /// When `handleTimeout()` is to be called next.
    [[nodiscard]] std::optional<TimePoint> nextTimeout() const;

    /// Loses all dynamic mappings, as a restart does; begins a new epoch and announces it (RFC 6887 §8.5, §14.1.3).
    void resetState(TimePoint now);

    /// Gives the gateway other external addresses. Mappings move with them, their clients get Mapping Updates, and a
    /// new epoch begins (RFC 6887 §8.5, §14.2). None: the connection is lost, and mappings wait for the next address.
    void setExternalAddresses(TimePoint now, std::vector<wire::Address> addresses);
    void setExternalAddress(TimePoint now, const wire::Address& address);

    /// Gives the NAT64 other prefixes and announces them (RFC 7225 §4.2). Mappings and the epoch stay.
    void setNat64Prefixes(TimePoint now, std::vector<Nat64Prefix> prefixes);

    /// The gateway fails and its standby takes over: mappings that were checkpointed live on as they were when their
    /// clients last asked for them, the others are lost as in `resetState()` (RFC 7767 §3.2).
    void failOver(TimePoint now);

    /// What the standby has.
    [[nodiscard]] std::vector<Mapping> standby() const;

    /// Adds a static mapping, as an administrator does.
    MappingId addStatic(TimePoint now, wire::Protocol protocol, const Endpoint& internal, const Endpoint& external);

    /// Ends a mapping of any kind, as an administrator does. False if there is none.
    bool removeMapping(TimePoint now, MappingId id);

    /// Drops the dynamic mappings of a host whose address was released (RFC 6887 §15).
    void releaseHost(TimePoint now, const wire::Address& host);

    /// Switches translation on or off; off, the gateway says nothing at all (RFC 6886 §3.8).
    void setNatEnabled(bool enabled) noexcept;
    void setPcpEnabled(bool enabled) noexcept;
    void setNatPmpEnabled(bool enabled) noexcept;
    void setMapEnabled(bool enabled) noexcept;
    void setPeerEnabled(bool enabled) noexcept;

    /// How a port is taken on the host the gateway runs on. Not set: every port is available.
    void setPortAvailable(PortAvailable available);

    /// The settings in force; those of addresses change with `setExternalAddresses()` only.
    [[nodiscard]] const Config& config() const noexcept { return state_.config; }

    /// For a test that changes a knob in the middle.
    [[nodiscard]] Quirks& quirks() noexcept { return state_.config.quirks; }

    [[nodiscard]] IgdQuirks& igdQuirks() noexcept { return state_.config.igd.quirks; }

    /// All mappings, in the order they were made.
    [[nodiscard]] std::vector<Mapping> mappings() const;

    /// The mapping of that id, if it is still there.
    [[nodiscard]] std::optional<Mapping> mapping(MappingId id);

    [[nodiscard]] const Counters& counters() const noexcept { return state_.counters; }

    /// The path of the description of its UPnP device.
    [[nodiscard]] const std::string& descriptionPath() const noexcept { return igd_.descriptionPath(); }

    /// How often it was started (BOOTID.UPNP.ORG).
    [[nodiscard]] std::uint32_t bootId() const noexcept { return igd_.bootId(); }

    /// Seconds since the epoch began.
    [[nodiscard]] std::uint32_t epoch(TimePoint now) const noexcept { return state_.epoch(now); }

private:
    [[nodiscard]] Answers answer(TimePoint now, const Endpoint& from, wire::Bytes datagram);
    [[nodiscard]] Answer garbage();
    void advance(TimePoint now);
    void reply(TimePoint now, const Endpoint& to, Answer bytes);
    void announce(TimePoint now, bool stateLost);
    void sendDueNotices(TimePoint now);
    void sendAnnouncement(const wire::Bytes& bytes, bool v4Only);
    void readdress(TimePoint now, Mapping& row);
    /// A whole external side for a row that has to leave its own.
    [[nodiscard]] std::optional<Endpoint> otherExternal(TimePoint now, const Wish& wish, const Mapping& row);
    void announcePrefixes(TimePoint now);
    enum class Filtering : std::uint8_t { on, off };
    /// The row that lets `remote` in at `external`; none where nobody is reached.
    [[nodiscard]] const Mapping* reachedFrom(wire::Protocol protocol, const Endpoint& external, const Endpoint& remote,
                                             Filtering filtering) const;
    [[nodiscard]] const Mapping* admitting(wire::Protocol protocol, const Endpoint& key, const Endpoint& remote,
                                           Filtering filtering) const;

    State state_;
    PcpServer pcp_{state_};
    NatPmpServer natPmp_{state_};
    IgdServer igd_{state_};
    Random noise_;
    TimePoint now_;
    std::multimap<TimePoint, Transmit> outbox_; ///< by the time it leaves
};

} // namespace portolan::simulator
