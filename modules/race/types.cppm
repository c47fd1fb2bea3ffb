// SPDX-License-Identifier: MIT
export module portolan.race:types;

import portolan.std;
import portolan.session;

export namespace portolan::race {

using session::Duration;
using session::EventKind;
using session::MappingId;
using session::MappingRequest;
using session::TimePoint;
using session::Via;

/// Which protocols to speak.
enum class Speak : std::uint8_t {
    any,    ///< PCP, NAT-PMP and UPnP side by side, and whichever serves first; PCP and NAT-PMP preferred
    pcp,    ///< only PCP
    natPmp, ///< only NAT-PMP
    upnp,   ///< only UPnP
    strict, ///< PCP, then NAT-PMP (RFC 6886 §1.1), and UPnP only once both have failed
};

/// What is left for a session to speak.
[[nodiscard]] constexpr session::Speak ofSession(Speak speak) noexcept {
    switch (speak) {
    case Speak::pcp:
        return session::Speak::pcp;
    case Speak::natPmp:
        return session::Speak::natPmp;
    default:
        return session::Speak::any;
    }
}

/// How a race is run.
struct Config {
    Speak speak = Speak::any;
    /// PCP and NAT-PMP are given so long before UPnP is asked for a mapping, unless they have said no. Shorter than any
    /// search by SSDP, so that it costs nothing.
    Duration grace = std::chrono::milliseconds{250};
    /// A gateway known to speak PCP or NAT-PMP that has not answered for so long may have forgotten how.
    Duration doubt = std::chrono::seconds{1};
    /// Silence of PCP and NAT-PMP for so long is a no: a request and a repetition went unanswered.
    Duration patience = std::chrono::seconds{4};
    /// For how long it is remembered what the gateway speaks.
    Duration memory = std::chrono::minutes{10};
    /// For how long it is tried to take back what PCP was asked for, where it never said anything.
    Duration undoing = std::chrono::seconds{1};
};

/// What a protocol said, if not yes.
struct Said {
    bool byUpnp = false;
    std::error_code error;
    std::string detail{}; ///< by UPnP: what came back; may be empty
};

/// One thing that happened, whichever protocol it is about: `grant.via` and, of a refusal, `byUpnp` tell.
struct Event : session::Event {
    bool byUpnp = false;         ///< `error` is UPnP's
    std::string detail{};        ///< of such an error: what came back; may be empty
    std::optional<Said> other{}; ///< what the other protocol said, where none serves
};

} // namespace portolan::race
