// SPDX-License-Identifier: MIT
export module portolan:types;

import portolan.std;
import portolan.error;
import portolan.net;
import portolan.session;
import portolan.transport;
import :identity;

export namespace portolan {

using session::Speak;
using session::Statistics;
using session::Via;
using transport::DatagramTap;
using transport::Direction;
using wire::Filter;
using wire::Nonce;
using wire::Protocol;

/// How a client finds its gateway and behaves.
struct ClientOptions {
    /// The gateway to ask; its port 0 means 5351. None: the default route's, found anew for each request, or for those
    /// of one second.
    std::optional<net::ip::udp::endpoint> gateway;
    /// The local address to map, and to ask from; it decides for IPv4 or IPv6. None: the system's choice.
    std::optional<net::ip::address> source;
    /// The interface whose default route names the gateway, and that alone is used to ask; empty: any. With `gateway`:
    /// the way to it.
    std::string interfaceName{};
    Speak speak = Speak::any;
    /// How long `map`, `peer`, `externalAddress` and `probe` wait for an answer.
    std::chrono::milliseconds timeout{10'000};
    /// How long `release` waits for an answer, and how long a mapping that `map` gave up is tried to be deleted.
    std::chrono::milliseconds releaseTimeout{3'000};
    /// Where the nonces of mappings come from, so that a later run can take them over (see `keptIdentity`). None: one
    /// that only this run knows.
    std::optional<Identity> identity{};
    /// This network is fully trusted: every host in it may map ports for every other. Off: `MapRequest::thirdParty` is
    /// refused (RFC 6887 §13.1).
    bool trustedNetwork = false;
    /// The port where gateways announce to all hosts that they restarted (RFC 6887 §14.1.1); 0: nobody listens.
    std::uint16_t announcementPort = wire::announcementPort;
    /// Whether what is held moves with this host: to another gateway when the default route goes there, to another
    /// address of this host when the old one goes. What was named above stays as it is. A mapping stays with its
    /// family, IPv4 or IPv6. Off: mappings are renewed where they were made, or lost.
    bool follow = true;
    /// Called, from the client's executor, with what is wrong and can be lived with: announcements that cannot be
    /// heard, changes of the network that cannot be followed.
    std::function<void(const Error&)> onWarning{};
    /// Called, from the client's strand, with every datagram that is sent to gateways or comes from them, and with what
    /// is heard at the port of announcements, whoever sent it: for a capture, or a log. It sees nonces, which prove the
    /// ownership of mappings. Costs nothing when empty.
    DatagramTap onDatagram{};
};

/// A mapping to ask for.
struct MapRequest {
    Protocol protocol = Protocol::tcp;
    std::uint16_t internalPort = 0;      ///< on this host; 0 = all ports of the protocol, or it has none
    std::uint16_t externalPort = 0;      ///< suggested to the gateway; 0 = any
    std::chrono::seconds lifetime{7200}; ///< 1 s up to 2^32 - 1 s; the gateway may grant another, and it is renewed
    /// The mapping nonce (RFC 6887 §11.1). None: that of `ClientOptions::identity`, or of this run; give the old one to
    /// take over a mapping made earlier.
    std::optional<Nonce> nonce{};
    /// The suggested external port or an error (RFC 6887 §13.2). PCP only.
    bool preferFailure = false;
    /// Who may send to the mapping; empty = everyone (RFC 6887 §13.3). PCP only, and not every gateway enforces it.
    std::vector<Filter> filters{};
    /// Complete at once and ask for as long as the handle lives, whatever the gateway says or fails to say:
    /// `Mapping::changed` tells. Otherwise `map` completes with the gateway's answer.
    bool patient = false;
    /// The host to map for, instead of this one (RFC 6887 §13.1). Only with `ClientOptions::trustedNetwork`; PCP only,
    /// and most gateways refuse it.
    std::optional<net::ip::address> thirdParty{};
    /// Suggested to the gateway; it decides for IPv4 or IPv6 outside. None: any, of the family of the address mapped.
    std::optional<net::ip::address> externalAddress{};
};

/// An outbound mapping to ask for: the way of a connection from a port of this host to a remote peer (RFC 6887 §12).
/// To ask before anything was sent makes the mapping; to ask afterwards tells which external address and port the
/// gateway chose and for how long, and makes it last. PCP only.
struct PeerRequest {
    Protocol protocol = Protocol::tcp;
    std::uint16_t internalPort = 0;      ///< on this host, 1 to 65535
    net::ip::address remoteAddress{};    ///< as this host sees it, of the family of its own
    std::uint16_t remotePort = 0;        ///< 1 to 65535
    std::uint16_t externalPort = 0;      ///< suggested to the gateway, which makes it this or nothing; 0 = any
    std::chrono::seconds lifetime{7200}; ///< 1 s up to 2^32 - 1 s; the gateway may grant another, and it is renewed
    std::optional<Nonce> nonce{};        ///< as of `MapRequest`
    bool patient = false;                ///< as of `MapRequest`
    std::optional<net::ip::address> thirdParty{};      ///< as of `MapRequest`
    std::optional<net::ip::address> externalAddress{}; ///< suggested like the external port
};

/// A mapping to delete that no handle of this program owns: one left standing, by `Mapping::detach` or a crash.
struct UnmapRequest {
    Protocol protocol = Protocol::tcp;
    std::uint16_t internalPort = 0;
    /// The nonce it was made with. None: that of `ClientOptions::identity`, or of this run. With another, gateways that
    /// check nonces refuse; NAT-PMP has none.
    std::optional<Nonce> nonce{};
    std::optional<net::ip::address> thirdParty{}; ///< as of `MapRequest`
};

/// The gateway that holds a mapping.
struct GatewayInfo {
    net::ip::udp::endpoint endpoint; ///< where it is asked
    std::string interfaceName;       ///< the way to it; may be empty if the gateway was named
};

/// What a gateway answered to `Client::probe`.
struct ProbeInfo {
    std::uint8_t version = 0; ///< 2: it speaks PCP. 0: NAT-PMP. Another: a version of PCP that it has instead
    std::optional<std::uint32_t> epochSeconds{}; ///< seconds since it last lost its mappings, where it told
    std::chrono::milliseconds roundTrip{0};      ///< from the last question to the answer
    std::uint32_t transmissions = 0;             ///< how often it was asked
    std::optional<Error> refusal{};              ///< what it said to the question itself, where that was no success
    GatewayInfo gateway{};
};

/// What is known of a mapping at one moment.
struct MappingInfo {
    Protocol protocol{};
    net::ip::address internalAddress;
    std::uint16_t internalPort = 0;
    net::ip::address externalAddress; ///< unspecified where a NAT-PMP gateway would not tell
    std::uint16_t externalPort = 0;
    net::ip::address remoteAddress{}; ///< of an outbound mapping; otherwise unspecified
    std::uint16_t remotePort = 0;     ///< likewise; otherwise 0
    std::chrono::seconds lifetime{0}; ///< as granted last
    std::uint32_t epochSeconds = 0;   ///< of the gateway, with the last answer
    Via via = Via::pcp;
    Nonce nonce;       ///< means nothing to NAT-PMP
    bool held = false; ///< false once it was lost, until it is granted again
    GatewayInfo gateway;
};

/// What happened to a mapping.
enum class ChangeKind : std::uint8_t {
    granted, ///< held for the first time, or again after it was lost
    renewed, ///< held for longer, unchanged
    moved, ///< held, but with another external address or port, at another gateway, or for another address of this host
    /// Its lifetime ran out before the gateway granted it again; or this host has another gateway or address now, and
    /// was not granted the same there. It is asked for anew.
    lost,
    refused,   ///< the gateway said no, or nothing; `MappingEvent::error` tells why, and when it is asked again
    recovered, ///< held again, unchanged, after the gateway had lost its state
    released,  ///< given up, as was asked; `MappingEvent::error` tells if the gateway did not confirm
};

/// The enumerator's name.
[[nodiscard]] constexpr std::string_view name(ChangeKind kind) noexcept {
    switch (kind) {
    case ChangeKind::granted:
        return "granted";
    case ChangeKind::renewed:
        return "renewed";
    case ChangeKind::moved:
        return "moved";
    case ChangeKind::lost:
        return "lost";
    case ChangeKind::refused:
        return "refused";
    case ChangeKind::recovered:
        return "recovered";
    case ChangeKind::released:
        return "released";
    }
    return {};
}

/// A change of a mapping: how it was and how it is now.
struct MappingEvent {
    ChangeKind kind{};
    MappingInfo before;
    MappingInfo after;
    std::optional<Error> error{}; ///< of `refused`, and of a `released` that the gateway did not confirm
};

} // namespace portolan
