// SPDX-License-Identifier: MIT
module;

#include <boost/unordered/unordered_map.hpp>

// What stands behind a client and its mappings: one strand, one alarm, and the links to the gateways. Not exported.
export module portolan:core;

import portolan.std;
import portolan.error;
import portolan.gateway;
import portolan.net;
import portolan.race;
import portolan.servers;
import portolan.session;
import portolan.transport;
import portolan.upnp;
import :types;
import :mapping;
import :gateway_link;

namespace portolan {

/// Who searches by UPnP at which interface.
struct TurnsByInterface {
    std::map<std::uint32_t, std::shared_ptr<upnp::SearchTurns>> byIndex;
};

/// Which gateway to ask, and from where.
struct GatewayChoice {
    GatewayInfo gateway;
    std::uint32_t interfaceIndex = 0; ///< the way to it; 0: what the routing table says
    net::ip::address source;
    session::TimePoint madeAt;
};

/// The gateway or server that these options name, or the gateway of this family that they lead to; of IPv4 if none is
/// said, or of IPv6 where there is no IPv4 default route.
[[nodiscard]] result<GatewayChoice> chooseWay(const ClientOptions& options, std::optional<gateway::Family> family);

/// Addresses that are asked one after the other (RFC 7488 §3): those of one server, or a default router and the anycast
/// addresses behind it.
struct AddressList {
    bool ofOneServer = false; ///< which knows a mapping whatever address it is asked at
    servers::AddressChoice choice{};
    std::vector<GatewayChoice> ways{};    ///< to each of them
    std::shared_ptr<GatewayLink> asked{}; ///< where everything is asked at present
    std::uint64_t unreachable = 0;        ///< how often that was out of reach, as far as was seen
};

/// A mapping that a caller wants, inbound or outbound.
struct Wanted {
    MapRequest mapping;
    std::optional<session::Endpoint> remote{}; ///< of an outbound one
};

/// Lives as long as a client, a mapping's handle, or anything still to be done for one that is gone: a pending alarm
/// keeps it alive while a session has anything to do. The public functions may be called from any thread; all else
/// happens on the strand.
class Core : public std::enable_shared_from_this<Core> {
public:
    /// Several cores may share a strand, and then the turns of their searches.
    Core(net::strand<net::any_io_executor> strand, ClientOptions options, std::shared_ptr<TurnsByInterface> turns);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    void map(Wanted wanted, MapHandler handler);
    void unmap(const UnmapRequest& request, ReleaseHandler handler);
    void externalAddress(AddressHandler handler);
    void probe(ProbeHandler handler);
    void release(MappingKey key, ReleaseHandler handler);
    void drop(MappingKey key);
    void detach(MappingKey key);
    void changed(MappingKey key, ChangeHandler handler);
    void change(MappingKey key, MappingChange change, ReleaseHandler handler);
    [[nodiscard]] MappingInfo info(const MappingKey& key) const;

private:
    using LinkPtr = std::shared_ptr<GatewayLink>;

    /// Takes a caller's handler: gives it a name, and lets its cancellation slot call `cancel`.
    template <class Handler>
    Waiting<Handler> accept(Handler handler);
    /// Calls a caller's handler, later and on its own executor.
    template <class Handler, class Result>
    void complete(Waiting<Handler> waiting, Result outcome);
    void cancel(OperationId id);

    /// Where to find a caller that may cancel; without an id, one who waits for the answer to a question.
    template <class Handler>
    void remember(const Waiting<Handler>& waiting, const MappingKey& key);

    // core.cpp: mappings
    enum class Want : std::uint8_t { mapping, deletion };
    result<MappingKey> admit(const Wanted& wanted, Want want);
    session::MappingRequest translate(GatewayLink& link, const Wanted& wanted) const;
    [[nodiscard]] Nonce nonceFor(GatewayLink& link, const MapRequest& request) const;
    void doMap(const Wanted& wanted, Waiting<MapHandler> waiting);
    void doUnmap(const UnmapRequest& request, Waiting<ReleaseHandler> waiting);
    void doRelease(const MappingKey& key, std::optional<Waiting<ReleaseHandler>> waiting);
    void startRelease(const MappingKey& key, std::optional<Waiting<ReleaseHandler>> waiting);
    void cancelMapping(const MappingKey& key, OperationId id);
    void abandon(const MappingKey& key, const Error& error);
    void forget(const MappingKey& key);
    void completeReleases(Call& call, const result<void>& outcome);
    void tellLeftStanding(const MappingKey& key, const std::string& why);
    void setDeadline(const MappingKey& key, Call& call, session::TimePoint when);
    void clearDeadline(const MappingKey& key, Call& call);
    void deadlinePassed(const MappingKey& key);

