// SPDX-License-Identifier: MIT
export module portolan.session:types;

import portolan.std;
import portolan.error;
import :time;
import :schedule;
import :mapping_options;

export namespace portolan::session {

/// An address and a UDP port.
struct Endpoint {
    wire::Address address;
    std::uint16_t port = 0;

    friend constexpr bool operator==(const Endpoint&, const Endpoint&) noexcept = default;
};

/// Which protocols to speak.
enum class Speak : std::uint8_t {
    any,    ///< PCP, and NAT-PMP where the gateway says that it has no PCP (RFC 6887 §9)
    pcp,    ///< only PCP
    natPmp, ///< only NAT-PMP
};

/// The protocol a mapping was granted by.
enum class Via : std::uint8_t {
    pcp,
    natPmp,
    upnp, ///< never of a session: for those above, who speak UPnP IGD as well
};

/// The protocol's name.
[[nodiscard]] constexpr std::string_view name(Via via) noexcept {
    switch (via) {
    case Via::pcp:
        return "PCP";
    case Via::natPmp:
        return "NAT-PMP";
    case Via::upnp:
        return "UPnP";
    }
    return {};
}

/// What a session is about and how it behaves.
struct Config {
    Endpoint server;             ///< requests go there, answers must come from there
    wire::Address clientAddress; ///< this host's address towards the server, as written into requests
    Speak speak = Speak::any;
    /// Answers to MAP and PEER requests that bear the request's nonce are taken from other addresses too, if they come
    /// from the server's port: for pairs of gateways that share an address. Hand in what comes from the link alone.
    bool answersFromLink = false;
    std::uint64_t seed = 0; ///< of the jitter; another one for each run of the program (RFC 6887 §8.1.1)
    Backoff backoff;
    std::uint32_t maxTransmissions = 0;            ///< MRC: give up after as many transmissions; 0 = never
    Duration maxDuration{0};                       ///< MRD: give up after as long; 0 = never
    Duration lifetimeCap = std::chrono::hours{24}; ///< longer lifetimes and error holds are taken for this
    std::uint32_t window = 64;                     ///< PCP requests awaiting an answer at once
    std::uint32_t packetsPerSecond = 1000;         ///< at most, whatever is asked for, after a burst; 0 = no ceiling
    std::uint32_t packetBurst = 64;                ///< at once
    std::uint32_t deleteTransmissions = 3;         ///< tries to delete a mapping
    /// Ask nothing but whether a server is there (ANNOUNCE), which tells it nothing, before it has answered anything:
    /// the address may be nobody's here, and lead out of this network (RFC 7723 §5.1).
    bool probeFirst = false;
};

/// A mapping that is wanted: an inbound one (MAP), or an outbound one to a remote peer (PEER).
struct MappingRequest {
    wire::Protocol protocol = wire::Protocol::tcp;
    std::uint16_t internalPort = 0;                          ///< 0 = all ports of the protocol, or it has none
    std::uint16_t suggestedPort = 0;                         ///< 0 = no preference
    wire::Address suggestedAddress = wire::Address::anyV4(); ///< all zeros of the wanted external family = any
    std::chrono::seconds lifetime{7200};
    wire::Nonce nonce; ///< unguessable, one for each server and internal port (RFC 6887 §11.2, §12.2)
    /// The remote peer, as this host sees it, of an outbound mapping that is to be made, learned or extended (RFC 6887
    /// §12). It is renewed like any other, and never shortened or deleted: let go of, it ends as the gateway has it.
    std::optional<Endpoint> remote;
    /// The host to map for. RFC 6887 §13.1 wants it used in trusted networks only: to name a host is to say that this
    /// is one.
    std::optional<wire::Address> thirdParty;
    bool preferFailure = false;
    std::vector<wire::Filter> filters;
    /// Which of the hosts that share the third party's address, by a name of the operator's own; at most 1016 octets.
    /// Empty: there is no such name (RFC 7843).
    std::vector<std::uint8_t> thirdPartyId;
    OptionWishes wishes;
};

/// Names a mapping, an address query or a probe, of one session. Never used again after its end.
enum class MappingId : std::uint64_t {};

/// What the gateway granted.
struct Grant {
    Endpoint external; ///< all-zeros address while unknown
    std::chrono::seconds lifetime{0};
    std::uint32_t epochSeconds = 0;
    Via via = Via::pcp;
    wire::Nonce nonce; ///< the gateway knows the mapping by it; means nothing to NAT-PMP

    friend bool operator==(const Grant&, const Grant&) = default;
};

/// What happened to a mapping, query or probe.
enum class EventKind : std::uint8_t {
    granted,   ///< held for the first time, or again after it was lost
    renewed,   ///< held for longer, unchanged
    recovered, ///< held again after the gateway lost its state, unchanged
    moved,     ///< held, but with another external address or port
    refused,   ///< the gateway said no, or did not answer within the limits; it is asked again after `retryAfter`
    lost,      ///< its lifetime ran out, or the gateway has an outbound one no more; it is being requested anew
    released,  ///< gone, as was asked; `error` tells if the gateway did not confirm
    address,   ///< the answer to an address query, in `grant.external.address`
    probed,    ///< the answer to a probe, in `probed`; what the gateway said to the question itself, in `error`
};

/// The enumerator's name, for logs and tests.
[[nodiscard]] constexpr std::string_view name(EventKind kind) noexcept {
    switch (kind) {
    case EventKind::granted:
        return "granted";
    case EventKind::renewed:
        return "renewed";
    case EventKind::recovered:
        return "recovered";
    case EventKind::moved:
        return "moved";
    case EventKind::refused:
        return "refused";
    case EventKind::lost:
        return "lost";
    case EventKind::released:
        return "released";
    case EventKind::address:
        return "address";
    case EventKind::probed:
        return "probed";
    }
    return {};
}

/// What the answer to a probe tells of a gateway.
struct Probed {
    /// 2: it speaks PCP. 0: NAT-PMP. Another: a version of PCP that it has instead.
    std::uint8_t version = 0;
    std::optional<std::uint32_t> epochSeconds{}; ///< where the answer has one
    Duration roundTrip{0};                       ///< since the question was sent last
    /// The gateway's external address, where the answer has it: NAT-PMP has no other question.
    std::optional<wire::Address> externalAddress{};

    friend bool operator==(const Probed&, const Probed&) = default;
};

/// One thing that happened; see `EventKind` for which fields mean something.
struct Event {
    EventKind kind{};
    MappingId id{};
    Grant grant;                        ///< after the event; for `lost` and `released` the last one
    std::error_code error;              ///< of `refused`, `released` and `probed`
    std::chrono::seconds retryAfter{0}; ///< of `refused`
    std::uint32_t transmissions = 0;    ///< of `refused`, `released` and `probed`: how often it was asked
    std::optional<Probed> probed;
    /// The gateway's own external address, where a refusal gave it away (a NAT beyond the gateway).
    std::optional<wire::Address> gatewayExternal;
};

/// What came in, for diagnosis.
struct Statistics {
    std::uint64_t transmitted = 0;
    std::uint64_t attributed = 0;             ///< datagrams that answered something, or announced
    std::uint64_t foreign = 0;                ///< from another address or port than the server's
    std::uint64_t undecodable = 0;            ///< refused by the decoder
    std::uint64_t unattributed = 0;           ///< sound, but the answer to nothing asked
    std::optional<wire::Refusal> lastRefusal; ///< why the last undecodable one was refused
};

} // namespace portolan::session
