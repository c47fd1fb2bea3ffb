// SPDX-License-Identifier: MIT
export module portolan:types;

import portolan.std;
import portolan.error;
import portolan.net;
import portolan.race;
import portolan.session;
import portolan.transport;
import :identity;

export namespace portolan {

using race::Speak;
using session::MappingChange;
using session::PortSetWish;
using session::Statistics;
using session::Via;
using transport::DatagramTap;
using transport::Direction;
using wire::Filter;
using wire::Nonce;
using wire::Protocol;
using wire::Reach;

/// From where an address, such as `Client::externalAddress` gives, can be reached.
[[nodiscard]] inline Reach reachOf(const net::ip::address& address) noexcept {
    return wire::reachOf(transport::toWire(address));
}

/// One PCP server that is asked instead of the gateway that the host would find: the first of its addresses that
/// answers, in the order of RFC 6724 (RFC 7488 §3). A silent one is given up after four requests, in some 45 s, one
/// that the network reports as unreachable at once; when all were asked in vain, they are asked again every 15 minutes.
struct PcpServer {
    std::vector<net::ip::udp::endpoint> addresses{}; ///< at least one; port 0 means 5351
    std::string interfaceName{};                     ///< by this interface alone; empty: by any

    friend bool operator==(const PcpServer&, const PcpServer&) = default;
};

/// Of which family, IPv4 or IPv6, the gateways and servers are that are asked.
enum class Families : std::uint8_t {
    any, ///< IPv4, or IPv6 where there is no IPv4 default route; of a server, as RFC 6724 has it
    v4,
    v6,
    both, ///< each of them, by `Client::mapAll`
};

/// Which of this host's gateways are asked.
enum class Gateways : std::uint8_t {
    preferred, ///< the best default route's
    all,       ///< those of every default route, by `Client::mapAll`
};

/// How a client finds its gateway and behaves.
struct ClientOptions {
    /// The gateway to ask; its port 0 means 5351. None: the default route's, found anew for each request, or for those
    /// of one second.
    std::optional<net::ip::udp::endpoint> gateway{};
    /// The local address to map, and to ask from; it decides for IPv4 or IPv6. None: the system's choice.
    std::optional<net::ip::address> source{};
    /// The interface whose default route names the gateway, and that alone is used to ask; empty: any. With `gateway`:
    /// the way to it.
    std::string interfaceName{};
    /// The PCP servers to ask instead of any gateway: the list replaces discovery (RFC 6887 §8.1). `Client::mapAll`
    /// asks each of them (RFC 7488 §4), everything else the first. Not with `gateway`.
    std::vector<PcpServer> servers{};
    /// Ask the PCP servers that this host's DHCP clients have learned, by the interface where each was learned (RFC
    /// 7291), where there are any. What `gateway` or `servers` name goes before them. Off: the DHCP clients of most
    /// hosts do not ask for them, and to look is to read their files.
    bool dhcp = false;
    /// Ask the anycast addresses of PCP, 192.0.0.9 and 2001:1::1, where no default router answers (RFC 7723); before
    /// anything else is sent there, an ANNOUNCE asks whether a server is. Off: requests could leave this network.
    /// Without effect where servers are named or known by DHCP.
    bool anycast = false;
    /// How many routers a request to an anycast address may pass (RFC 7723 §5.1); 0: as many as the system lets it.
    std::uint8_t anycastHops = 0;
    Families families = Families::any;
    Gateways gateways = Gateways::preferred;
    /// Which protocols to speak. By `any`, all of them side by side, and whichever serves first, PCP and NAT-PMP
    /// preferred; what a gateway speaks is remembered for some minutes.
    Speak speak = Speak::any;
    /// Take answers of PCP from other addresses of the gateway's link, too, if they bear the nonce of the request: for
    /// pairs of gateways that share an address and answer from their own. Off: whatever does not come from the address
    /// that was asked is dropped (RFC 6887 §8.3).
    bool answersFromLink = false;
    /// How long `map`, `peer`, `externalAddress` and `probe` wait for an answer.
    std::chrono::milliseconds timeout{10'000};
    /// How long `release` waits for an answer, and how long a mapping that `map` gave up is tried to be deleted.
    std::chrono::milliseconds releaseTimeout{3'000};
    /// Where the nonces of mappings come from, so that a later run can take them over (see `keptIdentity`). None: one
    /// that only this run knows.
    std::optional<Identity> identity{};
    /// This network is fully trusted: every host in it may map ports for every other. Off: `MapRequest::thirdParty`
    /// (RFC 6887 §13.1), `thirdPartyId` (RFC 7843 §7) and `checkpoint` (RFC 7767 §5) are refused, as they are for
    /// networks that are protected otherwise.
    bool trustedNetwork = false;
    /// The port where gateways announce to all hosts that they restarted (RFC 6887 §14.1.1); 0: nobody listens.
    std::uint16_t announcementPort = wire::announcementPort;
    /// The UDP port where gateways are searched, and announce themselves, by UPnP. None: 1900; but no gateway is
    /// searched on loopback then, unless nothing but UPnP is to be spoken.
    std::optional<std::uint16_t> searchPort{};
    /// Whether what is held moves with this host: to another gateway when the default route goes there, to another
    /// address of this host when the old one goes. What was named above stays as it is. A mapping stays with its
    /// family, IPv4 or IPv6. Off: mappings are renewed where they were made, or lost.
    bool follow = true;
    /// Called, from the client's executor, with what is wrong and can be lived with: announcements that cannot be
    /// heard, changes of the network that cannot be followed, and mappings that may be left standing where nobody
    /// waited for their deletion, as their handles were dropped or `map` gave them up (`Errc::leftStanding`).
    std::function<void(const Error&)> onWarning{};
    /// Called, from the client's strand, with every datagram that is sent to gateways or comes from them, and with what
    /// is heard at the ports of announcements, whoever sent it: for a capture, or a log. It sees nonces, which prove
    /// the ownership of mappings; of UPnP it sees SSDP, as HTTP has no datagrams. Costs nothing when empty.
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
    /// The suggested external port or an error (RFC 6887 §13.2). Not by NAT-PMP.
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
    /// Which of the hosts that share the third party's address, by a name of the operator's own, at most 1016 octets
    /// (RFC 7843). Use it only where the operator demands it, and choose one that says nothing of a person (§7). PCP
    /// only.
    std::vector<std::uint8_t> thirdPartyId{};
    // What follows, a gateway need not know of: it maps all the same, and `MappingInfo` tells what came of it.
    /// What people may read at the gateway: UTF-8, at most 1016 octets (RFC 7220); by UPnP, what is printable ASCII of
    /// it, after the mark by which our mappings are told. The gateway may be someone else's: no personal data.
    std::optional<std::string> description{};
    /// Contiguous ports instead of one, from the internal port on, which are renewed and deleted together (RFC 7753).
    std::optional<PortSetWish> portSet{};
    bool prefix64 = false; ///< ask for the prefixes of a NAT64 (RFC 7225)
    /// Keep its state in more than one place (RFC 7767). Only with `ClientOptions::trustedNetwork` (§5).
    bool checkpoint = false;
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
    std::vector<std::uint8_t> thirdPartyId{};          ///< as of `MapRequest`
    std::optional<std::string> description{};          ///< as of `MapRequest`
    bool checkpoint = false;                           ///< as of `MapRequest`
};

/// A mapping to delete that no handle of this program owns: one left standing, by `Mapping::detach` or a crash.
struct UnmapRequest {
    Protocol protocol = Protocol::tcp;
    std::uint16_t internalPort = 0;
    /// The nonce it was made with. None: that of `ClientOptions::identity`, or of this run. With another, gateways that
    /// check nonces refuse; NAT-PMP and UPnP have none.
    std::optional<Nonce> nonce{};
    std::optional<net::ip::address> thirdParty{}; ///< as of `MapRequest`
    std::vector<std::uint8_t> thirdPartyId{};     ///< as it was made with
    std::optional<PortSetWish> portSet{};         ///< as it was made with
};

/// The gateway that holds a mapping.
struct GatewayInfo {
    net::ip::udp::endpoint endpoint; ///< where it is asked
    std::string interfaceName;       ///< the way to it; may be empty if the gateway was named
};

/// Ports that a gateway mapped together: internal ones from `internalPort` on to external ones from `externalPort` on.
struct PortRange {
    std::uint16_t internalPort = 0;
    std::uint16_t externalPort = 0;
    std::uint16_t size = 1;
    net::ip::address externalAddress;

    friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// The prefixes by which a gateway's NAT64 makes IPv6 addresses of IPv4 ones (RFC 7225). Cheap to copy.
class Nat64 {
public:
    Nat64() = default;

    /// From PREFIX64 options as they are encoded.
    explicit Nat64(std::vector<std::uint8_t> options);

    [[nodiscard]] bool empty() const noexcept { return !options_ || options_->empty(); }

    /// The prefixes with their lengths in bits, in the order in which the gateway told them.
    [[nodiscard]] std::vector<std::pair<net::ip::address_v6, unsigned>> prefixes() const;

    /// The IPv6 address that reaches this IPv4 one through the NAT64; none if it serves none.
    [[nodiscard]] std::optional<net::ip::address_v6> synthesize(const net::ip::address_v4& destination) const;

private:
    std::shared_ptr<const std::vector<std::uint8_t>> options_;
};

/// What a gateway answered to `Client::probe`.
struct ProbeInfo {
    std::uint8_t version = 0; ///< 2: it speaks PCP. 0: NAT-PMP. Another: a version of PCP that it has instead
    std::optional<std::uint32_t> epochSeconds{}; ///< seconds since it last lost its mappings, where it told
    std::chrono::milliseconds roundTrip{0};      ///< from the last question to the answer
    std::uint32_t transmissions = 0;             ///< how often it was asked
    std::optional<Error> refusal{};              ///< what it said to the question itself, where that was no success
    GatewayInfo gateway{};
    std::optional<net::ip::address> externalAddress{}; ///< where the answer has it: that of NAT-PMP, asked by itself
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
    std::chrono::seconds lifetime{0}; ///< as granted last; 0: for ever, as some gateways have it by UPnP
    std::uint32_t epochSeconds = 0;   ///< of the gateway, with the last answer; UPnP has none
    Via via = Via::pcp;
    Nonce nonce;       ///< means nothing to NAT-PMP and UPnP
    bool held = false; ///< false once it was lost, until it is granted again
    GatewayInfo gateway;
    std::optional<std::string> description{}; ///< as the gateway has it; none: none was given, or taken
    std::vector<PortRange> ports{};           ///< of a port set, by their internal ports: what is mapped of it
    bool checkpointed = false;                ///< its state is kept in more than one place
    /// The gateway would not take the options of `MapRequest` that it need not know of, and was asked without them, or
    /// with fewer.
    bool optionsDropped = false;
    Nat64 nat64{}; ///< the prefixes that this gateway told last, to any mapping

    /// From where the mapping can be reached, by its external address. If that is not `Reach::global`, another NAT lies
    /// beyond this gateway: at home, the provider's box; or the provider's own (CGNAT), where no port can be opened.
    [[nodiscard]] Reach reach() const noexcept { return reachOf(externalAddress); }
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
