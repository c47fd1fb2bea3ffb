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
    std::optional<std::uint16_t> internalPort{}; ///< if it is not that of the request
    std::optional<wire::PortSet> portSet{};
    bool checkpointed = false;
    bool portReserved = false; ///< the pair of PORT_RESERVATION stands
};

/// One result for each mapping that a request is about: several if a port set overlaps several (RFC 7753 §4.4.1).
using Assignments = std::vector<Granted<Assigned>>;

/// A lifetime as it is sent; `seconds::max()`, for ever, is 2^32-1 (RFC 6887 §11.3).
[[nodiscard]] std::uint32_t toWireSeconds(std::chrono::seconds lifetime) noexcept;

/// One MAP request. Nothing is changed before everything is known to succeed (RFC 6887 §7.3).
class MapOperation {
public:
    MapOperation(State& state, TimePoint now, const Endpoint& from, const wire::MapRequest& request,
                 const Asked& asked) noexcept;

    /// One result at least.
    [[nodiscard]] Assignments run();

private:
    [[nodiscard]] Assignments remove();
    [[nodiscard]] Granted<Assigned> remove(Mapping* row);
    [[nodiscard]] Assignments establish();
    [[nodiscard]] std::vector<Mapping*> overlapped(bool v4) const;
    [[nodiscard]] Granted<PortRun> chooseSet(const Wish& wish);
    [[nodiscard]] Assigned report(const Mapping& row) const;
    [[nodiscard]] std::optional<PortRun> choosePair(const Wish& wish);
    [[nodiscard]] bool reservePair(const Mapping& row);
    [[nodiscard]] std::optional<Denial> targetProblem() const noexcept;
    [[nodiscard]] std::optional<Denial> nonceProblem() const;
    [[nodiscard]] std::optional<Denial> senseProblem() const noexcept;
    [[nodiscard]] Granted<Assigned> translateStatelessly() const;
    [[nodiscard]] Granted<Assigned> refresh(Mapping& row);
    [[nodiscard]] Granted<Assigned> create();
    [[nodiscard]] Granted<PortRun> chooseExternal(const Wish& wish);
    [[nodiscard]] Granted<Endpoint> chooseOne(const Wish& wish);
    [[nodiscard]] Granted<Endpoint> chooseWildcard(const Wish& wish);

    [[nodiscard]] bool isWildcard() const noexcept { return internal_.port == 0; }

    [[nodiscard]] bool contradicts(const Endpoint& external) const noexcept;
    [[nodiscard]] Mapping* deletionTarget() const;
    /// The mapping of the other protocol that came with this one (`Quirks::mapsBothProtocols`); null if there is none.
    [[nodiscard]] Mapping* companionOf(const Mapping& row) const;
    void addCompanion(const Mapping& row);
    [[nodiscard]] std::chrono::milliseconds lifetime(const Mapping* existing) const noexcept;
    void describe(Mapping& row, std::vector<wire::Filter> filters) const;
    [[nodiscard]] bool checkpoints(const Mapping& row) const noexcept;

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
