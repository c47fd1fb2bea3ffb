// SPDX-License-Identifier: MIT
// What a session remembers of one mapping. Kept small: a host may hold tens of thousands. Not exported.
export module portolan.session:record;

import portolan.std;
import portolan.error;
import :time;
import :types;
import :mapping_options;

namespace portolan::session {

/// What is wanted of the gateway.
enum class Phase : std::uint8_t {
    free,    ///< the record is unused
    wanted,  ///< a mapping to be created
    held,    ///< a mapping to be kept
    leaving, ///< a mapping to be deleted
};

/// Where the conversation about it stands.
enum class Exchange : std::uint8_t {
    idle,         ///< nothing under way; the deadline says when something will be
    queued,       ///< in line for transmission by PCP
    awaiting,     ///< sent by PCP a moment ago: it holds a place in the window
    overdue,      ///< sent by PCP and not answered for long; the deadline says when to send again
    natPmpQueued, ///< in line for NAT-PMP
    natPmpAsking, ///< being asked by NAT-PMP
};

inline constexpr std::size_t exchangeCount = 6;

/// How plain a request has to be for its gateway.
enum class Plainness : std::uint8_t {
    full,    ///< all options, as they are wanted
    aligned, ///< without optional ones whose data is no multiple of 4 octets: miniupnpd 2.3.1 takes them for malformed
    bare,    ///< without optional ones
};

/// What few mappings have.
struct Extras {
    std::optional<Endpoint> remote; ///< of an outbound mapping
    std::optional<wire::Address> thirdParty;
    bool preferFailure = false;
    Endpoint wantedExternal; ///< what was suggested at first: with PREFER_FAILURE, nothing else will do
    std::vector<wire::Filter> filters;
    std::vector<std::uint8_t> thirdPartyId;
    OptionWishes wishes;
    GrantedOptions granted{};
    Plainness plainness = Plainness::full;
    bool changed = false; ///< the wishes are other than those sent last
};

/// Stands for "no record", and for "not in the heap".
inline constexpr std::uint32_t nowhere = 0xffffffff;

/// Before any time that a session is told.
inline constexpr TimePoint never = TimePoint::min();

struct Record {
    wire::Nonce nonce;
    wire::Protocol protocol{};
    Phase phase = Phase::free;
    Exchange exchange = Exchange::idle;
    Via via = Via::pcp;
    wire::Address externalAddress; ///< assigned, or suggested while nothing is
    std::uint16_t internalPort = 0;
    std::uint16_t externalPort = 0; ///< assigned, or suggested while nothing is
    std::uint32_t requestedSeconds = 0;
    std::uint32_t grantedSeconds = 0;
    std::uint32_t epochSeconds = 0; ///< of the last grant
    std::uint32_t generation = 1;
    std::uint32_t heapPosition = nowhere;
    std::uint32_t previous = nowhere; ///< in the list of its exchange
    std::uint32_t next = nowhere;
    std::uint16_t transmissions = 0;   ///< of the request under way
    std::uint8_t renewals = 0;         ///< attempts since the last grant
    wire::ResultCode refusal{};        ///< of PCP to what was sent last
    bool keyV4 : 1 = true;             ///< the family of the external address that was asked for
    bool isQuery : 1 = false;          ///< an address query or a probe, not a mapping
    bool isProbe : 1 = false;          ///< a probe
    bool recovering : 1 = false;       ///< the gateway lost its state: ask like for a new mapping, report `recovered`
    bool needsAddress : 1 = false;     ///< granted by NAT-PMP, the external address not yet known: not yet reported
    bool askedByPcp : 1 = false;       ///< a PCP request was sent: answers by PCP may come
    bool mayStandByPcp : 1 = false;    ///< the gateway may have granted it by PCP, whether we know or not
    bool mayStandByNatPmp : 1 = false; ///< the same by NAT-PMP
    bool unanswered : 1 = false;       ///< held back because the gateway was silent or unreachable
    bool wantedAgain : 1 = false;      ///< deleted only to be requested anew
    bool suggestWanted : 1 = false;    ///< suggest the external side that was wanted at first, not the assigned one
    Duration wait{0};                  ///< the last retransmission wait
    TimePoint deadline;
    TimePoint started; ///< first transmission of the request under way
    TimePoint granted; ///< when the last grant came
    TimePoint lastSent = never;
    TimePoint mismatchSent = never; ///< `lastSent` when a grant came that PREFER_FAILURE excludes
    TimePoint holdUntil = never;    ///< an error says: not before
    std::unique_ptr<Extras> extras;

    [[nodiscard]] TimePoint expiry() const noexcept { return granted + std::chrono::seconds{grantedSeconds}; }

    [[nodiscard]] bool exactly() const noexcept { return extras && extras->preferFailure; }

    /// An outbound mapping, asked for by PEER.
    [[nodiscard]] bool isPeer() const noexcept { return extras && extras->remote; }

    /// The internal ports that are wanted: more than one of a port set only.
    [[nodiscard]] std::uint32_t portCount() const noexcept {
        if (!extras || !extras->wishes.portSet) {
            return 1;
        }
        return std::min<std::uint32_t>(extras->wishes.portSet->size, 0x10000U - internalPort);
    }

    /// Whether it could be deleted at the gateway: PEER cannot do that (RFC 6887 §12.1), and a probe maps nothing.
    [[nodiscard]] bool isDeletable() const noexcept { return !isPeer() && !isProbe; }
};

/// What a response is attributed by (RFC 6887 §11.4), with the family of the external address: one internal port may
/// have a mapping of each.
struct RecordKey {
    wire::Address internalAddress; ///< of a third party; all zeros for this host itself
    std::uint16_t internalPort = 0;
    wire::Protocol protocol{};
    bool externalV4 = true;

    friend bool operator==(const RecordKey&, const RecordKey&) = default;
};

/// What a PEER response is attributed by (RFC 6887 §12.4).
struct PeerKey {
    RecordKey local;
    Endpoint remote;

    friend bool operator==(const PeerKey&, const PeerKey&) = default;
};

/// The same where several hosts share the third party's address (RFC 7843 §5.2).
struct NamedKey {
    RecordKey local;
    Endpoint remote; ///< all zeros of an inbound mapping
    std::vector<std::uint8_t> thirdPartyId;

    friend bool operator==(const NamedKey&, const NamedKey&) = default;
};

/// All that tells one mapping from another, whichever of the keys above it has.
struct FullKey {
    RecordKey local;
    std::optional<Endpoint> remote{}; ///< of an outbound mapping
    wire::Bytes thirdPartyId{};       ///< empty: none
};

} // namespace portolan::session
