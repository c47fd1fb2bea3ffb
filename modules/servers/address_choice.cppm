// SPDX-License-Identifier: MIT
export module portolan.servers:address_choice;

import portolan.std;
import portolan.session;

export namespace portolan::servers {

/// MRC: how often a server is asked at one address before the next one is tried (RFC 7488 §3); `session::Config` takes
/// it.
inline constexpr std::uint32_t maxTransmissions = 4;

/// When a server that was asked at all of its addresses in vain is asked again (RFC 7488 §3).
inline constexpr session::Duration restTime = std::chrono::minutes{15};

/// Which of its addresses a server is asked at: the first of a sorted list that answers, for as long as it does
/// (RFC 7488 §3). For several servers there are several of these, which know nothing of one another (§4).
///
/// It speaks to nobody: its owner has a session for each address, gives them `maxTransmissions`, and tells what became
/// of what was asked. The contract is a session's: after every `handle...`, look at `state()` and `current()`, then
/// wait for `nextTimeout()` or for something to tell, whichever is first. What is told of another address than the
/// current one changes nothing.
class AddressChoice {
public:
    enum class State : std::uint8_t {
        unsorted, ///< the addresses are to be sorted, and given to `handleAddresses`
        asking,   ///< the current address is to be asked
        resting,  ///< none answered; `nextTimeout()` says when all are tried again
    };

    [[nodiscard]] State state() const noexcept { return state_; }

    /// The address in turn; nothing while unsorted or resting.
    [[nodiscard]] std::optional<session::Endpoint> current() const noexcept;

    /// Takes the addresses, best first. None: rests.
    void handleAddresses(session::TimePoint now, std::vector<session::Endpoint> sorted);

    /// Takes the addresses as they are since the network changed: the current one stays current, if it is among them.
    void handleChange(session::TimePoint now, std::vector<session::Endpoint> sorted);

    /// Takes what the session of an address reported. An answer is an answer, whatever it says; silence is
    /// `Errc::noAnswer`; a hard error is one of the network (`Errc::unreachable`), or a version that nobody here
    /// speaks.
    void handleEvent(session::TimePoint now, const session::Endpoint& from, const session::Event& event);

    /// Takes the news that an address does not answer any more: `session::Session::isUnresponsive()`.
    void handleSilence(session::TimePoint now, const session::Endpoint& from);

    /// Takes the news of a hard error about an address, whatever was asked there.
    void handleHardError(session::TimePoint now, const session::Endpoint& from);

    /// Begins anew, if it rests: somebody asks for something new.
    void handleRequest();

    void handleTimeout(session::TimePoint now);

    [[nodiscard]] std::optional<session::TimePoint> nextTimeout() const noexcept;

private:
    [[nodiscard]] bool isCurrent(const session::Endpoint& from) const noexcept { return current() == from; }

    void enter(session::TimePoint now, std::size_t at);
    void startAnew();

    std::vector<session::Endpoint> sorted_;
    std::size_t at_ = 0;
    State state_ = State::unsorted;
    bool answered_ = false;                 ///< the current one, since it is the current one
    std::optional<session::Endpoint> last_; ///< to be tried after all others, since it has just failed
    session::TimePoint restUntil_{};
};

} // namespace portolan::servers
