// SPDX-License-Identifier: MIT
// The PCP side of the gateway: RFC 6887 §8.2. Not exported from the module.
export module portolan.simulator:pcp_server;

import portolan.std;
import portolan.wire;
import :endpoint;
import :mapping;
import :state;
import :pcp_options;
import :pcp_map;

namespace portolan::simulator {

/// Answers PCP requests, and writes what PCP clients are told unasked.
class PcpServer {
public:
    explicit PcpServer(State& state) noexcept : state_(state) {}

    /// The answers to a datagram of at least 2 octets whose R bit is clear, whatever its version.
    [[nodiscard]] Answers answer(TimePoint now, const Endpoint& from, wire::Bytes request);

    /// UNSUPP_VERSION (RFC 6887 §9).
    [[nodiscard]] Answer rejectVersion(TimePoint now, wire::Bytes request) const;

    /// An ANNOUNCE nobody asked for (RFC 6887 §14.1.3), with the prefixes of the NAT64 (RFC 7225 §4.2).
    [[nodiscard]] Answer restartNotice(TimePoint now) const;

    /// A Mapping Update (RFC 6887 §14.2); of a mapping that is gone: CANNOT_PROVIDE_EXTERNAL.
    [[nodiscard]] Answer update(TimePoint now, const Mapping& row, bool gone) const;

private:
    enum class Parsed { yes, no };

    [[nodiscard]] std::optional<Denial> frameProblem(wire::Bytes request) const noexcept;
    [[nodiscard]] bool offers(wire::Opcode opcode) const noexcept;
    [[nodiscard]] Granted<Answers> dispatch(TimePoint now, const Endpoint& from, wire::Bytes request);
    [[nodiscard]] Granted<Answer> announce(TimePoint now, const Endpoint& from, wire::Bytes request);
    [[nodiscard]] Granted<Answers> map(TimePoint now, const Endpoint& from, wire::Bytes request);
    [[nodiscard]] Answer mapped(TimePoint now, const wire::MapRequest& request, const Assigned& assigned,
                                const Asked& asked, const Endpoint& from) const;
    [[nodiscard]] Granted<Answer> peer(TimePoint now, const Endpoint& from, wire::Bytes request);
    [[nodiscard]] Answer refuse(TimePoint now, wire::Bytes request, const Denial& denial, Parsed parsed) const;
    [[nodiscard]] std::chrono::seconds errorLifetime(const Denial& denial) const noexcept;

    State& state_;
};

} // namespace portolan::simulator
