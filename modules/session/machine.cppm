// SPDX-License-Identifier: MIT
export module portolan.session:machine;

import portolan.std;
import portolan.error;
import :time;
import :random;
import :schedule;
import :epoch;
import :types;
import :mapping_options;
import :record;
import :timer_heap;
import :table;
import :nat_pmp_exchange;

export namespace portolan::session {

/// The port of the discard service (RFC 6887 §11.6).
inline constexpr std::uint16_t discardPort = 9;

/// The client's side of the conversation with one gateway: it requests mappings, renews, recovers and deletes them.
///
/// The contract: time, datagrams and randomness come in, datagrams, a deadline and events go out. After every
/// `handle...`, call `pollTransmit` and `pollEvent` until they have nothing; then wait for a datagram or for
/// `nextTimeout()`, whichever is first. A datagram that cannot be attributed is not an error: it is ignored, the
/// deadline stands, and it is counted. `now` never goes back.
class Session {
public:
    explicit Session(const Config& config);

    /// Wants a mapping, from now until `handleRelease`. Refuses what cannot be sent (`Errc::invalidRequest`, whose
    /// detail tells why), and a protocol, port and external family, to the same remote peer if it is an outbound
    /// mapping, that this session has already (`Errc::alreadyMapped`).
    result<MappingId> handleRequest(TimePoint now, const MappingRequest& request);

    /// Deletes a mapping that an earlier session made, whose nonce it has to be; an event `released` follows, with the
    /// error if the gateway refused or did not answer. Refuses as `handleRequest` does.
    result<MappingId> handleDelete(TimePoint now, const MappingRequest& request);

    /// Asks for the gateway's external address, once: an event `address` or `refused` follows and ends the query.
    /// PCP has no such question: a short UDP mapping of a port that nobody serves answers it (RFC 6887 §11.6), for
    /// which the nonce is. Where port 9 (discard) is refused, as many gateways refuse ports below 1024, another that
    /// the caller keeps to itself may do. The address is of the client address's family; NAT-PMP alone has none of
    /// IPv6 (`Errc::notAvailable`).
    result<MappingId> handleAddressQuery(TimePoint now, const wire::Nonce& nonce,
                                         std::uint16_t internalPort = discardPort);

    /// Asks whether the server is there, and what it is, once (ANNOUNCE, RFC 6887 §14.1.2): an event `probed` or
    /// `refused` follows and ends the probe. Nothing changes at the server. A gateway of NAT-PMP says so, or is asked
    /// for its external address where nothing but NAT-PMP is spoken. One probe at a time (`Errc::alreadyMapped`).
    result<MappingId> handleProbe(TimePoint now);

    /// Asks for a mapping with other wishes from now on, and renews it for that as soon as may be. Refuses what cannot
    /// be sent (`Errc::invalidRequest`), and an id that names no mapping (`Errc::mappingLost`).
    result<void> handleChange(TimePoint now, MappingId id, const MappingChange& change);

    /// Wants the mapping no more: it is deleted at the gateway, if the gateway may have heard of it; an event
    /// `released` follows. An outbound mapping is renewed no more and ends as the gateway has it (RFC 6887 §12.1); the
    /// event follows at once. A query or probe just ends, without an event.
    void handleRelease(TimePoint now, MappingId id);

    /// Forgets the mapping and leaves it standing at the gateway for its lifetime.
    void handleDetach(MappingId id);

    /// Takes a datagram and whom it came from.
    void handleDatagram(TimePoint now, const Endpoint& from, wire::Bytes datagram);

    /// Takes what came to the port where gateways announce themselves to all hosts (5350). Only an announcement of this
    /// session's server is heeded (RFC 6887 §14.1, RFC 6886 §3.2.1). True: it was one.
    bool handleAnnouncement(TimePoint now, const Endpoint& from, wire::Bytes datagram);

    /// Takes a hint from elsewhere that the server may have lost its state: one mapping is renewed within 5 s, and the
    /// epoch of the answer tells.
    void handleDoubt(TimePoint now);

