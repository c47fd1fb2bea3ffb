// SPDX-License-Identifier: MIT
export module portolan.simulator:igd_config;

import portolan.std;
import portolan.wire;
import :endpoint;

export namespace portolan::simulator {

/// The version of the Internet Gateway Device that the gateway is, if it speaks UPnP at all.
enum class IgdVersion : std::uint8_t { off = 0, v1 = 1, v2 = 2 };

/// Which searches (M-SEARCH) are answered.
enum class Searches {
    all,
    igd1Only,       ///< for urn:schemas-upnp-org:device:InternetGatewayDevice:1 alone
    rootDeviceOnly, ///< for upnp:rootdevice alone
};

/// What real gateways do otherwise than UPnP says; all off by default.
struct IgdQuirks {
    bool permanentLeasesOnly = false; ///< a lease other than 0 is 725 OnlyPermanentLeasesSupported
    bool leaseIsInvalid = false;      ///< a lease other than 0 is 402 Invalid Args
    bool clampsLeases = false;        ///< a lease that is too long is cut, not refused (miniupnpd 2.3.1)
    bool leasesInHours = false;       ///< leases read back are whole hours, rounded down
    bool conflictForForeign = false;  ///< a mapping for another host is 718, not 606 (miniupnpd 2.3.1)
    bool replacesOthers = false;      ///< AddPortMapping takes the port from another host, and says nothing
    bool anyReplaces = false;         ///< AddAnyPortMapping replaces what the same host has there (miniupnpd 2.3.1)
    bool anyProtocolCase = false;     ///< "udp" is taken for "UDP" (miniupnpd 2.3.1)
    bool answersTwice = false;        ///< every search is answered twice (miniupnpd 2.3.1)
    bool ignoresUnicast = false;      ///< searches by unicast are not answered
    bool ignoresMulticast = false;    ///< nor those by multicast
    Searches searches = Searches::all;
    bool urlBase = false;                ///< the description has a URLBase, and its URLs are relative to it
    bool doubleSlashes = false;          ///< URLs in the description have double slashes, and only so are they served
    bool ppp = false;                    ///< WANPPPConnection instead of WANIPConnection
    unsigned idleWans = 0;               ///< so many WAN devices without a connection come before the one that has it
    std::optional<std::string> location; ///< this URL is told instead of the description's own
    std::optional<std::chrono::milliseconds> dropsAfter; ///< mappings vanish after this time, whatever their lease
    bool movesOnRestart = false;                         ///< a restart changes the UUID and the port of HTTP
};

/// What the gateway offers of UPnP IGD.
struct IgdConfig {
    IgdVersion version = IgdVersion::off;
    bool firewall = true;              ///< WANIPv6FirewallControl:1, of a gateway of version 2
    bool firewallEnabled = true;       ///< off: its actions are 702 FirewallDisabled
    bool pinholesAllowed = true;       ///< off: its actions are 703 InboundPinholeNotAllowed
    bool remoteHosts = true;           ///< off: a RemoteHost is refused (726 of version 1)
    std::optional<bool> mapsForOthers; ///< whether a host may map for another one; not set: version 1 yes, 2 no
    std::chrono::seconds maxAge{1800}; ///< how long an announcement holds; repeated in half that time
    std::uint32_t upstreamBitRate = 20'000'000;
    std::uint32_t downstreamBitRate = 100'000'000;
    /// Where announcements (NOTIFY) go.
    std::vector<Endpoint> destinations{{wire::Address::v4(239, 255, 255, 250), 1900},
                                       {wire::Address{{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0c}}, 1900}};
    IgdQuirks quirks;

    /// Whether a host may map for another one.
    [[nodiscard]] bool othersMayBeMapped() const noexcept { return mapsForOthers.value_or(version == IgdVersion::v1); }
};

} // namespace portolan::simulator