    // core_news.cpp: what callers are told of their mappings
    void doChanged(const MappingKey& key, Waiting<ChangeHandler> waiting);
    void tell(Entry& entry, MappingEvent event);
    void endNews(Entry& entry, const Error& error);
    [[nodiscard]] bool cancelNews(Entry& entry, OperationId id);
    [[nodiscard]] MappingInfo infoOf(const GatewayLink& link, const Entry& entry) const;

    // core_link.cpp: the gateway to ask
    result<LinkPtr> chooseLink();
    result<LinkPtr> linkTo(const GatewayChoice& choice);
    [[nodiscard]] result<GatewayChoice> chooseAnew(std::optional<gateway::Family> family) const;
    [[nodiscard]] result<transport::LinkConfig> configOf(const GatewayChoice& choice) const;
    [[nodiscard]] bool speaksUpnpTo(const GatewayChoice& choice) const;
    [[nodiscard]] std::shared_ptr<upnp::Link> upnpLinkTo(const GatewayChoice& choice);

    // core_list.cpp: several addresses
    result<LinkPtr> linkInTurn();
    result<LinkPtr> openInTurn();
    void sortAddresses();
    [[nodiscard]] std::vector<GatewayChoice> waysToList(Error& why) const;
    [[nodiscard]] bool passesOn(const LinkPtr& link, const session::Event& event);
    bool turnOn();
    void followWithList(const std::vector<gateway::Change>& changes);
    [[nodiscard]] bool isSameClient(const GatewayLink& one, const GatewayLink& other) const;

    // core_follow.cpp: networks that change
    void watch();
    void networkChanged(const std::vector<gateway::Change>& changes);
    void follow(gateway::Family family, const std::vector<gateway::Change>& changes);
    [[nodiscard]] bool isBack(GatewayLink& link, const gateway::Change& change) const;
    [[nodiscard]] std::uint32_t interfaceOf(GatewayLink& link) const;

    // core_move.cpp: mappings that go from one gateway, or address of this host, to another
    void moveAll(const LinkPtr& from, const LinkPtr& to);
    void move(const MappingKey& from, const LinkPtr& to);
    void expectAnswer(const MappingKey& key);
    void comeBack(const MappingKey& from);
    std::optional<session::MappingRequest> requestAt(GatewayLink& to, const MappingKey& from);
    void take(Entry& from, const MappingKey& fromKey, Entry& to, const MappingKey& toKey);
    void arrived(const GatewayLink& link, Entry& entry, MappingEvent& event);
    void tellLostOnTheWay(const MappingKey& key, Entry& entry);
    void discard(const MappingKey& old, const GatewayLink& instead);
    void retiredEvent(const MappingKey& key, const race::Event& event);
    /// The key of what a handle's mapping has become.
    [[nodiscard]] MappingKey resolve(const MappingKey& key) const;
    [[nodiscard]] MappingKey resolveLocked(const MappingKey& key) const;
    void setSuccessor(const MappingKey& handle, const std::optional<MappingKey>& key);

    // core_announcements.cpp: gateways that announce themselves to all hosts
    void listen(GatewayLink& link);
    void listenNoMore();
    void announced(const net::ip::udp::endpoint& from, wire::Bytes datagram);
    void doubtNeighbours(const GatewayLink& link);

