// SPDX-License-Identifier: MIT
module;

#include "support/octets.hpp"

// A session driven in virtual time, its conversation checked step by step.
export module portolan.testing.session:trace;

import portolan.std;
import portolan.session;

export namespace portolan::testing {

using session::Duration;
using session::TimePoint;
using testing::Octets;
using testing::octets;
using testing::spacedHex;
using Where = std::source_location;

/// Client 192.168.1.57, server 192.168.1.1:5351, seed 1, the rest as it comes.
[[nodiscard]] session::Config testConfig(std::uint64_t seed = 1);

/// The same, with nothing but NAT-PMP.
[[nodiscard]] session::Config natPmpConfig(std::uint64_t seed = 1);

/// TCP 8080, no suggestion, IPv4, 7200 s, the nonce of the worked examples.
[[nodiscard]] session::MappingRequest mapping(std::uint16_t internalPort = 8080,
                                              wire::Protocol protocol = wire::Protocol::tcp);

/// The same port of an outbound mapping to TCP port 5222 of 198.51.100.7.
[[nodiscard]] session::MappingRequest outbound(std::uint16_t internalPort = 49152);

/// What a gateway may say to a request.
struct Answer {
    wire::ResultCode code = wire::ResultCode::success;
    std::uint32_t lifetime = 3600;
    std::optional<std::uint32_t> epoch{}; ///< otherwise that of the trace's gateway
    std::uint16_t port = 40123;
    wire::Address address = wire::Address::v4(203, 0, 113, 45);
};

/// The response to this MAP or PEER request: with the answer's external side on success, copied from the request on
/// error.
[[nodiscard]] Octets answerTo(std::span<const std::uint8_t> request, const Answer& answer);

/// What a NAT-PMP gateway may say to a mapping request.
struct NatPmpAnswer {
    wire::NatPmpResult code = wire::NatPmpResult::success;
    std::uint32_t lifetime = 7200;
    std::optional<std::uint32_t> epoch{}; ///< as above
    std::uint16_t port = 40123;
};

/// The NAT-PMP response to this mapping request; a deletion and an error have neither port nor lifetime.
[[nodiscard]] Octets natPmpAnswerTo(std::span<const std::uint8_t> request, const NatPmpAnswer& answer);

/// An unsolicited ANNOUNCE of this epoch.
[[nodiscard]] Octets announcement(std::uint32_t epoch);

/// "This gateway speaks NAT-PMP only", as errata 3618 has it.
inline constexpr std::string_view natPmpOnly = "00 80 00 01  00 00 03 e8";

/// A datagram and when it was sent.
struct Sent {
    TimePoint at;
    Octets octets;
};

/// Drives one session. Every step that hands something in also takes out what the session then has to say, and checks
/// that its next deadline lies ahead.
class Trace {
public:
    explicit Trace(const session::Config& config = testConfig());

    session::Session session;
    session::Endpoint server;
    TimePoint now; ///< starts at 0

    // Input.
    session::MappingId request(const session::MappingRequest& wanted, Where where = Where::current());
    session::MappingId requestDeletion(const session::MappingRequest& unwanted, Where where = Where::current());
    session::MappingId query(Where where = Where::current());
    session::MappingId probe(Where where = Where::current());
    Trace& release(session::MappingId id, Where where = Where::current());
    Trace& detach(session::MappingId id, Where where = Where::current());
    Trace& receives(std::string_view hex, Where where = Where::current());
    Trace& receives(std::span<const std::uint8_t> datagram, Where where = Where::current());
    Trace& receivesFrom(const session::Endpoint& from, std::span<const std::uint8_t> datagram,
                        Where where = Where::current());
    /// Something came to the port where gateways announce themselves; whether the session heeded it.
    bool announcedBy(const session::Endpoint& from, std::span<const std::uint8_t> datagram,
                     Where where = Where::current());
    /// Answers the datagram that `sends` took last.
    Trace& answers(const Answer& answer = {}, Where where = Where::current());
    Trace& answersByNatPmp(const NatPmpAnswer& answer = {}, Where where = Where::current());
    /// What the gateway's epoch is now: 1000 s at the start, 0 when it restarts.
    [[nodiscard]] std::uint32_t epoch() const;
    Trace& gatewayRestarts();
    Trace& unreachable(Where where = Where::current());
    /// The way to the gateway is there again.
    Trace& wayReturns(Where where = Where::current());

    /// A mapping requested, answered and reported.
    session::MappingId hold(const session::MappingRequest& wanted = mapping(), const Answer& answer = {},
                            Where where = Where::current());

    // Time.
    /// Goes to this time after the start, stopping at every deadline on the way.
    Trace& at(Duration time, Where where = Where::current());
    Trace& advance(Duration time, Where where = Where::current());
    /// Goes to this time after the start, while PCP requests are answered as soon as they are sent.
    Trace& answeredUntil(Duration time, const Answer& answer = {}, Where where = Where::current());
    /// Goes on until a datagram is sent, which must be in this range of times after the start.
    Trace& within(Duration from, Duration to, Where where = Where::current());

    // Output.
    /// The oldest datagram not yet taken is this, and was sent just now.
    Trace& sends(std::string_view hex, Where where = Where::current());
    /// The same, whatever it says.
    Octets sends(Where where = Where::current());
    /// Nothing has been sent that was not yet taken.
    Trace& sendsNothing(Where where = Where::current());
    /// Nothing is sent until this time after the start.
    Trace& silentUntil(Duration time, Where where = Where::current());
    /// The oldest event not yet taken is of this kind.
    session::Event expects(session::EventKind kind, Where where = Where::current());
    session::Event expects(session::EventKind kind, session::MappingId id, Where where = Where::current());
    Trace& expectsNothing(Where where = Where::current());

    [[nodiscard]] Duration elapsed() const { return now - TimePoint{}; }

    /// Forgets what was sent and has happened so far.
    Trace& clear();

    std::deque<Sent> sent;             ///< not yet taken
    std::deque<session::Event> events; ///< not yet taken
    Octets taken;                      ///< by `sends`, last

private:
    void drain(Where where);
    bool step(TimePoint until, Where where);

    TimePoint gatewayStart_{std::chrono::seconds{-1000}};
};

} // namespace portolan::testing
