// SPDX-License-Identifier: MIT
/// Clients, gateways and the network between them, in virtual time.
export module portolan.simulation:world;

import portolan.std;
import portolan.session;
import portolan.simulator;
import :plan;
import :network;
import :router;
import :client;

export namespace portolan::simulation {

/// What must not be.
struct Violation {
    Time at{};
    std::string invariant;
    std::string what;
};

/// What went on in a world.
struct Summary {
    Time simulated{};
    std::uint64_t steps = 0;
    std::uint64_t faults = 0;
    NetworkCounters network;
};

/// Runs a plan: the storm with its faults, then a calm in which every wanted mapping has to come back, then the
/// release of all, after which nothing may be left. After every step every invariant is checked.
class World {
public:
    /// `trace` is told every step, a line each; empty for silence.
    explicit World(Plan plan, std::function<void(const std::string&)> trace = {});

    /// Runs to the end or to the first violation.
    [[nodiscard]] std::optional<Violation> run();

    [[nodiscard]] Summary summary() const;

    [[nodiscard]] Time now() const noexcept { return now_; }

    [[nodiscard]] const Plan& plan() const noexcept { return plan_; }

    [[nodiscard]] const std::deque<Client>& clients() const noexcept { return clients_; }

    [[nodiscard]] const std::deque<Router>& routers() const noexcept { return routers_; }

    [[nodiscard]] const Network& network() const noexcept { return network_; }

    [[nodiscard]] const Router& routerOf(const Client& client) const noexcept {
        return routers_[client.plan().gateway];
    }

    /// After the last fault every wanted mapping has to be held from then on.
    [[nodiscard]] Time returnDeadline() const noexcept { return returnDeadline_; }

    /// What a client may hear of after its own trouble and its gateway's.
    [[nodiscard]] Time troubledUntil(std::size_t client) const noexcept { return network_.troubledUntil(client); }

private:
    [[nodiscard]] Time nextTime() const;
    void step();
    void apply(const Fault& fault);
    void applyToGateway(const Fault& fault);
    void applyToClient(const Fault& fault);
    void forge(std::size_t client, std::size_t count);
    void requestFirst();
    void beginCalm();
    void releaseAll();
    void deliver(Parcel parcel);
    void deliverToGateway(const Parcel& parcel);
    void deliverToClient(const Parcel& parcel);
    void drainRouter(std::size_t index);
    void drainClient(std::size_t index);
    void sendFromRouter(std::size_t index, const simulator::Transmit& transmit);
    void observe(std::size_t client);
    [[nodiscard]] std::optional<Violation> check() const;
    void say(const std::string& line) const;
    void sayDatagram(const char* verb, std::size_t client, const Octets& octets) const;

    Plan plan_;
    std::function<void(const std::string&)> trace_;
    Dice dice_;
    Network network_;
    std::deque<Router> routers_; // neither moves
    std::deque<Client> clients_;
    Time now_{0};
    Time returnDeadline_;
    Time end_;
    std::size_t nextFault_ = 0;
    std::vector<bool> requested_; ///< by clients and wishes, whether the first request was made
    bool calm_ = false;
    bool releasing_ = false;
    std::uint64_t steps_ = 0;
};

} // namespace portolan::simulation
