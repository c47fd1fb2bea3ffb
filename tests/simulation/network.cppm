// SPDX-License-Identifier: MIT
/// The network between clients and gateways.
export module portolan.simulation:network;

import portolan.std;
import portolan.session;
import :plan;

export namespace portolan::simulation {

using Octets = std::vector<std::uint8_t>;

/// No datagram is longer under way.
inline constexpr Time longestDelay = std::chrono::seconds{31};

enum class ParcelKind {
    toGateway,
    toClient,
    unreachable, ///< to a client: its gateway's port is closed (ICMP)
    forged,      ///< to a client, from somebody else than it says
};

/// A datagram under way.
struct Parcel {
    ParcelKind kind{};
    std::size_t client = 0;
    std::size_t gateway = 0;
    bool toAll = false;       ///< to the port where gateways announce themselves
    session::Endpoint from{}; ///< the source address it has
    Octets octets{};
    Time sent{};
    Time arrives{};
    std::uint64_t number = 0; ///< orders what arrives at the same time
};

struct NetworkCounters {
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t overtaken = 0;
    std::uint64_t forged = 0;
};

/// Delays, loses, duplicates and reorders; what it did to whom is known, for the invariants that hold only where a
/// network did its duty.
class Network {
public:
    Network(std::uint64_t seed, std::size_t clients) : dice_(seed), links_(clients) {}

    void setWeather(const Weather& weather) noexcept { weather_ = weather; }

    /// Nothing passes to or from that client until then.
    void cut(std::size_t client, Time until) noexcept;

    /// Sends a datagram, or not.
    void send(Time now, Parcel parcel);

    /// Brings a datagram whatever the weather.
    void bring(Time now, Parcel parcel);

    [[nodiscard]] std::optional<Time> next() const noexcept {
        return parcels_.empty() ? std::nullopt : std::optional{parcels_.front().arrives};
    }

    /// The datagram that arrives next; there must be one.
    [[nodiscard]] Parcel take();

    /// Until when something happened between a client and its gateway that is not as a perfect network's: datagrams
    /// lost, doubled, overtaken or late, or one of the two out of reach.
    [[nodiscard]] Time troubledUntil(std::size_t client) const noexcept { return links_[client].troubledUntil; }

    void noteTrouble(std::size_t client, Time until) noexcept;

    [[nodiscard]] const NetworkCounters& counters() const noexcept { return counters_; }

private:
    struct Link {
        Time cutUntil{-1};
        Time troubledUntil{-1};
        Time lastArrival[2]{}; ///< to the gateway, to the client
    };

    void enqueue(Parcel parcel);

    Dice dice_;
    Weather weather_;
    std::vector<Link> links_;
    std::vector<Parcel> parcels_; ///< a heap: the one that arrives next is in front
    std::uint64_t numbers_ = 0;
    NetworkCounters counters_;
};

} // namespace portolan::simulation
