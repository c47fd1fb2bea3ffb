// SPDX-License-Identifier: MIT
export module portolan.upnp:machine;

import portolan.std;
import portolan.session;
import :error;
import :http;
import :url;
import :ssdp;
import :search;
import :description;
import :actions;
import :types;
import :record;

export namespace portolan::upnp {

/// Whether a gateway is known, and how well.
enum class Stage : std::uint8_t {
    asleep,     ///< nothing is wanted, or the last search failed a moment ago
    waiting,    ///< for its turn to search
    searching,  ///< by SSDP
    describing, ///< reading descriptions
    choosing,   ///< asking the services which of them is connected
    ready,
};

/// The control point's side of the conversation with one Internet gateway device: it finds it, keeps mappings by its
/// WAN connection service, or pinholes by its firewall service where the client's address is of IPv6, verifies, renews
/// and recovers them, and deletes them. Only mappings of this host that carry our mark, and those that it saw made for
/// itself, are ever renewed, replaced or deleted.
///
/// The contract: time, datagrams, answers of HTTP and randomness come in; datagrams, requests of HTTP, a deadline and
/// events go out. After every `handle...`, call `pollDatagram`, `pollExchange` and `pollEvent` until they have nothing;
/// then wait for input or for `nextTimeout()`, whichever is first. One request of HTTP is under way at a time; one for
/// which `isUnderWay` is false is to be broken off. `now` never goes back.
class ControlPoint {
public:
    explicit ControlPoint(const Config& config);

    /// Wants a mapping, from now until `handleRelease`. Refuses what cannot be asked for (`Errc::invalidRequest`), a
    /// protocol and port that this control point has already (`Errc::alreadyMapped`), and more than
    /// `Config::maxMappings` (`Errc::notAvailable`).
    result<MappingId> handleRequest(TimePoint now, const MappingRequest& request);

    /// Deletes the mapping of this host and our mark that an earlier run left, at the suggested port or any other; an
    /// event `released` follows, with the external port if there was one, and with an error if the gateway refused or
    /// did not answer. Not for pinholes, of which
    /// nobody can tell whose they are (`Errc::notAvailable`).
    result<MappingId> handleDelete(TimePoint now, const MappingRequest& request);

    /// Asks for the gateway's external address, once: an event `address` or `refused` follows and ends the query.
    /// `Errc::notAvailable` where the client's address is of IPv6.
    result<MappingId> handleAddressQuery(TimePoint now);

    /// Wants the gateway to be known, and nothing of it yet, until `handleRelease`, which is without an event: what is
    /// requested once the stage is `ready` is asked at once. An event `refused` tells of each search that found none.
    MappingId handleSearch(TimePoint now);

    /// Wants the mapping no more: it is deleted, if the gateway may have it and it is ours; an event `released`
    /// follows, at the latest 10 s later. A query or search just ends, without an event.
    void handleRelease(TimePoint now, MappingId id);

    /// Forgets the mapping and leaves it standing.
    void handleDetach(MappingId id);

    /// Takes a datagram that came to a socket that searches were sent from, or to the group of SSDP.
    void handleDatagram(TimePoint now, const Endpoint& from, wire::Bytes datagram);

    /// Takes the answer to a request.
    void handleResponse(TimePoint now, ExchangeId id, const HttpResponse& response);

    /// Takes the news that there will be no answer to a request.
    void handleFailure(TimePoint now, ExchangeId id, std::error_code error);

    /// Takes a hint from elsewhere that the gateway may have lost its state: all that is held is looked at within 5 s.
    void handleDoubt(TimePoint now);

    /// Takes the news that this host's network is back after it was away, as after a suspend: what failed meanwhile
    /// says nothing of the gateway. It is searched at once if it is not known, what it did not answer is asked again,
    /// and all that is held is looked at as in doubt.
    void handleReturn(TimePoint now);

    /// Where `Config::waitForTurn` is set and the stage is `waiting`: now it may search.
    void handleSearchTurn(TimePoint now);

    /// To be called at `nextTimeout()`, or whenever.
    void handleTimeout(TimePoint now);

    /// The next datagram to send.
    [[nodiscard]] std::optional<SearchDatagram> pollDatagram();

    /// The next request to make, if none is under way.
    [[nodiscard]] std::optional<HttpExchange> pollExchange(TimePoint now);

    [[nodiscard]] std::optional<Event> pollEvent();