    /// Takes a hint from elsewhere that the server may have lost this mapping: if it is held, it is renewed at once, or
    /// when a request for it that was just sent is 4 s old.
    void handleDoubtOf(TimePoint now, MappingId id);

    /// Takes the news that the way to the server is there again: it was gone, or this machine was suspended. What waits
    /// because nothing came back is asked at once, and one mapping is renewed as `handleDoubt` has it.
    void handleReturn(TimePoint now);

    /// Takes the news that the server's host or port cannot be reached (ICMP): what is being asked is refused with
    /// `Errc::unreachable` at once; what is held is kept and tried again at its next renewal; a deletion goes on as if
    /// it had not been answered.
    void handleUnreachable(TimePoint now);

    /// To be called at `nextTimeout()`, or whenever.
    void handleTimeout(TimePoint now);

    /// Writes the next datagram to the server into `room`, which holds 1100 octets, and returns its size; 0 = none.
    [[nodiscard]] std::size_t pollTransmit(TimePoint now, wire::Room room);

    [[nodiscard]] std::optional<Event> pollEvent();

    /// When `handleTimeout` is next due; nothing when only a datagram or a request can change anything.
    [[nodiscard]] std::optional<TimePoint> nextTimeout() const;

    [[nodiscard]] const Config& config() const noexcept { return config_; }

    [[nodiscard]] const Statistics& statistics() const noexcept { return statistics_; }

    /// Mappings, queries and probes that are not yet at their end.
    [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }

    /// How often the request under way for this id was sent; 0 if it has come to its end.
    [[nodiscard]] std::uint32_t transmissions(MappingId id) const;

    /// Until when the server wants to be asked nothing new, or nothing at all (NO_RESOURCES); may have passed.
    [[nodiscard]] TimePoint closedUntil() const noexcept { return std::max(noNewUntil_, silentUntil_); }

    /// Whether the renewal of a mapping was asked for four times in vain (MRC, RFC 7488 §3) and nothing was answered
    /// since: what is held here stands still, but the server cannot be spoken to.
    [[nodiscard]] bool isUnresponsive() const noexcept { return silentAt_ == statistics_.attributed; }

    /// What another server would have to be asked for to have the same there: with the external port that is held, or
    /// was wished for, and no external address. Nothing for what is not wanted.
    [[nodiscard]] std::optional<MappingRequest> request(MappingId id) const;

    /// What is held under this id, if it is.
    [[nodiscard]] std::optional<Grant> grant(MappingId id) const;

    /// What came of the wishes of this mapping; null if it had none. Valid until the next `handle...`.
    [[nodiscard]] const GrantedOptions* options(MappingId id) const;

    /// The PREFIX64 options that the server told last, and how often they changed (RFC 7225 §4.3): `wire::synthesize`
    /// makes addresses of them. Forgotten when the server does not answer. Valid until the next `handle...`.
    [[nodiscard]] wire::Options prefixes() const noexcept { return wire::Options::readable(prefixes_); }

    [[nodiscard]] std::uint64_t prefixesRevision() const noexcept { return prefixesRevision_; }

private:
    using Index = Table::Index;

    // requests.cpp: what the owner wants
    result<Index> admit(TimePoint now, const MappingRequest& request);
    std::optional<Index> addPeer(const FullKey& key, const wire::Nonce& nonce);
    void setKey(Index at, const RecordKey& key);
    std::optional<Index> addOrSupersede(TimePoint now, const FullKey& key, const wire::Nonce& nonce);
    void start(TimePoint now, Index at);

    // stranger.cpp: a server that may be none
    [[nodiscard]] bool isStranger() const noexcept { return config_.probeFirst && statistics_.attributed == 0; }

    void strangerAnswered();

    // release.cpp: what the owner wants no more
    void startDeletion(TimePoint now, Index at);
    void deletionAnswered(TimePoint now, Index at, const wire::MapResponse& response);
    void fallSilent(TimePoint now, Duration hold);
    void released(TimePoint now, Index at, std::error_code error);
    [[nodiscard]] std::uint32_t deletionTries(const Record& record) const;
    void end(Index at);

