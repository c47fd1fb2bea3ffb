// SPDX-License-Identifier: MIT
// PEER, in the order of RFC 6887 §12.3. Not exported from the module.
export module portolan.simulator:pcp_peer;

import portolan.std;
import portolan.wire;
import :endpoint;
import :mapping;
import :ports;
import :state;
import :pcp_options;
import :pcp_map;

namespace portolan::simulator {

/// One PEER request. Nothing is changed before everything is known to succeed (RFC 6887 §7.3).
class PeerOperation {
public:
    PeerOperation(State& state, TimePoint now, const Endpoint& from, const wire::PeerRequest& request,
                  const Asked& asked) noexcept;

    [[nodiscard]] Granted<Assigned> run();

private:
    [[nodiscard]] std::optional<Denial> requestProblem() const noexcept;
    [[nodiscard]] std::optional<Denial> nonceProblem() const;
    [[nodiscard]] Granted<Assigned> adjust(Mapping& row);
    [[nodiscard]] Granted<Assigned> create();
    [[nodiscard]] std::optional<Endpoint> chooseExternal();
    [[nodiscard]] bool agrees(const Endpoint& external) const noexcept;
    [[nodiscard]] std::chrono::milliseconds capped() const noexcept;
    void describe(Mapping& row) const;

    State& state_;
    TimePoint now_;
    const Endpoint& from_;
    const wire::PeerRequest& request_;
    const Asked& asked_;
    Endpoint internal_;
    Endpoint remote_;
    Endpoint suggested_;
    bool v4_; ///< the family of the external address
};

/// Whether nothing can be sent to that address from outside: zero, loopback or multicast.
[[nodiscard]] bool isUnreachable(const wire::Address& address) noexcept;

} // namespace portolan::simulator