    /// When `handleTimeout` is next due; nothing when only a request or a datagram can change anything.
    [[nodiscard]] std::optional<TimePoint> nextTimeout() const;

    [[nodiscard]] bool isUnderWay(ExchangeId id) const noexcept { return exchange_ && exchange_->id == id; }

    [[nodiscard]] Stage stage() const noexcept { return stage_; }

    /// Why nothing has come of what was wanted so far: what the gateway was asked for last.
    [[nodiscard]] Error soFar() const;

    /// The gateway's description, once one was read.
    [[nodiscard]] const std::optional<Description>& description() const noexcept { return description_; }

    /// The service in use, once one was chosen.
    [[nodiscard]] const std::optional<Service>& service() const noexcept { return service_; }

    [[nodiscard]] const Config& config() const noexcept { return config_; }

    [[nodiscard]] const Statistics& statistics() const noexcept { return statistics_; }

    /// Mappings and queries that are not yet at their end.
    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

    /// Whether the gateway was asked to make this mapping and may have it.
    [[nodiscard]] bool mayStand(MappingId id) const;

    /// What is held under this id, if it is.
    [[nodiscard]] std::optional<Grant> grant(MappingId id) const;

    /// What a mapping with this description is called at the gateway.
    [[nodiscard]] std::string descriptionOf(std::string_view wanted) const;

private:
    enum class Ask : std::uint8_t { description, status, address, firewall, record };

    struct Exchange {
        ExchangeId id{};
        Ask ask{};
        std::optional<MappingId> record;
        TimePoint begun;
        TimePoint deadline;
    };

    /// A service that could be chosen, and what it said of itself.
    struct Option {
        Service service;
        bool connected = false;
        bool answered = false;
        wire::Address external = wire::Address::anyV4();
        std::optional<std::chrono::seconds> uptime;
    };

    // requests.cpp: what the owner wants
    [[nodiscard]] bool byPinhole() const noexcept { return !config_.clientAddress.isV4(); }

    MappingId add(TimePoint now, const MappingRequest& request, Phase phase);
    [[nodiscard]] std::optional<std::error_code> unfit(const MappingRequest& request, Phase phase) const;
    void start(TimePoint now, Record& record);
    void leave(TimePoint now, Record& record);
    [[nodiscard]] Grant grantOf(const Record& record) const;
    void emit(const Record& record, EventKind kind, const Error* error = nullptr, Duration retryAfter = {});
    void released(Record& record, const Error* error = nullptr);
    void follow(const Record& deleted);
    void forget(MappingId id);

    // discovery.cpp: from nothing to a service
    void discover(TimePoint now);
    void searchEnded(TimePoint now);
    [[nodiscard]] Error nothingFound() const;
    void described(TimePoint now, const result<Description>& description);
    void nextCandidate(TimePoint now, const Error& error);
    void firewallAnswered(const result<GetFirewallStatus::Answer>& answer);
    void optionAnswered(TimePoint now);
    void choose(TimePoint now);
    void becomeReady(TimePoint now, const Option& option);
    void discoveryFailed(TimePoint now, const Error& error);

    [[nodiscard]] bool anythingWanted() const noexcept { return !records_.empty(); }

    // exchange.cpp: requests and answers
    [[nodiscard]] std::optional<HttpExchange> ask(TimePoint now, Ask what, const Url& url, const HttpRequest& request,
                                                  std::optional<MappingId> record = {});
    [[nodiscard]] std::optional<HttpExchange> askAboutGateway(TimePoint now);
    [[nodiscard]] bool makesFirst() const;
    [[nodiscard]] std::optional<HttpExchange> askAboutRecord(TimePoint now);
    [[nodiscard]] HttpRequest requestOf(const Record& record) const;
    [[nodiscard]] bool holdsAnything() const noexcept;
    void recordAnswered(TimePoint now, const Exchange& exchange, Record& record, const HttpResponse& response);
    void unanswered(TimePoint now, const Exchange& exchange, const Error& error);

    void gatewayAnswered() noexcept { troubles_ = 0; }

    void trouble(TimePoint now, const Error& error);

    // steps.cpp: the order of requests about a mapping
    void begin(TimePoint now, Record& record);
    [[nodiscard]] std::vector<MappingId> dueRecords(TimePoint now) const;
    void next(Record& record, Step step);
    void rest(Record& record, TimePoint until);
    void recordUnanswered(TimePoint now, Record& record, const Error& error);