    // events.cpp
    [[nodiscard]] Grant grantOf(const Record& record) const;
    void emit(Index at, EventKind kind, std::error_code error = {}, Duration retryAfter = {});

    // exchange.cpp: from one stage of an exchange to another
    void leaveExchange(Index at);
    void enqueue(Index at);
    void idleUntil(Index at, TimePoint when);
    /// The deadline of a record that stands in a line: when it has waited too long.
    void boundWaiting(Index at);
    [[nodiscard]] TimePoint limitOf(const Record& record) const;

    // transmit.cpp: datagrams by PCP
    std::size_t transmitQueued(TimePoint now, wire::Room room);
    std::size_t transmitPcp(TimePoint now, Index at, wire::Room room);
    [[nodiscard]] bool hasToTransmit() const;
    [[nodiscard]] bool windowIsFull() const noexcept;
    void keepPlace(Index at);
    void freePlaces(TimePoint now) noexcept;

    // timeout.cpp: what is done when a deadline has come
    void runDue(TimePoint now);
    void deadlineReached(TimePoint now, Index at);
    void windowLeft(TimePoint now, Index at);
    void answerMissing(TimePoint now, Index at);
    [[nodiscard]] bool outOfTries(TimePoint now, const Record& record) const;

    // datagram.cpp: who is to take a datagram
    void handlePcp(TimePoint now, wire::Bytes datagram);
    void takeAnnouncement(TimePoint now, wire::Bytes datagram, std::optional<Index> probe);
    void handleNatPmp(TimePoint now, wire::Bytes datagram);
    void undecodable(const wire::Refusal& refusal);

    // another_address.cpp: those who share the server's address
    bool handleFromLink(TimePoint now, const Endpoint& from, wire::Bytes datagram);

    // map_response.cpp: answers by PCP
    void handleMapResponse(TimePoint now, const wire::MapResponse& response);
    [[nodiscard]] bool isPinhole(const wire::MapResponse& response) const noexcept;
    [[nodiscard]] std::optional<Index> attribute(const wire::MapResponse& response,
                                                 const std::optional<Endpoint>& remote) const;
    void handleAnswer(TimePoint now, std::optional<Index> at, const wire::MapResponse& response);
    [[nodiscard]] bool repeats(const Record& record, const wire::MapResponse& response) const;
    void mapGranted(TimePoint now, Index at, const wire::MapResponse& response);
    void queryAnswered(TimePoint now, Index at, const wire::MapResponse& response);
    void mapMismatched(TimePoint now, Index at);
    void mapRefused(TimePoint now, Index at, const wire::MapResponse& response);

    // peer.cpp: outbound mappings
    void handlePeerResponse(TimePoint now, const wire::PeerResponse& response);
    void dropSuggestion(Index at);

    // granted_options.cpp: what comes of the options
    void renewSoon(TimePoint now, Index at);
    static void noteOptions(Record& record, const wire::Options& options);
    static void notePlainGrant(Record& record, std::uint16_t externalPort, const wire::Address& externalAddress);
    bool retriedPlainer(Index at, wire::ResultCode code);
    void notePrefixes(const wire::Options& options);
    void forgetPrefixes();

    // port_set.cpp: sets of ports
    [[nodiscard]] bool overlapsOthers(const FullKey& key, std::uint32_t count) const;
    [[nodiscard]] std::optional<Index> attributeToSet(const wire::MapResponse& response, const FullKey& key) const;
    static std::optional<Endpoint> notePorts(Record& record, const wire::MapResponse& response);
    void partGranted(TimePoint now, Index at, const wire::MapResponse& response);

    // probe.cpp: is the server there?
    [[nodiscard]] std::optional<Index> probeAsked() const;
    void probeAnswered(TimePoint now, Index at, Probed probed, std::error_code answer);

    // version.cpp: gateways of another version
    [[nodiscard]] std::vector<Index> askedByPcp() const;
    void handleVersionRejection(TimePoint now, const wire::VersionRejection& rejection);
    void handleNatPmpOnly(TimePoint now, wire::Bytes datagram);

