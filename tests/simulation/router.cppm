// SPDX-License-Identifier: MIT
/// A gateway with its clock and its outages.
export module portolan.simulation:router;

import portolan.std;
import portolan.session;
import portolan.simulator;
import portolan.wire;
import :plan;
import :clock;

export namespace portolan::simulation {

/// A mapping that a gateway has.
struct Row {
    simulator::MappingId id{};
    wire::Protocol protocol{};
    simulator::Endpoint internal{};
    simulator::Endpoint external{};
};

class Router {
public:
    Router(const GatewayPlan& plan, std::uint64_t seed, std::size_t index);

    /// Switches it on; the first time it has been running for a while already.
    void start(Time now, bool announced);

    /// Switches it off until then. While its port is closed, requests are answered by ICMP, else by nothing.
    void stop(Time until, bool portClosed);

    /// Gives it another external address.
    void readdress(Time now, std::size_t which);
    void loseState(Time now);
    void receive(Time now, const simulator::Endpoint& from, wire::Bytes datagram);
    void wake(Time now);

    [[nodiscard]] std::optional<simulator::Transmit> pollTransmit();

    /// Takes notice of what has changed in its table. False if nothing has.
    bool followTable();

    [[nodiscard]] bool isUp() const noexcept { return gateway_.has_value(); }

    [[nodiscard]] bool isPortClosed() const noexcept { return portClosed_; }

    /// When it has to be woken, or comes back.
    [[nodiscard]] std::optional<Time> next() const;

    /// Where requests are sent.
    [[nodiscard]] const session::Endpoint& server() const noexcept { return server_; }

    /// Whether its table got a new row since this was last forgotten.
    [[nodiscard]] bool hasGrown() const noexcept { return grown_; }

    void forgetGrowth() noexcept { grown_ = false; }

    /// What its table has, as its events told.
    [[nodiscard]] const std::vector<Row>& rows() const noexcept { return rows_; }

    /// The mapping of an internal endpoint, if it has one.
    [[nodiscard]] const Row* rowOf(wire::Protocol protocol, const simulator::Endpoint& internal) const noexcept;

    [[nodiscard]] Profile profile() const noexcept { return plan_.profile; }

private:
    [[nodiscard]] simulator::Config config(bool announced, std::uint32_t uptime) const;
    [[nodiscard]] wire::Address external() const noexcept;

    [[nodiscard]] simulator::TimePoint clock(Time now) const noexcept { return simulator::TimePoint{clock_.at(now)}; }

    GatewayPlan plan_;
    std::uint64_t seed_;
    std::size_t index_;
    std::size_t address_ = 0; ///< which external one
    SkewedClock clock_;
    session::Endpoint server_;
    std::optional<simulator::Gateway> gateway_;
    std::optional<Time> upAgain_;
    bool portClosed_ = false;
    bool started_ = false;
    bool grown_ = false;
    std::vector<Row> rows_;
};

} // namespace portolan::simulation
