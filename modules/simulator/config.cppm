// SPDX-License-Identifier: MIT
export module portolan.simulator:config;

import portolan.std;
import portolan.wire;
import :endpoint;
import :igd_config;
import :extension_config;

export namespace portolan::simulator {

/// The second octet of a NAT-PMP gateway's answer to another version: 128 by errata 3618, 0 as RFC 6886 §3.5 prints
/// it, or 128 plus the request's opcode as miniupnpd of 2012 sent it.
enum class VersionReply { erratum, printed, echoedOpcode };

/// Whether a gateway answers at all, and with what.
enum class Answering {
    normal,  ///< as the protocols say
    silent,  ///< takes requests and never answers
    garbage, ///< answers every request with octets of no protocol
};

/// What the gateway offers of PCP (RFC 6887).
struct PcpConfig {
    bool enabled = true;
    bool map = true;                            ///< off: MAP is answered UNSUPP_OPCODE (§11)
    bool peer = true;                           ///< off: PEER is answered UNSUPP_OPCODE (§12)
    bool preferFailure = true;                  ///< off: the option is unknown
    std::size_t maxFilters = 16;                ///< per mapping (§13.3); 0: the option is unknown
    bool thirdParty = false;                    ///< THIRD_PARTY, off in customers' equipment (§13.1)
    std::vector<wire::Address> thirdPartyHosts; ///< who may use THIRD_PARTY when it is on
    bool wildcards = false;                     ///< all-ports and all-protocols mappings (§11.1)
    bool requiresAuthentication = false;        ///< MAP and PEER are answered AUTHENTICATION_REQUIRED (RFC 7652 §3.1.2)
    std::size_t maxDescription = 128; ///< octets stored of a DESCRIPTION (RFC 7220 §3); 0: the option is ignored
    std::uint16_t maxPortSet = 512;   ///< ports of one PORT_SET (RFC 7753 §6.1); below 2: the option is ignored
    std::size_t maxCheckpoints = 16;  ///< of one host (RFC 7767 §3.2); 0: CHECKPOINT_REQUIRED is ignored
    Nat64Config nat64;
    ThirdPartyIdConfig thirdPartyId;
    DraftConfig drafts;
};

/// What the gateway offers of NAT-PMP (RFC 6886).
struct NatPmpConfig {
    bool enabled = true;
    VersionReply versionReply = VersionReply::erratum;
};

/// Lifetimes (RFC 6887 §7.4, §15).
struct LifetimeConfig {
    std::chrono::seconds minimum = std::chrono::seconds{120};
    std::chrono::seconds maximum = std::chrono::hours{24};
    std::chrono::seconds shortError = std::chrono::seconds{30};
    std::chrono::seconds longError = std::chrono::seconds{1800};
    std::chrono::seconds idleUdp = std::chrono::minutes{2};   ///< of an implicit mapping without traffic (RFC 4787)
    std::chrono::seconds idleTcp = std::chrono::minutes{124}; ///< likewise (RFC 5382)
    std::chrono::seconds reuse = std::chrono::minutes{2};     ///< a freed external port is kept at least so long
};

/// External ports and how many of them a host may have (RFC 6887 §11.3).
struct PortConfig {
    std::uint16_t first = 1;
    std::uint16_t last = 65535;         ///< the gateway's own choices start at 1024 where the range allows
    std::vector<Endpoint> reserved;     ///< used by the gateway itself, whatever the protocol
    bool quarantine = true;             ///< keep a freed port for `LifetimeConfig::reuse` and the idle time (§15)
    std::optional<std::size_t> perHost; ///< explicit mappings of one internal host; more is USER_EX_QUOTA
    std::optional<std::size_t> total;   ///< mappings in all; more is NO_RESOURCES
};

/// Announcements and Mapping Updates (RFC 6887 §14, RFC 6886 §3.2.1).
struct AnnounceConfig {
    bool pcp = true;
    bool natPmp = true;
    bool onStart = true;       ///< announce when the gateway starts, too
    bool updates = true;       ///< Mapping Updates when the external address changes (RFC 6887 §14.2)
    bool knownClients = false; ///< also by unicast to every client that has a mapping (RFC 6887 §14.1.3)
    unsigned copies = 10;
    std::chrono::milliseconds firstGap{250}; ///< doubles after each copy
    /// Where announcements go; NAT-PMP's only to the IPv4 ones.
    std::vector<Endpoint> destinations{
        {wire::Address::v4(224, 0, 0, 1), wire::announcementPort},
        {wire::Address{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}, wire::announcementPort}};
};

/// What real gateways do otherwise than the RFCs say; all off by default.
struct Quirks {
    bool nonceUnchecked = false;       ///< a refresh with another nonce takes the mapping over (miniupnpd 2.3.1)
    bool preferFailureIgnored = false; ///< another port is granted all the same (miniupnpd 2.3.1)
    bool filterUnenforced = false;     ///< FILTER succeeds and filters nothing (miniupnpd 2.3.1)
    bool deleteMissingFails = false;   ///< deleting nothing is NO_RESOURCES (miniupnpd 2.3.1)
    bool refusesPrivateWan = false;    ///< private external address: NO_RESOURCES with that address in the answer, and
                                       ///< NAT-PMP result 3 (miniupnpd 2.3.1)
    bool shortRequestAsNatPmp = false; ///< a malformed PCP length is answered 00 80 0003 (miniupnpd 2.3.1)
    bool echoesUnknownOptions = false; ///< optional options come back in success, understood or not (miniupnpd 2.3.1)
    bool companionUnreserved = false;  ///< another host may take the companion port (miniupnpd 2.3.1)
    bool refusesPortZero = false;      ///< "no preference" is refused: NOT_AUTHORIZED (RouterOS)
    bool rotatesPorts = false;         ///< every renewal gets another external port (some VPN providers)
    bool errorLifetimeZero = false;    ///< long errors carry lifetime 0 (miniupnpd)
    bool epochKept = false;            ///< state loss does not reset the epoch (miniupnpd)
    bool losesSilently = false;        ///< may have neither announcements nor Mapping Updates (RFC 6887 §14 wants one)
    bool mapsBothProtocols = false;    ///< a PCP mapping of TCP or UDP brings its like of the other, where that is free
    bool truncatesPorts = false;       ///< ports in answers lose their upper octet
    bool refusesMappings = false;      ///< NOT_AUTHORIZED to every mapping: "feature off" (FRITZ!Box)
    std::optional<wire::Address> reportedAddress; ///< this external address is reported instead of the real one
    std::optional<Endpoint> answersFrom;          ///< answers leave from this address (VRRP and the like)
    std::chrono::milliseconds delay{0};           ///< every answer is late by this
    unsigned answerCopies = 1;                    ///< copies of every answer
};

/// Everything that makes one gateway differ from another. The default is a strict gateway of both protocols.
struct Config {
    std::uint64_t seed = 1; ///< of the gateway's own port choices
    Answering answering = Answering::normal;
    bool natEnabled = true; ///< off: no answers and no announcements (RFC 6886 §3.8)
    std::uint32_t initialEpochSeconds = 0;
    /// The external addresses, used in this order; all-zeros or none: the gateway has no connection. The default is
    /// a loopback address, so that the shell can forward from it.
    std::vector<wire::Address> externalAddresses{wire::Address::v4(127, 0, 0, 2)};
    bool ipv6Firewall = false;      ///< IPv6 hosts get mappings to their own address and port
    bool crossFamily = false;       ///< NAT64 and NAT46: the external family may differ from the internal one
    bool stateless = false;         ///< 1:1 translation: every port is mapped to itself, nothing is kept
    bool validatesPeers = true;     ///< PEER to a loopback, multicast or zero address is malformed (RFC 6887 §12.3)
    bool rewritesSctpPorts = false; ///< off: an SCTP port is mapped to itself or not at all (RFC 6887 §16.3.3)
    std::vector<wire::Protocol> protocols{wire::Protocol::tcp, wire::Protocol::udp};
    PcpConfig pcp;
    NatPmpConfig natPmp;
    IgdConfig igd; ///< off
    LifetimeConfig lifetimes;
    PortConfig ports;
    AnnounceConfig announce;
    Quirks quirks;