    // core_questions.cpp: its external address, and whether it is there
    template <class Answer, class Begin>
    void ask(Question<Answer> GatewayLink::* which, Waiting<AnswerHandler<Answer>> waiting, Begin begin);
    void moveQuestions(const LinkPtr& from, const LinkPtr& to);
    template <class Answer, class Begin>
    void moveQuestion(Question<Answer> GatewayLink::* which, const LinkPtr& from, const LinkPtr& to, Begin begin);
    template <class Answer, class OutcomeOf>
    void answer(Question<Answer>& question, OutcomeOf outcomeOf);
    bool answersQuestion(GatewayLink& link, const race::Event& event);
    void questionDeadlinesPassed(GatewayLink& link, session::TimePoint now);
    template <class Answer>
    void deadlinePassed(GatewayLink& link, Question<Answer>& question, session::TimePoint now);
    void cancelQuestion(GatewayLink& link, OperationId id);
    template <class Answer>
    void cancel(GatewayLink& link, Question<Answer>& question, OperationId id);
    template <class Answer>
    void endUnlessAwaited(GatewayLink& link, Question<Answer>& question);

    // core_events.cpp: what the sessions report, and the timer
    void pump();
    void drainEvents(const LinkPtr& link);
    void handleEvent(const LinkPtr& link, const race::Event& event);
    void setHeld(Entry& entry, bool held);
    void noteGrant(GatewayLink& link, const race::Event& event, Entry& entry);
    void notePrefixes(GatewayLink& link);
    void mapped(const LinkPtr& link, const race::Event& event, Entry& entry);
    void refused(const MappingKey& key, const race::Event& event, Entry& entry);
    void released(const MappingKey& key, const race::Event& event, Entry& entry);
    void armTimer();
    void timerExpired();

    net::strand<net::any_io_executor> strand_;
    transport::Alarm alarm_;
    std::optional<session::TimePoint> armedFor_;
    ClientOptions options_;
    Identity identity_; ///< that of the options, or one for this run alone
    std::vector<LinkPtr> links_;
    std::shared_ptr<transport::Announcements> announcements_; ///< once a link was open
    std::optional<GatewayChoice> choice_;                     ///< the last one
    std::optional<AddressList> list_;                         ///< where the options come to several addresses
    std::shared_ptr<TurnsByInterface> turns_;
    boost::unordered_map<OperationId, MappingKey> operations_; ///< those that may be cancelled
    std::set<std::pair<session::TimePoint, std::pair<LinkPtr, session::MappingId>>> deadlines_;
    std::shared_ptr<gateway::Monitor> monitor_; ///< once a mapping was held that may have to move
    bool warnedOfNews_ = false;                 ///< that they cannot be had
    mutable std::mutex mutex_; ///< guards what `info()` reads of the entries, and the maps of them, and the next line
    std::map<std::pair<const GatewayLink*, session::MappingId>, MappingKey> successors_; ///< by what a handle knows
    std::atomic<std::uint64_t> nextOperation_ = 0;
};

template <class Handler>
Waiting<Handler> Core::accept(Handler handler) {
    const OperationId id{nextOperation_++};
    auto executor = net::withWork(net::get_associated_executor(handler, strand_.get_inner_executor()));
    auto slot = net::get_associated_cancellation_slot(handler);
    const bool cancellable = slot.is_connected();
    if (cancellable) {
        slot.assign([weak = weak_from_this(), id](net::cancellation_type) {
            if (const auto self = weak.lock()) {
                net::post(self->strand_, [self, id] { self->cancel(id); });
            }
        });
    }
    return {id, cancellable, std::move(handler), std::move(executor)};
}

template <class Handler>
void Core::remember(const Waiting<Handler>& waiting, const MappingKey& key) {
    if (waiting.cancellable) {
        operations_.insert_or_assign(waiting.id, key);
    }
}

template <class Handler, class Result>
void Core::complete(Waiting<Handler> waiting, Result outcome) {
    if (waiting.cancellable) {
        operations_.erase(waiting.id);
    }
    // First off the strand, so that a caller who goes on at once does not keep others on it waiting.
    net::post(strand_.get_inner_executor(), [waiting = std::move(waiting), outcome = std::move(outcome)]() mutable {
        const net::any_completion_executor executor = waiting.executor;
        executor.execute([waiting = std::move(waiting), outcome = std::move(outcome)]() mutable {
            if (auto slot = net::get_associated_cancellation_slot(waiting.handler); slot.is_connected()) {
                slot.clear();
            }
            std::move(waiting.handler)(std::move(outcome));
        });
    });
}

} // namespace portolan
