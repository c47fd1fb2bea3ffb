// SPDX-License-Identifier: MIT
export module portolan.upnp:types;

import portolan.std;
import portolan.session;
import :error;
import :http;
import :url;
import :ssdp;

export namespace portolan::upnp {

using session::Duration;
using session::Endpoint;
using session::EventKind;
using session::MappingId;
using session::TimePoint;

/// What a control point is about and how it behaves.
struct Config {
    wire::Address gateway;       ///< the address it is asked at
    wire::Address clientAddress; ///< this host's address towards it: IPv4 for mappings, IPv6 for pinholes
    std::vector<OnLink> onLink;  ///< the networks of the link, where further addresses of the gateway may lie
    /// What the descriptions of our mappings begin with, up to 32 printable ASCII characters. Mappings of this host
    /// that carry it are ours, also those of an earlier run; all others are left alone.
    std::string mark = "Portolan";
    std::uint64_t seed = 0;                            ///< of the jitter; another one for each run of the program
    std::uint16_t searchPort = ssdpPort;               ///< where gateways are searched
    bool searchByGroup = true;                         ///< all devices are asked, too, not just the gateway
    bool waitForTurn = false;                          ///< do not search before `handleSearchTurn`
    Duration requestTimeout = std::chrono::seconds{6}; ///< how long an answer is waited for
    Duration verifyAfter = std::chrono::seconds{8};    ///< a new mapping is looked at after as long
    Duration pollInterval = std::chrono::minutes{5};   ///< how often the gateway is looked at while something is held
    Duration checkInterval = std::chrono::minutes{30}; ///< how often a permanent mapping is looked at
    Duration lifetimeCap = std::chrono::hours{24};     ///< longer leases are not asked for
    std::uint32_t requestsPerSecond = 10;              ///< at most, after a burst; 0 = no ceiling
    std::uint32_t requestBurst = 20;                   ///< at once, one after another
    std::size_t maxMappings = 512;                     ///< more are refused: routers have room for few
};

/// A mapping, or a pinhole, that is wanted.
struct MappingRequest {
    wire::Protocol protocol = wire::Protocol::tcp; ///< TCP or UDP
    std::uint16_t internalPort = 0;                ///< not 0
    std::uint16_t suggestedPort = 0;               ///< 0 = the internal one; means nothing to a pinhole
    bool exactly = false;                          ///< the suggested port or none
    std::chrono::seconds lifetime{7200};
    /// What people may read at the gateway, after our mark: what is not printable ASCII, or too long, is not written. A
    /// pinhole has none.
    std::string description{};
};

/// What the gateway granted.
struct Grant {
    Endpoint external;                ///< all-zeros address while unknown; a pinhole's is the client's own
    std::chrono::seconds lifetime{0}; ///< 0 = for ever, as the gateway would have it no other way

    friend bool operator==(const Grant&, const Grant&) = default;
};

/// One thing that happened. The kinds are those of `session::Event`.
struct Event {
    EventKind kind{};
    MappingId id{};
    Grant grant;                        ///< after the event; for `lost` and `released` the last one
    std::error_code error;              ///< of `refused` and `released`
    std::chrono::seconds retryAfter{0}; ///< of `refused`
    std::string detail;                 ///< of `refused` and `released`: what came back, `printable()`; may be empty
};

/// Names a request of HTTP.
enum class ExchangeId : std::uint64_t {};

/// A request of HTTP to be made, on a connection of its own from `Config::clientAddress` to the address in the URL,
/// which is the gateway's. Redirections are not followed.
struct HttpExchange {
    ExchangeId id{};
    Url url;
    std::string octets;
    HttpLimits limits; ///< of the answer
};

/// What came in and went out, for diagnosis.
struct Statistics {
    std::uint64_t searches = 0;      ///< datagrams of SSDP sent
    std::uint64_t requests = 0;      ///< of HTTP
    std::uint64_t failures = 0;      ///< requests of HTTP without a usable answer
    std::uint64_t foreign = 0;       ///< datagrams of somebody who cannot be the gateway
    std::uint64_t undecodable = 0;   ///< datagrams that are not SSDP
    std::uint64_t announcements = 0; ///< of the gateway
    std::uint64_t refusedUrls = 0;   ///< which would have led to somebody else
    Duration roundTrip{0};           ///< of the last request of HTTP that had an answer, its connection included
};

} // namespace portolan::upnp