    // mapping.cpp: mappings by the WAN connection service
    [[nodiscard]] bool isOurs(const Record& record, const PortMapping& entry) const;
    [[nodiscard]] PortMapping mappingOf(const Record& record) const;
    [[nodiscard]] bool usesAny(const Record& record) const;
    void looked(TimePoint now, Record& record, const result<GetSpecificPortMappingEntry::Answer>& answer);
    void listed(TimePoint now, Record& record, const result<GetGenericPortMappingEntry::Answer>& answer);
    void found(TimePoint now, Record& record, const PortMapping& entry);
    void foundNothing(TimePoint now, Record& record, Seen seen);
    void leavingUnseen(Record& record);
    void verified(TimePoint now, Record& record, const PortMapping* entry);
    void added(TimePoint now, Record& record, std::uint16_t port);

    // conflict.cpp: mappings that the gateway does not make as asked
    void conflicts(TimePoint now, Record& record, const Error& error);
    void notAdded(TimePoint now, Record& record, const Error& error);
    void removed(TimePoint now, Record& record, const Error* error);
    void queryAnswered(TimePoint now, Record& record, const result<GetExternalIpAddress::Answer>& answer);

    // pinhole.cpp: pinholes by the firewall service
    void pinholeAdded(TimePoint now, Record& record, const result<AddPinhole::Answer>& answer);
    void pinholeLeft(Record& record);
    void pinholeRenewed(TimePoint now, Record& record, const result<Nothing>& answer);

    // life.cpp: grants, refusals, renewals, losses
    [[nodiscard]] std::chrono::seconds leaseOf(const Record& record) const;
    void granted(TimePoint now, Record& record);
    void scheduleRenewal(TimePoint now, Record& record);
    void refused(TimePoint now, Record& record, const Error& error);
    void lost(TimePoint now, Record& record);
    void deadlineReached(TimePoint now, Record& record);

    // watch.cpp: what may have become of the gateway
    void statusAnswered(TimePoint now, const result<GetStatusInfo::Answer>& answer);
    void addressAnswered(TimePoint now, const result<GetExternalIpAddress::Answer>& answer);
    void externalIs(const wire::Address& address);
    void handleAnnouncement(TimePoint now, const SsdpMessage& message);
    void lookSoon(TimePoint now);
    [[nodiscard]] bool isPassedOver(const Url& location) const;
    void doubtOne(TimePoint now);
    [[nodiscard]] bool hasRestarted(TimePoint now, std::chrono::seconds uptime) const noexcept;

    Config config_;
    Trust trust_;
    session::Random random_;
    session::Ceiling ceiling_;
    Search search_;
    Statistics statistics_;
    std::deque<Event> events_;
    std::map<MappingId, Record> records_;
    std::deque<MappingId> line_; ///< records with a step to take, in this order
    std::uint64_t lastId_ = 0;
    std::uint64_t lastExchange_ = 0;
    std::optional<Exchange> exchange_;

    Stage stage_ = Stage::asleep;
    TimePoint searchAt_ = never; ///< not before
    TimePoint lastSearch_ = never;
    Duration searchGap_{0};
    std::optional<Error> searchError_;
    std::vector<Candidate> candidates_;
    std::size_t candidate_ = 0;
    std::vector<Option> options_;
    std::size_t option_ = 0;
    std::optional<Error> optionError_; ///< why the last option was none
    unsigned troubles_ = 0;            ///< requests in a row without a usable answer

    std::optional<Description> description_;
    std::optional<Service> service_;
    std::optional<Url> location_;  ///< of the description in use
    std::vector<Url> searchedFor_; ///< other descriptions that were announced since, and searched for
    std::optional<std::uint32_t> bootId_;
    wire::Address external_ = wire::Address::anyV4();
    std::optional<std::chrono::seconds> uptime_;
    TimePoint uptimeAt_;
    TimePoint pollAt_ = never;
    bool pollAddress_ = false;   ///< the status was asked, the address is next
    TimePoint nextHeed_ = never; ///< announcements change nothing until then
    TimePoint nextLook_ = never; ///< nor do farewells and further descriptions have the gateway looked at
    bool permanentOnly_ = false;
    bool noAny_ = false;  ///< AddAnyPortMapping is not there
    bool noList_ = false; ///< GetGenericPortMappingEntry is not there
};

} // namespace portolan::upnp
