// SPDX-License-Identifier: MIT
/// A client: a session with its clock, what it was told to want, and what it told.
export module portolan.simulation:client;

import portolan.std;
import portolan.session;
import portolan.simulator;
import portolan.wire;
import :plan;
import :clock;
import :network;

export namespace portolan::simulation {

/// A mapping of the session, from its request to its `released` event.
struct Life {
    session::MappingId id{};
    std::size_t wish = 0;
    bool held = false;      ///< as the events told
    session::Grant grant{}; ///< as the last of them told
    session::TimePoint grantedAt{};
    std::optional<Time> astraySince{}; ///< held, as told, but not so at the gateway
    std::optional<Time> grantSeen{};   ///< when that was told, by the world's time
    bool refused = false;              ///< and whether it was refused since
    std::optional<Time> releasedAt{};
};

/// An event, and what was known of its mapping before. No life: the mapping had ended, or never was.
struct Told {
    session::Event event;
    std::optional<Life> before;
};

/// A wish after its mapping was released: until something is left at the gateway, it is watched.
struct Departure {
    std::size_t wish = 0;
    Time at{};
    Time lingersUntil{}; ///< so long something of an earlier mapping may be left
};

/// A datagram that shows that the gateway has lost its state.
struct Notice {
    Time sent{};
    Time heard{};
    /// So long the client may wait with its recovery: one notice after another makes it doubt the gateway's clock and
    /// recover at most so often.
    Time patience{};
};

/// A request that is not answered.
struct Outstanding {
    wire::Protocol protocol{};
    std::uint16_t internalPort = 0;
    session::TimePoint until{}; ///< so long its answer is waited for at least
};

class Client {
public:
    Client(const ClientPlan& plan, const session::Endpoint& server, std::uint64_t seed, std::size_t index,
           bool shadowed);

    // What the owner does.
    void request(Time now, std::size_t wish, bool otherNonce);
    void release(Time now, std::size_t wish);

    /// Sleeps: nothing is received and no deadline met before then.
    void suspend(Time until) noexcept { asleepUntil_ = until; }

    // What the world does.
    void receive(Time now, const Parcel& parcel);
    void receiveForged(Time now, const session::Endpoint& from, wire::Bytes datagram, bool toAll);
    void unreachable(Time now);
    void wake(Time now);

    /// The next datagram to the gateway; empty if there is none.
    [[nodiscard]] Octets pollTransmit(Time now);

    /// Takes notice of what the session tells, into `told()`.
    void followEvents(Time now);

    void forgetTold() noexcept { told_.clear(); }

    [[nodiscard]] bool isAsleep() const noexcept { return asleepUntil_.has_value(); }

    /// When it has to be woken.
    [[nodiscard]] std::optional<Time> next() const noexcept { return next_; }

    [[nodiscard]] const ClientPlan& plan() const noexcept { return plan_; }

    [[nodiscard]] const session::Session& session() const noexcept { return session_; }

    [[nodiscard]] std::vector<Life>& lives() noexcept { return lives_; }

    [[nodiscard]] const std::vector<Life>& lives() const noexcept { return lives_; }

    [[nodiscard]] const std::vector<Told>& told() const noexcept { return told_; }

    [[nodiscard]] std::vector<Departure>& departures() noexcept { return departures_; }

    [[nodiscard]] const std::vector<Departure>& departures() const noexcept { return departures_; }

    /// The mapping that stands for a wish now, if it is wanted.
    [[nodiscard]] const Life* lifeOf(std::size_t wish) const noexcept;

    /// The internal endpoint of a wish, as the gateway sees it.
    [[nodiscard]] simulator::Endpoint internal(std::size_t wish) const noexcept;

    /// Where its requests come from.
    [[nodiscard]] const simulator::Endpoint& source() const noexcept { return source_; }

    [[nodiscard]] session::TimePoint clock(Time now) const noexcept {
        return session::TimePoint{session::Duration{clock_.at(now)}};
    }

    // For the invariants.
    /// What differs from the client's shadow, which heard no forged datagram.
    [[nodiscard]] const std::optional<std::string>& forgeryEffect() const noexcept { return forgeryEffect_; }

    /// When its gateway last showed that it had lost its state, by the rule of RFC 6887 §8.5 or RFC 6886 §3.6.
    /// Each protocol has an epoch of its own and tells of its own mappings.
    [[nodiscard]] const std::optional<Notice>& notice(session::Via via) const noexcept {
        return notices_[static_cast<std::size_t>(via)];
    }

    [[nodiscard]] const std::vector<Outstanding>& outstanding() const noexcept { return outstanding_; }

    /// The times of the last datagrams sent, not more than a second old.
    [[nodiscard]] const std::deque<session::TimePoint>& lastSecond() const noexcept { return lastSecond_; }

    /// Wakes without any time between.
    [[nodiscard]] unsigned idleWakes() const noexcept { return idleWakes_; }

    /// A genuine datagram of its gateway, to make others like it.
    [[nodiscard]] const Octets& lastHeard() const noexcept { return lastHeard_; }

private:
    /// One reading of a gateway's epoch.
    struct Reading {
        std::int64_t epoch = 0; ///< seconds
        session::TimePoint at{};
    };

    template <class Input>
    void both(Input input);
    void compare(bool same, const char* what);
    void noteSent(Time now, const Octets& datagram);
    void noteHeard(Time now, const Parcel& parcel);
    void noteEpoch(Time now, Time sent, std::uint32_t epoch, session::Via via);
    void noteEvent(Time now, const session::Event& event);
    void replan(Time now);
    [[nodiscard]] Life* find(session::MappingId id) noexcept;
    [[nodiscard]] wire::Nonce drawNonce() noexcept;

    ClientPlan plan_;
    SkewedClock clock_;
    simulator::Endpoint source_;
    Dice dice_;
    session::Session session_;
    std::optional<session::Session> shadow_;
    std::vector<wire::Nonce> nonces_; ///< of the wishes
    std::vector<Life> lives_;
    std::vector<Told> told_;
    std::vector<Departure> departures_;
    std::vector<Time> lingering_; ///< by wishes, until when something of an earlier mapping may be left
    std::vector<Outstanding> outstanding_;
    std::deque<session::TimePoint> lastSecond_;
    std::optional<Time> asleepUntil_;
    std::optional<Time> next_;
    std::array<std::optional<Notice>, 2> notices_{};   ///< by PCP, by NAT-PMP
    std::array<std::optional<Reading>, 2> readings_{}; ///< likewise
    std::optional<Time> natPmpHeard_; ///< the last answer or announcement by NAT-PMP that the client looks at
    std::optional<std::string> forgeryEffect_;
    Octets lastHeard_;
    Time lastWake_{-1};
    unsigned idleWakes_ = 0;
};

} // namespace portolan::simulation
