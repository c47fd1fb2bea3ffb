// SPDX-License-Identifier: MIT
export module portolan.race:referee;

import portolan.std;
import portolan.session;
import portolan.upnp;
import :types;
import :contest;

export namespace portolan::race {

/// Stands above the session and the control point of one gateway and decides which of them serves, in the words of
/// `session::Session`. Both are begun at once; UPnP is asked for a mapping only when the gateway is known and has not
/// answered by PCP or NAT-PMP, so that there are never two. What the gateway speaks is remembered for a while.
///
/// Requests that UPnP cannot express go to the session alone, under the session's own names.
///
/// The contract: after every `handle...`, and after the session or the control point was given something, call
/// `pollEvent` until it has nothing, and begin anew while `takeAsked` tells that one of them has something to send.
class Referee {
public:
    /// Without a control point, the session alone is asked. Both have to live as long.
    Referee(const Config& config, session::Session& session, upnp::ControlPoint* point);

    /// As of `session::Session`. `Errc::notAvailable` where only UPnP is to be spoken, and cannot express it.
    result<MappingId> handleRequest(TimePoint now, const MappingRequest& request);

    /// As of `session::Session`, and what an earlier run left by UPnP. A gateway that speaks PCP or NAT-PMP is taken at
    /// its word.
    result<MappingId> handleDelete(TimePoint now, const MappingRequest& request);

    /// As of `session::Session`.
    result<MappingId> handleAddressQuery(TimePoint now, const wire::Nonce& nonce, std::uint16_t internalPort);

    /// As of `session::Session`; UPnP has no such question.
    result<MappingId> handleProbe(TimePoint now);

    /// As of `session::Session`. `Errc::notAvailable` for a mapping by UPnP.
    result<void> handleChange(TimePoint now, MappingId id, const session::MappingChange& change);

    void handleRelease(TimePoint now, MappingId id);
    void handleDetach(MappingId id);

    /// As of `session::Session`; the control point looks after what it holds, too.
    bool handleAnnouncement(TimePoint now, const session::Endpoint& from, wire::Bytes datagram);
    void handleDoubt(TimePoint now);
    void handleReturn(TimePoint now);

    /// To be called at `nextTimeout()`, or whenever; after those of the session and the control point.
    void handleTimeout(TimePoint now);

    [[nodiscard]] std::optional<Event> pollEvent(TimePoint now);

    /// Whether the session or the control point was asked for something since the last call.
    [[nodiscard]] bool takeAsked() noexcept { return std::exchange(asked_, false); }

    /// When `handleTimeout` is next due, beside the session's and the control point's own.
    [[nodiscard]] std::optional<TimePoint> nextTimeout() const;

    /// What is not yet at its end, of whichever protocol.
    [[nodiscard]] std::size_t size() const noexcept;

    /// Whether it is still remembered what the gateway speaks.
    [[nodiscard]] bool remembers(TimePoint now) const noexcept { return known_ && now < knownUntil_; }

    /// As of `session::Session`.
    [[nodiscard]] std::uint32_t transmissions(MappingId id) const;
    [[nodiscard]] std::optional<MappingRequest> request(MappingId id) const;
    [[nodiscard]] const session::GrantedOptions* options(MappingId id) const;

    /// Whether UPnP was asked for this mapping and the gateway may have it, though it has not said so.
    [[nodiscard]] bool mayStandByUpnp(MappingId id) const;

    /// Why UPnP does not serve this, as far as is known; nothing where it is not spoken.
    [[nodiscard]] std::optional<Error> upnpSays(MappingId id) const;

    [[nodiscard]] const Config& config() const noexcept { return config_; }

private:
    enum class Known : std::uint8_t { bySession, byUpnp };

    // fit.cpp: what UPnP can express
    [[nodiscard]] std::string_view lacks(const MappingRequest& request) const;
    [[nodiscard]] upnp::MappingRequest translate(const Contest& contest) const;
    [[nodiscard]] std::optional<std::string> descriptionByUpnp(const Contest& contest) const;
    [[nodiscard]] bool speaksUpnp() const noexcept;

