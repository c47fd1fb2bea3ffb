// SPDX-License-Identifier: MIT
// What the servers of both protocols share. Not exported from the module.
export module portolan.simulator:state;

import portolan.std;
import portolan.wire;
import :endpoint;
import :extension_config;
import :config;
import :mapping;
import :table;
import :ports;
import :announcer;
import :counters;

namespace portolan::simulator {

/// The octets of an answer; none is no answer.
using Answer = std::vector<std::uint8_t>;

/// The answers to one request; none, or one, or one for each mapping it is about (RFC 7753 §4.4.1).
using Answers = std::vector<Answer>;

/// Why a request was refused, by the PCP code, and for how long if not as long as such errors last.
struct Denial {
    wire::ResultCode code;
    std::optional<std::chrono::seconds> lifetime{};
};

/// What was granted, or why nothing was.
template <class T>
using Granted = boost::outcome_v2::basic_result<T, Denial, boost::outcome_v2::policy::terminate>;

/// The mapping table with its policy: every change of a row goes through here and is told as an event.
class State {
public:
    State(Config settings, TimePoint now);
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    Config config;
    Table table;
    Ports ports;
    Announcer announcer;
    Counters counters;
    std::deque<Event> events;
    std::uint16_t lastPinhole = 0;        ///< the UniqueID that was given last
    std::map<MappingId, Mapping> standby; ///< what is kept in a second place, as it was last asked for (RFC 7767)

    /// Seconds since the state began (RFC 6887 §8.5).
    [[nodiscard]] std::uint32_t epoch(TimePoint now) const noexcept;
    void resetEpoch(TimePoint now) noexcept;

    Mapping& add(Mapping row);
    void remove(TimePoint now, const Mapping& row, Change why);
    /// Notes that its client asked for a mapping again, until `expiry`.
    void renew(TimePoint now, Mapping& row, TimePoint expiry);
    void move(Mapping& row, const Endpoint& external);
    /// Removes what is due, or turns it back into what traffic keeps alive (RFC 6887 §12.3).
    void expire(TimePoint now);
    /// Notes that an internal host sent something from there.
    void noteOutbound(TimePoint now, wire::Protocol protocol, const Endpoint& internal);

    /// How long traffic alone would still keep a mapping alive (RFC 6887 §15).
    [[nodiscard]] std::chrono::milliseconds idleLeft(TimePoint now, const Mapping& row) const noexcept;

    /// Whether there is an external address of that family that may be reported, for a host.
    [[nodiscard]] std::optional<Denial> wanProblem(const wire::Address& internal, bool v4) const;

    /// How many mappings of an internal host are kept on the standby.
    [[nodiscard]] std::size_t checkpoints(const wire::Address& host) const noexcept;

    /// Whether one more explicit mapping would be too many (RFC 6887 §11.3).
    [[nodiscard]] std::optional<Denial> quotaProblem(const wire::Address& host) const noexcept;

    [[nodiscard]] bool mapsProtocol(wire::Protocol protocol) const noexcept;

    /// The mapping made by MAP, NAT-PMP or the administrator; a fixed one first.
    [[nodiscard]] Mapping* inbound(wire::Protocol protocol, const Endpoint& internal, bool v4,
                                   const PartyId& party = {}) const;

    /// The external endpoint that outbound mappings of an internal one have.
    [[nodiscard]] Mapping* outbound(wire::Protocol protocol, const Endpoint& internal, bool v4,
                                    const PartyId& party = {}) const;

    /// Remembers who has mappings, for announcements by unicast (RFC 6887 §14.1.3).
    void noteClients();

    /// Where announcements go.
    [[nodiscard]] std::vector<Endpoint> announcementTargets() const;

    /// The address to report for `external`, and likewise its port.
    [[nodiscard]] Endpoint reported(const Endpoint& external) const noexcept;

private:
    void checkpoint(const Mapping& row);

    TimePoint epochStart_;
    std::set<Endpoint> clients_;
};

} // namespace portolan::simulator
