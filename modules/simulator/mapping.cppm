// SPDX-License-Identifier: MIT
export module portolan.simulator:mapping;

import portolan.std;
import portolan.wire;
import :endpoint;
import :extension_config;

export namespace portolan::simulator {

/// How a mapping came to be (RFC 6887 §2).
enum class Kind {
    map,      ///< explicit inbound: by MAP, NAT-PMP or UPnP IGD
    peer,     ///< explicit outbound: by PEER
    implicit, ///< outbound: by traffic
    fixed,    ///< static: by the gateway's administrator
};

/// Names a row of the mapping table; never used twice by one gateway.
using MappingId = std::uint64_t;

/// `Mapping::expiry` of a mapping that never expires.
inline constexpr TimePoint never = TimePoint::max();

/// What UPnP IGD keeps of a mapping besides.
struct UpnpEntry {
    TimePoint leaseEnd = never; ///< what its control point was told
    std::uint16_t pinhole = 0;  ///< the UniqueID of an IPv6 pinhole; 0: a port mapping
};

/// One row of the mapping table.
struct Mapping {
    MappingId id = 0;
    Kind kind = Kind::map;
    wire::Protocol protocol{};          ///< `all` for a mapping of all protocols
    Endpoint internal{};                ///< port 0: all ports; of a port set the first
    Endpoint external{};                ///< of a port set the first
    std::uint16_t ports = 1;            ///< more: a port set, contiguous on both sides (RFC 7753)
    Endpoint remote{};                  ///< of an outbound mapping
    std::optional<wire::Nonce> nonce{}; ///< none: made otherwise than by PCP
    TimePoint expiry = never;
    std::optional<TimePoint> lastOutbound{}; ///< when the internal host last sent through it
    std::vector<wire::Filter> filters{};     ///< none: everybody may come in
    std::string description{};               ///< RFC 7220
    bool preferFailure = false;              ///< made with PREFER_FAILURE
    bool thirdParty = false;                 ///< made with THIRD_PARTY
    PartyId partyId{};                       ///< which host of that internal address (RFC 7843)
    bool checkpointed = false;               ///< kept on the standby, too (RFC 7767)
    bool natPmp = false;                     ///< made by NAT-PMP
    Endpoint client{};                       ///< where the last answer about it went
    TimePoint refreshed{};                   ///< when its client last asked for it
    std::optional<UpnpEntry> upnp{};         ///< made by UPnP IGD
    std::uint64_t packetsIn = 0;             ///< from outside, as far as they came to `Gateway::handleInbound`

    /// Whether it is UPnP's: made by it, and not taken over by PCP since.
    [[nodiscard]] bool isUpnp() const noexcept { return upnp && !nonce && !natPmp; }

    [[nodiscard]] bool isInbound() const noexcept { return kind == Kind::map || kind == Kind::fixed; }

    [[nodiscard]] bool isExplicit() const noexcept { return kind == Kind::map || kind == Kind::peer; }

    /// Whether that internal port is one of its own.
    [[nodiscard]] bool coversInternal(std::uint16_t port) const noexcept {
        return port >= internal.port && port - internal.port < ports;
    }

    /// The external endpoint of one of its internal ports.
    [[nodiscard]] Endpoint externalAt(std::uint16_t internalPort) const noexcept {
        return {external.address, static_cast<std::uint16_t>(external.port + (internalPort - internal.port))};
    }

    /// The internal endpoint of one of its external ports.
    [[nodiscard]] Endpoint internalAt(std::uint16_t externalPort) const noexcept {
        return {internal.address, static_cast<std::uint16_t>(internal.port + (externalPort - external.port))};
    }

    /// How long it has to live, rounded up; `seconds::max()` for ever.
    [[nodiscard]] std::chrono::seconds remaining(TimePoint now) const noexcept {
        return expiry == never ? std::chrono::seconds::max() : std::chrono::ceil<std::chrono::seconds>(expiry - now);
    }

    /// Whether a datagram or connection of `peer` may come in (RFC 6887 §13.3).
    [[nodiscard]] bool admits(const Endpoint& peer) const noexcept;
};

/// What happened to a mapping.
enum class Change {
    mapped,  ///< made
    renewed, ///< asked for again; its lifetime or filters may have changed
    moved,   ///< has another external endpoint now
    deleted, ///< by its client or the administrator
    expired, ///< not renewed in time
    lost,    ///< with the gateway's state
};

/// A change of the mapping table, with the row as it is after the change (or was before it went).
struct Event {
    Change change;
    Mapping mapping;
};

} // namespace portolan::simulator