    // recovery.cpp: gateways that lost their state or came back
    void announced(TimePoint now, std::uint32_t epochSeconds);
    void checkNatPmpEpoch(TimePoint now, std::uint32_t epochSeconds, std::optional<Index> except);
    void recover(TimePoint now, Duration delay, std::optional<Index> except, std::optional<Via> only);
    void wake(TimePoint now, Duration delay);

    // nat_pmp.cpp: answers by NAT-PMP
    void handleNatPmpMap(TimePoint now, const wire::NatPmpMapResponse& response);
    void handleNatPmpAddress(TimePoint now, const wire::NatPmpAddressResponse& response);
    void natPmpAnnounced(TimePoint now, const wire::NatPmpAddressResponse& response);
    void takeNatPmpAddress(TimePoint now, const wire::NatPmpAddressResponse& response);
    [[nodiscard]] bool handleNatPmpRefusal(TimePoint now, const wire::NatPmpRefusal& refusal, std::size_t size);
    void natPmpMapped(TimePoint now, Index at, const wire::NatPmpMapResponse& response);
    void natPmpAddressKnown(TimePoint now, const wire::Address& address);
    void natPmpFailed(TimePoint now, std::error_code error, Duration hold);

    // nat_pmp_line.cpp: one request after another by NAT-PMP
    void toNatPmp(TimePoint now, Index at);
    [[nodiscard]] bool natPmpFits(const Record& record) const;
    void beginNatPmp();
    std::size_t transmitNatPmp(TimePoint now, wire::Room room);
    void natPmpTimeout(TimePoint now);
    [[nodiscard]] unsigned natPmpTries() const;
    void natPmpGivenUp(TimePoint now, Errc error);
    void natPmpUnanswered(TimePoint now, Index at, Errc error);

    // life.cpp: grants, refusals, renewals, losses
    void granted(TimePoint now, Index at, const Grant& grant);
    void reportGrant(Index at, bool first, bool moved);
    void scheduleRenewal(TimePoint now, Index at);
    void refused(TimePoint now, Index at, std::error_code error, Duration hold,
                 std::optional<wire::Address> gatewayExternal = {});
    void lost(TimePoint now, Index at);
    [[nodiscard]] Duration capped(std::uint32_t seconds, Duration fallback) const;
    [[nodiscard]] std::chrono::seconds cappedLifetime(std::uint32_t seconds) const;

    Config config_;
    Random random_;
    Ceiling ceiling_;
    std::vector<TimePoint> kept_;    ///< until when places in the window stay taken by requests that were given up
    std::optional<Index> answering_; ///< whose answer is being looked at: it gives its place up at once
    Table table_;
    std::vector<Index> portSets_; ///< the records of sets of ports
    NatPmpExchange natPmp_;
    bool natPmpAddressWanted_ = false;  ///< to be asked before the line
    bool natPmpSilent_ = false;         ///< the last request was not answered
    bool natPmpSpoken_ = false;         ///< something was asked by NAT-PMP, ever
    TimePoint nextUnsolicited_ = never; ///< announced NAT-PMP addresses are ignored until then
    std::optional<wire::Address> natPmpAddress_;
    TimePoint natPmpAddressAt_;
    PcpEpoch pcpEpoch_;
    NatPmpEpoch natPmpEpoch_;
    TimePoint noNewUntil_ = never;  ///< NO_RESOURCES: no new mappings (RFC 6887 §11.4)
    TimePoint silentUntil_ = never; ///< NO_RESOURCES to a deletion: nothing at all (RFC 6887 §11.4)
    TimePoint nextDoubt_ = never;   ///< PCP announcements raise no doubt in NAT-PMP mappings until then
    TimePoint nextWake_ = never;    ///< announcements wake nothing until then
    bool allRecovering_ = false;    ///< whatever is held is being recovered already
    TimePoint nextRecovery_ = never;
    Duration recoveryGap_{0};
    std::vector<std::uint8_t> prefixes_; ///< encoded
    std::uint64_t prefixesRevision_ = 0;
    std::deque<Event> events_;
    Statistics statistics_;
    std::optional<std::uint64_t> silentAt_; ///< how much had been attributed when a renewal was given up
};

} // namespace portolan::session
