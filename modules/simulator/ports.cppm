// SPDX-License-Identifier: MIT
module;

#include <boost/unordered/unordered_map.hpp>

export module portolan.simulator:ports;

import portolan.std;
import portolan.wire;
import :endpoint;
import :extension_config;
import :config;
import :mapping;
import :random;
import :table;

export namespace portolan::simulator {

/// Asked before an inbound mapping gets an external endpoint: whether the gateway's host can take it. A shell that
/// forwards real traffic answers by binding the port.
using PortAvailable = std::function<bool(wire::Protocol, const Endpoint&)>;

} // namespace portolan::simulator

namespace portolan::simulator {

/// What a new mapping asks of the external side.
struct Wish {
    wire::Protocol protocol{};
    Endpoint internal{};
    std::optional<wire::Nonce> nonce{};
    Endpoint suggested{}; ///< zeros: no preference
    bool v4 = true;       ///< the external family
    bool natPmp = false;
    bool inbound = true;
    bool exact = false; ///< the suggestion or nothing
    PartyId partyId{};
};

/// Contiguous external ports.
struct PortRun {
    Endpoint first{};
    std::uint16_t ports = 0;
};

/// Where a run of ports may begin.
enum class RunStart {
    anywhere,
    likeInternal, ///< even for an even internal port, odd for an odd one (RFC 4787 §4.2.2)
    even,
};

/// Chooses external endpoints, and remembers freed ones that must rest (RFC 6887 §11.3, §15).
class Ports {
public:
    Ports(const Config& config, const Table& table) noexcept;

    void setAvailable(PortAvailable available) { available_ = std::move(available); }

    /// Whether the gateway has an external address for a mapping of that internal host and external family.
    [[nodiscard]] bool serves(const wire::Address& internal, bool v4) const noexcept;

    /// The external address of a host without a preference: the one of its static mappings, else of its others,
    /// else the first (RFC 6887 §10).
    [[nodiscard]] std::optional<wire::Address> addressFor(const wire::Address& internal, bool v4) const;

    /// An external endpoint for a mapping that has none yet: the suggested one, else any other unless `exact`.
    [[nodiscard]] std::optional<Endpoint> choose(TimePoint now, const Wish& wish);

    /// As many contiguous ports as can be had, `wanted` at most, for as many internal ones from `wish.internal` on; the
    /// suggested ones where no others are more. None if not even one can be had.
    [[nodiscard]] std::optional<PortRun> chooseRun(TimePoint now, const Wish& wish, std::uint16_t wanted,
                                                   RunStart start);

    /// Whether that endpoint can be given.
    [[nodiscard]] bool usable(TimePoint now, const Wish& wish, const Endpoint& external);

    /// Whether a wildcard mapping can have everything it covers, at that address.
    [[nodiscard]] bool whollyFree(const Wish& wish, const wire::Address& external) const;

    /// Lets the port of a mapping that is gone rest.
    void rest(TimePoint now, const Mapping& row);

    void forgetResting() noexcept { resting_.clear(); }

    /// The idle time of an implicit mapping of that protocol.
    [[nodiscard]] std::chrono::seconds idleTime(wire::Protocol protocol) const noexcept;

private:
    struct Resting {
        Endpoint internal;
        std::optional<wire::Nonce> nonce;
        TimePoint until;
    };

    [[nodiscard]] bool isExternal(const wire::Address& internal, const wire::Address& external) const noexcept;
    [[nodiscard]] bool fixesPort(const Wish& wish) const noexcept;
    [[nodiscard]] bool allowed(wire::Protocol protocol, const Endpoint& external) const noexcept;
    [[nodiscard]] bool takenByOther(const Wish& wish, const Endpoint& external) const;
    [[nodiscard]] bool companionTaken(const Wish& wish, const Endpoint& external) const;
    [[nodiscard]] bool rests(TimePoint now, const Wish& wish, const Endpoint& external);
    [[nodiscard]] std::optional<Endpoint> search(TimePoint now, const Wish& wish, const wire::Address& address);
    [[nodiscard]] std::optional<wire::Address> addressFor(const Wish& wish) const;
    /// The first and last port that the gateway itself chooses.
    [[nodiscard]] std::pair<std::uint16_t, std::uint16_t> ownChoices() const noexcept;
    [[nodiscard]] PortRun runAt(TimePoint now, const Wish& wish, const Endpoint& first, std::uint16_t wanted);
    [[nodiscard]] PortRun searchRun(TimePoint now, const Wish& wish, const wire::Address& address, std::uint16_t wanted,
                                    RunStart start);

    const Config& config_;
    const Table& table_;
    Random random_;
    PortAvailable available_;
    boost::unordered_map<TableKey, Resting, TableHash> resting_;
};

} // namespace portolan::simulator
