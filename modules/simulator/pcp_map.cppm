// SPDX-License-Identifier: MIT
// MAP, in the order of RFC 6887 §11.3 and §15.1. Not exported from the module.
export module portolan.simulator:pcp_map;

import portolan.std;
import portolan.wire;
import :endpoint;
import :mapping;
import :ports;
import :state;
import :pcp_options;

namespace portolan::simulator {

/// What a MAP or PEER response reports.
struct Assigned {
    Endpoint external;
    std::uint32_t lifetimeSeconds = 0;
};

/// A lifetime as it is sent; `seconds::max()`, for ever, is 2^32-1 (RFC 6887 §11.3).
[[nodiscard]] std::uint32_t toWireSeconds(std::chrono::seconds lifetime) noexcept;

/// One MAP request. Nothing is changed before everything is known to succeed (RFC 6887 §7.3).
class MapOperation {
public:
    MapOperation(State& state, TimePoint now, const Endpoint& from, const wire::MapRequest& request,
                 const Asked& asked) noexcept;

    [[nodiscard]] Granted<Assigned> run();

private:
    [[nodiscard]] Granted<Assigned> remove();
    [[nodiscard]] Granted<Assigned> establish();
    [[nodiscard]] std::optional<Denial> targetProblem() const noexcept;
    [[nodiscard]] std::optional<Denial> nonceProblem() const;
    [[nodiscard]] std::optional<Denial> senseProblem() const noexcept;
    [[nodiscard]] Granted<Assigned> translateStatelessly() const;
    [[nodiscard]] Granted<Assigned> refresh(Mapping& row);
    [[nodiscard]] Granted<Assigned> create();
    [[nodiscard]] Granted<Endpoint> chooseExternal(const Wish& wish);
    [[nodiscard]] Granted<Endpoint> chooseWildcard(const Wish& wish);

    [[nodiscard]] bool isWildcard() const noexcept { return internal_.port == 0; }

    [[nodiscard]] bool contradicts(const Endpoint& external) const noexcept;
    [[nodiscard]] Mapping* deletionTarget() const;
    /// The mapping of the other protocol that came with this one (`Quirks::mapsBothProtocols`); null if there is none.
    [[nodiscard]] Mapping* companionOf(const Mapping& row) const;
    void addCompanion(const Mapping& row);
    [[nodiscard]] std::chrono::milliseconds lifetime(const Mapping* existing) const noexcept;
    void describe(Mapping& row, std::vector<wire::Filter> filters) const;

    State& state_;
    TimePoint now_;
    const Endpoint& from_;
    const wire::MapRequest& request_;
    const Asked& asked_;
    Endpoint internal_;
    Endpoint suggested_;
    bool v4_; ///< the family of the external address
};

} // namespace portolan::simulator
