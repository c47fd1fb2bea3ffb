// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

// What a session remembers of one mapping. Kept small: a host may hold tens of thousands. Not exported.
export module portolan.session:record;

import portolan.error;
import :time;
import :types;

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
    queued,       ///< in the queue for transmission by PCP
    awaiting,     ///< sent by PCP, the deadline says how long to wait
    natPmpQueued, ///< in the NAT-PMP queue, or being asked by NAT-PMP
};

/// What few mappings have.
struct Extras {
    std::optional<wire::Address> thirdParty;
    bool preferFailure = false;
    std::vector<wire::Filter> filters;
};

inline constexpr std::uint32_t notInHeap = 0xffffffff;

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
    std::uint32_t epochSeconds = 0;
    std::uint32_t generation = 0;
    std::uint32_t heapPosition = notInHeap;
    std::uint16_t transmissions = 0; ///< of the request under way
    std::uint8_t renewals = 0;       ///< attempts since the last grant
    bool keyV4 = true;               ///< the family of the external address that was asked for
    bool isQuery = false;            ///< an address query, not a mapping
    bool recovering = false;         ///< the gateway lost its state: ask like for a new mapping, report `recovered`
    bool needsAddress = false;       ///< granted by NAT-PMP, the external address not yet known
    bool askedByPcp = false;         ///< a PCP request was sent: answers by PCP may come
    bool askedByNatPmp = false;      ///< a NAT-PMP request was sent
    bool mayStand = false;           ///< the gateway may have granted it without our knowing
    bool wrongExternal = false;      ///< a grant came that PREFER_FAILURE should have prevented
    Duration wait{0};                ///< the last retransmission wait
    TimePoint deadline;
    TimePoint started; ///< first transmission of the request under way
    TimePoint granted; ///< when the last grant came
    TimePoint lastSent;
    TimePoint holdUntil;
    std::unique_ptr<Extras> extras;

    [[nodiscard]] TimePoint expiry() const noexcept { return granted + std::chrono::seconds{grantedSeconds}; }
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

} // namespace portolan::session
