// SPDX-License-Identifier: MIT
// The NAT-PMP side of the gateway: RFC 6886 §3. Not exported from the module.
export module portolan.simulator:nat_pmp_server;

import portolan.std;
import portolan.wire;
import :endpoint;
import :mapping;
import :state;

namespace portolan::simulator {

/// Answers NAT-PMP requests, and writes its announcements.
class NatPmpServer {
public:
    explicit NatPmpServer(State& state) noexcept : state_(state) {}

    /// The answer to a datagram of version 0 and at least 2 octets.
    [[nodiscard]] Answer answer(TimePoint now, const Endpoint& from, wire::Bytes request);

    /// "Unsupported version", in the form the gateway is configured for (RFC 6886 §3.5).
    [[nodiscard]] Answer rejectVersion(TimePoint now, wire::Bytes request) const;

    /// What miniupnpd 2.3.1 says to a PCP request of a wrong length: version 0, opcode 128, result 3, and the request.
    [[nodiscard]] Answer malformedPcp(TimePoint now, wire::Bytes request) const;

    /// The external address as an announcement (RFC 6886 §3.2.1), or in answer to that host.
    [[nodiscard]] Answer externalAddress(TimePoint now, const wire::Address& host) const;

private:
    [[nodiscard]] Answer map(TimePoint now, const Endpoint& from, const wire::NatPmpMapRequest& request);
    [[nodiscard]] Granted<wire::NatPmpMapResponse> establish(TimePoint now, const Endpoint& from,
                                                             const wire::NatPmpMapRequest& request);
    [[nodiscard]] Granted<Mapping*> create(TimePoint now, const Endpoint& from, const wire::NatPmpMapRequest& request);
    [[nodiscard]] std::chrono::seconds lifetime(const wire::NatPmpMapRequest& request) const noexcept;
    [[nodiscard]] wire::NatPmpResult remove(TimePoint now, const Endpoint& from, const wire::NatPmpMapRequest& request);
    [[nodiscard]] wire::NatPmpResult removeAll(TimePoint now, const wire::Address& host, wire::Protocol protocol);
    [[nodiscard]] Answer refuse(TimePoint now, wire::Bytes request, std::uint8_t opcode,
                                wire::NatPmpResult result) const;

    State& state_;
};

} // namespace portolan::simulator