    // contest.cpp: the turns of the protocols
    result<MappingId> begin(TimePoint now, Contest contest, const std::function<result<MappingId>()>& askSession);
    void setTimes(TimePoint now, Contest& contest) const;
    void rejoin(TimePoint now, MappingId id, Contest& contest);
    void askSessionToo(TimePoint now, MappingId id, Contest& contest);
    void askWithdrawnAgain(TimePoint now, MappingId id, Contest& contest);
    void step(TimePoint now, MappingId id, Contest& contest);
    [[nodiscard]] bool mayAskUpnp(TimePoint now, MappingId id, Contest& contest);
    void setDue(TimePoint now, MappingId id, Contest& contest);
    void clearDue(MappingId id, Contest& contest);
    [[nodiscard]] bool heard(const Contest& contest) const noexcept;

    // session_side.cpp: what the session tells
    void takeSession(TimePoint now, const session::Event& event);
    void sessionToldAlone(TimePoint now, const session::Event& event);
    void sessionTold(TimePoint now, MappingId id, Contest& contest, const session::Event& event);
    void sessionGranted(TimePoint now, MappingId id, Contest& contest, const session::Event& event);
    void sessionLost(TimePoint now, MappingId id, Contest& contest, const session::Event& event);
    void sessionRefused(TimePoint now, MappingId id, Contest& contest, const session::Event& event);

    // upnp_side.cpp: what the control point tells
    void takeUpnp(TimePoint now, const upnp::Event& event);
    void searchFailed(TimePoint now, const upnp::Event& event);
    void upnpTold(TimePoint now, MappingId id, Contest& contest, const upnp::Event& event);
    void upnpGranted(TimePoint now, MappingId id, Contest& contest, const upnp::Event& event);
    void upnpRefused(TimePoint now, MappingId id, Contest& contest, const upnp::Event& event);
    void upnpLost(TimePoint now, MappingId id, Contest& contest, const upnp::Event& event);
    void askUpnp(TimePoint now, MappingId id, Contest& contest);
    void search(TimePoint now, MappingId id);
    void searchNoMore(MappingId id);

    [[nodiscard]] bool isReady() const noexcept { return point_->stage() == upnp::Stage::ready; }

    // verdict.cpp: what is told when none of them serves, and of deletions
    void settle(TimePoint now, MappingId id, Contest& contest);
    void settleDeletion(TimePoint now, MappingId id, Contest& contest);
    void tellRefused(MappingId id, Contest& contest);
    void tell(MappingId id, const session::Event& event);
    void tell(MappingId id, const Contest& contest, const upnp::Event& event);

    // ends.cpp: who loses, and who leaves
    [[nodiscard]] bool mayStandBySession(MappingId session) const;
    void endSession(TimePoint now, Contest& contest);
    void endUpnp(TimePoint now, MappingId id, Contest& contest);
    void leave(TimePoint now, MappingId id, Contest& contest);
    void finishLeaving(MappingId id, Contest& contest);
    void erase(MappingId id);
    [[nodiscard]] bool isBeingWithdrawn(const Contest& contest) const;
    void undoneUpnp(TimePoint now, const upnp::Event& event);
    void undoUpnpAgain(TimePoint now);
    void undoneSession(TimePoint now, MappingId session, const session::Event* event = nullptr);
    void learn(TimePoint now, Known known);

    void look(TimePoint now);

    struct Undoing {
        TimePoint limit;                 ///< when it is given up
        std::optional<MappingId> before; ///< who waits for it
    };

    struct UndoingUpnp {
        /// What the session was asked for instead: some gateways have one table for all, and what is deleted by the one
        /// protocol is gone for the other.
        std::optional<MappingId> session;
        upnp::MappingRequest request; ///< what is taken back
        bool isAgain = false;         ///< it was tried before
    };

    Config config_;
    session::Session& session_;
    upnp::ControlPoint* point_;
    std::map<MappingId, Contest> contests_;
    std::map<MappingId, MappingId> bySession_; ///< those that have another name there
    std::map<MappingId, MappingId> byUpnp_;
    std::map<MappingId, Undoing> undoingSession_;     ///< what is only to be taken back, by the session's names
    std::map<MappingId, UndoingUpnp> undoingUpnp_;    ///< likewise by the control point's
    std::multimap<TimePoint, UndoingUpnp> undoAgain_; ///< what it could not take back, and when it is to try once more
    std::set<MappingId> searchers_;                   ///< who waits for the gateway to be known
    std::optional<MappingId> search_;
    bool wasReady_ = false;
    std::set<std::pair<TimePoint, MappingId>> due_;
    std::deque<Event> events_;
    std::uint64_t lastId_ = 0;
    bool asked_ = false;
    std::optional<Known> known_; ///< what served last
    TimePoint knownUntil_{};
};

} // namespace portolan::race
