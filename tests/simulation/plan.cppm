// SPDX-License-Identifier: MIT
/// What a seed stands for: who there is, how good the network is, and what befalls them when.
export module portolan.simulation:plan;

import portolan.std;
import portolan.wire;

export namespace portolan::simulation {

/// Time of the simulated world, from its beginning.
using Time = std::chrono::milliseconds;

/// Numbers from a seed (splitmix64), the same on every platform.
class Dice {
public:
    explicit Dice(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15U;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
        return mixed ^ (mixed >> 31);
    }

    /// Below `bound`, which is not 0.
    std::size_t below(std::size_t bound) noexcept { return static_cast<std::size_t>(next() % bound); }

    /// In [low, high].
    template <class Value>
    Value between(Value low, Value high) noexcept {
        return low + Value(static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(count(high - low) + 1)));
    }

    /// True so many times in a thousand.
    bool perMille(unsigned chance) noexcept { return next() % 1000 < chance; }

private:
    static std::int64_t count(std::int64_t value) noexcept { return value; }

    static std::int64_t count(Time value) noexcept { return value.count(); }

    std::uint64_t state_;
};

/// How the network treats datagrams. The chances are in a thousand.
struct Weather {
    unsigned loss = 0;
    unsigned duplication = 0;
    unsigned reordering = 0; ///< of being overtaken by later datagrams
    Time delay{1};
    Time jitter{0};
};

/// Which gateway it is.
enum class Profile { strict, pcpOnly, natPmpOnly, miniupnpd };

struct GatewayPlan {
    Profile profile{};
    std::int64_t skew = 0;    ///< of its clock, in millionths
    std::uint32_t uptime = 0; ///< seconds that it has been running at the beginning
    bool announces = true;
    bool updates = true;
};

/// A mapping that a client wants.
struct Wish {
    wire::Protocol protocol{};
    std::uint16_t internalPort = 0;
    std::uint16_t suggestedPort = 0;
    std::chrono::seconds lifetime{};
    Time from{}; ///< when it is requested first
};

struct ClientPlan {
    std::size_t gateway = 0;
    std::int64_t skew = 0; ///< of its clock, in millionths
    std::uint32_t window = 0;
    std::uint32_t packetsPerSecond = 0;
    std::uint32_t packetBurst = 0;
    std::vector<Wish> wishes{};
};

enum class FaultKind {
    reboot,    ///< a gateway goes down for a while and comes back without its mappings
    resetting, ///< a gateway loses its mappings at once
    readdress, ///< a gateway gets another external address
    cut,       ///< nothing passes between a client and its gateway for a while
    suspend,   ///< a client sleeps
    release,   ///< a client wants a mapping no more
    request,   ///< and wants it again
    forge,     ///< somebody who sees nothing sends a client what looks like answers and announcements
    weather,   ///< the network gets better or worse
};

struct Fault {
    Time at{};
    FaultKind kind{};
    std::size_t who = 0;   ///< the client or gateway
    std::size_t which = 0; ///< the wish, or the external address
    Time lasting{};
    bool flag =
        false; ///< reboot: announced; its port is closed meanwhile if `which` is odd. request: with another nonce
    Weather weather{};
};

struct Plan {
    std::uint64_t seed = 0;
    Time storm{}; ///< how long faults go on; after it the network is perfect
    bool forgeries = false;
    std::vector<GatewayPlan> gateways{};
    std::vector<ClientPlan> clients{};
    std::vector<Fault> faults{}; ///< in the order of time; none lasts beyond the storm

    /// The longest lifetime that is asked for.
    [[nodiscard]] Time longestLifetime() const;
};

/// What the seed stands for. The storm lasts as long as given, or some hours.
[[nodiscard]] Plan planOf(std::uint64_t seed, std::optional<Time> storm = {});

} // namespace portolan::simulation