    [[nodiscard]] static Config strict(); ///< all protocols, by the RFCs: the default
    /// Answers PCP with "unsupported version", in one of the forms that are in use.
    [[nodiscard]] static Config natPmpOnly(VersionReply reply = VersionReply::erratum);
    [[nodiscard]] static Config pcpOnly();                   ///< answers NAT-PMP with UNSUPP_VERSION
    [[nodiscard]] static Config igdOnly(IgdVersion version); ///< speaks UPnP alone, and says nothing to the others
    [[nodiscard]] static Config silent();                    ///< never answers
    [[nodiscard]] static Config featureOff();                ///< refuses every mapping with NOT_AUTHORIZED
    [[nodiscard]] static Config miniupnpd();       ///< miniupnpd 2.3.1 as Debian 12 ships it, as far as the knobs go
    [[nodiscard]] static Config refusesPortZero(); ///< refuses "no preference" as external port
    [[nodiscard]] static Config shortLifetimes();  ///< at most 60 s, another external port at every renewal
    [[nodiscard]] static Config garbage();         ///< answers undecodable octets
    [[nodiscard]] static Config slow(std::chrono::milliseconds delay);        ///< answers late
    [[nodiscard]] static Config answersFromElsewhere(const Endpoint& source); ///< answers from another address
    [[nodiscard]] static Config noConnection();                               ///< has no external address
    [[nodiscard]] static Config privateAddress();  ///< is itself behind a NAT: its external address is of RFC 1918
    [[nodiscard]] static Config carrierGradeNat(); ///< is behind its provider's NAT: its external one is of RFC 6598
    [[nodiscard]] static Config fullTable();       ///< has no room for a mapping: NO_RESOURCES
    [[nodiscard]] static Config keepsEpoch();      ///< a day old, and its epoch goes on though it loses its mappings
    [[nodiscard]] static Config updatesOnly();     ///< announces nothing, and tells of changes by Mapping Updates
    [[nodiscard]] static Config authenticationRequired(); ///< grants nothing without authentication (RFC 7652)

    /// Why no gateway may be like that; nothing if it may. `Gateway` takes no such configuration.
    [[nodiscard]] std::optional<std::string_view> contradiction() const noexcept;
};

} // namespace portolan::simulator
