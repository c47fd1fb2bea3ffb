// SPDX-License-Identifier: MIT
// What a control point remembers of one mapping. Not exported.
export module portolan.upnp:record;

import portolan.std;
import portolan.session;
import :types;

namespace portolan::upnp {

/// What is wanted of the gateway.
enum class Phase : std::uint8_t {
    wanted,  ///< a mapping to be created
    held,    ///< a mapping to be kept
    leaving, ///< a mapping to be deleted
    query,   ///< the external address
    search,  ///< the gateway, to be known
};

/// The request that is next, or under way, about a mapping.
enum class Step : std::uint8_t {
    idle,   ///< none; the deadline says when one will be
    look,   ///< GetSpecificPortMappingEntry
    list,   ///< GetGenericPortMappingEntry, where the gateway cannot say about one
    add,    ///< AddPortMapping or AddAnyPortMapping; AddPinhole
    renew,  ///< UpdatePinhole
    remove, ///< DeletePortMapping; DeletePinhole
    ask,    ///< GetExternalIPAddress, for a query
};

/// Before any time that a control point is told.
inline constexpr TimePoint never = TimePoint::min();

/// What the last look at the gateway's table said of a port.
enum class Seen : std::uint8_t { unknown, nothing, ours };

struct Record {
    MappingId id{};
    MappingRequest request;
    Phase phase = Phase::wanted;
    Step step = Step::idle;
    Seen seen = Seen::unknown;
    std::uint16_t port = 0;     ///< external, asked for or held
    std::uint16_t reported = 0; ///< the external port that was told last
    bool mayStand = false;      ///< the gateway was asked to make it
    bool unsure = false;        ///< a pinhole was asked for or renewed, and no answer said whether it was
    bool permanent = false;     ///< as it stands
    bool renewing = false;      ///< to be made anew for longer, not just looked at
    bool recovering = false;    ///< found missing
    bool fresh = false;         ///< made where nothing was: to be verified
    bool triedPermanent = false;
    bool replacing = false;          ///< deleted to be made again, as the gateway does not renew
    bool unheard = false;            ///< refused for want of an answer
    bool anywhere = false;           ///< deleted at whatever external port it is found
    std::uint8_t portTries = 0;      ///< external ports found taken
    std::uint8_t asked = 0;          ///< requests since the last event
    std::uint8_t silent = 0;         ///< in a row without an answer, looks that were answered apart
    std::uint8_t refusals = 0;       ///< in a row
    std::uint8_t vanished = 0;       ///< in a row, soon after they were granted
    std::uint8_t renewals = 0;       ///< attempts since the last grant
    std::uint16_t index = 0;         ///< in the gateway's list
    std::optional<MappingId> behind; ///< begins when this deletion of the same port has ended
    std::optional<std::uint16_t> pinhole;
    std::optional<std::string> altered; ///< the description that the gateway made of ours
    std::chrono::seconds granted{0};
    std::chrono::seconds longest{0}; ///< the gateway gives no longer lease, as was seen; 0 = not seen
    TimePoint deadline = never;      ///< of an idle record
    TimePoint renewAt;
    TimePoint expiry;
    TimePoint giveUp; ///< of a deletion

    /// Whether it is about no mapping.
    [[nodiscard]] bool isQuestion() const noexcept { return phase == Phase::query || phase == Phase::search; }

    [[nodiscard]] bool isFor(const MappingRequest& other) const noexcept {
        return !isQuestion() && request.protocol == other.protocol && request.internalPort == other.internalPort;
    }

    [[nodiscard]] bool ends() const noexcept { return phase == Phase::held && !permanent; }
};

} // namespace portolan::upnp
