// SPDX-License-Identifier: MIT
// What a referee remembers of one request that more than one protocol may serve. Not exported.
export module portolan.race:contest;

import portolan.std;
import portolan.session;
import :types;

namespace portolan::race {

enum class Want : std::uint8_t { mapping, deletion, address };

/// Who has a mapping.
enum class Holder : std::uint8_t { nobody, session, upnp };

/// Whether a no of PCP or NAT-PMP says that they are not spoken here, so that UPnP may be. Whatever else the gateway
/// says is its answer, whichever protocol it is asked by.
[[nodiscard]] bool isNotSpoken(const std::error_code& error);

struct Contest {
    Want want{};
    MappingRequest request{};
    std::optional<MappingId> session{}; ///< what it is to the session, while that is asked or has it
    std::optional<MappingId> upnp{};    ///< likewise of the control point
    bool waits = false;                 ///< UPnP is to be asked, but the gateway is not known, or it is not its turn
    Holder holder = Holder::nobody;
    bool leaving = false;                        ///< wanted no more
    bool removed = false;                        ///< of a deletion: UPnP had the mapping, and has deleted it
    std::uint64_t heard = 0;                     ///< what the session had heard of the gateway when it was asked
    TimePoint searchAt{};                        ///< UPnP is not begun before
    TimePoint askAt{};                           ///< and not asked before, unless the session has said no
    TimePoint verdictAt{};                       ///< the session's silence is a no from then on
    std::optional<TimePoint> due{};              ///< when it is to be looked at
    std::optional<MappingId> withdrawn{};        ///< asked of the session before, and to be undone before UPnP is asked
    std::optional<session::Event> sessionSaid{}; ///< its last no; of a deletion, its end
    std::optional<Said> upnpSaid{};              ///< its last no; of a deletion, its end
    std::chrono::seconds retryUpnp{0};           ///< after such a no, UPnP is asked again so much later
    session::Grant grant{};                      ///< by UPnP
    session::GrantedOptions options{};           ///< likewise
};

} // namespace portolan::race
