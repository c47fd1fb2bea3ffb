// SPDX-License-Identifier: MIT
module;

#include <boost/unordered/unordered_map.hpp>

// A gateway in use: its link, and what the client's callers want of it. Not exported.
export module portolan:gateway_link;

import portolan.std;
import portolan.error;
import portolan.net;
import portolan.race;
import portolan.session;
import portolan.transport;
import portolan.upnp;
import :types;
import :mapping;

namespace portolan {

/// Names an operation that a caller waits for.
enum class OperationId : std::uint64_t {};

using MapHandler = net::any_completion_handler<void(result<Mapping>)>;

template <class Answer>
using AnswerHandler = net::any_completion_handler<void(result<Answer>)>;

using AddressHandler = AnswerHandler<net::ip::address>;
using ProbeHandler = AnswerHandler<ProbeInfo>;

/// A caller's handler, and a promise of work to the executor that it is to run on.
template <class Handler>
struct Waiting {
    OperationId id{};
    bool cancellable = false;
    Handler handler;
    net::any_completion_executor executor; ///< with work, so that its context waits for us
};

/// When something was asked, and what had come in on its link before.
struct Asked {
    session::TimePoint at;
    std::uint64_t undecodable = 0;
    std::uint64_t unattributed = 0;
    std::uint64_t attributed = 0;
    std::uint64_t unreachable = 0;
};

/// What is under way about a mapping: a call of `map` until its answer, a deletion until its end.
struct Call {
    Asked asked;
    std::optional<Waiting<MapHandler>> mapping;
    bool patient = false; ///< nobody waits for the answer, but its absence is to be told
    std::vector<Waiting<ReleaseHandler>> releasing;
    std::optional<session::TimePoint> deadline; ///< of whoever waits, then of the deletion
    session::TimePoint deletionLimit;           ///< when the deletion is given up
    bool told = false;                          ///< that it was not confirmed
};

/// What happened to a mapping and was not told yet, and who waits to be told. Only one of them is not empty.
struct News {
    std::deque<MappingEvent> untold;
    std::deque<Waiting<ChangeHandler>> waiting;
};

/// What is known of few mappings.
struct Details {
    std::optional<session::Endpoint> remote; ///< of an outbound mapping
    session::GrantedOptions granted{};       ///< what came of the wishes
};

/// Where a mapping was before this host had another gateway or address.
struct Past {
    std::optional<MappingKey> handle;  ///< what its handle knows it by; none: by its own key
    std::optional<MappingInfo> before; ///< as it was held there, while it is not yet held here
    std::optional<MappingKey> old;     ///< there, where it is kept until it is held here
    bool toldLost = false;             ///< it was said already that it is held no longer
};

/// What the client knows of one mapping of a link. Kept small: a host may hold tens of thousands.
struct Entry {
    wire::Address internalAddress;
    session::Grant grant;
    Protocol protocol{};
    bool held = false;
    bool ownNonce = false; ///< the caller chose it
    bool retired = false;  ///< another entry has taken its place, and will have it deleted
    std::uint16_t internalPort = 0;
    std::unique_ptr<Call> call;
    std::unique_ptr<News> news; ///< from the first change, or the first who waits for one
    std::unique_ptr<Details> details;
    std::unique_ptr<Past> past; ///< of one that has moved from gateway to gateway
};

/// A caller who waits for the answer to a question.
template <class Answer>
struct QuestionCall {
    Asked asked;
    session::TimePoint deadline;
    Waiting<AnswerHandler<Answer>> waiting;
};

/// A question to the gateway, asked once for all who wait for its answer.
template <class Answer>
struct Question {
    std::deque<QuestionCall<Answer>> calls; ///< the one that waits longest first
    std::optional<session::MappingId> id;   ///< while it is being asked
};

class GatewayLink {
public:
    /// `link` is open. Without `upnp`, UPnP is not spoken. `onWarning` may be empty.
    GatewayLink(GatewayInfo info, std::shared_ptr<transport::Link> link, std::shared_ptr<upnp::Link> upnp, Speak speak,
                std::function<void(const Error&)> onWarning);

    [[nodiscard]] transport::Link& link() noexcept { return *link_; }

    [[nodiscard]] const session::Session& session() const noexcept { return std::as_const(*link_).session(); }

    /// Who has the protocols asked, and tells of their answers.
    [[nodiscard]] race::Referee& race() noexcept { return race_; }

    [[nodiscard]] bool isOpen() const noexcept { return link_->isOpen(); }

    void close();

    /// Sends all that there is to send, by whatever protocol.
    void flush();

    /// Does what is due.
    void handleTimeout(session::TimePoint now);

    [[nodiscard]] std::optional<session::TimePoint> nextTimeout() const;

    [[nodiscard]] const GatewayInfo& info() const noexcept { return info_; }

    /// What the link was asked to be, to find it again.
    [[nodiscard]] bool matches(const transport::LinkConfig& config) const noexcept;

    /// Whether the gateway cannot tell this link from another: it is the same client of the same server.
    [[nodiscard]] bool isSameClient(const GatewayLink& other) const noexcept;

    [[nodiscard]] net::ip::address localAddress() const noexcept { return link_->localAddress(); }

    /// Whether nobody would miss it: nothing is held or under way, and the gateway has not asked to be left alone.
    [[nodiscard]] bool isIdle(session::TimePoint now) const;

    /// When the first of those who wait for an answer has waited long enough.
    [[nodiscard]] std::optional<session::TimePoint> questionDeadline() const;

    /// To be kept with what is asked now.
    [[nodiscard]] Asked asking(session::TimePoint now) const;

    /// Why nothing came of a request: what was tried and what came back.
    [[nodiscard]] Error noAnswer(const Asked& asked, session::MappingId id) const;

    /// What the gateway is, by its answer to a probe.
    [[nodiscard]] ProbeInfo probed(const Asked& asked, const race::Event& event) const;

    /// The error of a refusal by this gateway, or of its silence, with what the event tells.
    [[nodiscard]] Error failure(const Asked& asked, const race::Event& event) const;

    /// The same of a mapping that is asked for on and on.
    [[nodiscard]] Error failure(const race::Event& event) const;

    boost::unordered_map<session::MappingId, Entry> entries;

    Nat64 nat64; ///< the prefixes that the gateway told last
    std::uint64_t nat64Revision = 0;

    Question<net::ip::address> address; ///< which external address it has
    Question<ProbeInfo> probe;          ///< whether it is there, and what it is

private:
    [[nodiscard]] Error unreachable() const;
    [[nodiscard]] Error notAnswered(const Asked& asked, std::uint32_t transmissions) const;
    [[nodiscard]] Error refusal(const race::Event& event) const;
    [[nodiscard]] Error withOther(Error error, const race::Event& event) const;
    void openUpnp();

    GatewayInfo info_;
    std::shared_ptr<transport::Link> link_;
    std::shared_ptr<upnp::Link> upnp_;              ///< open while anything is asked or held by UPnP
    std::optional<session::TimePoint> upnpRetry_{}; ///< it could not be opened, and is tried again then
    race::Referee race_;
    std::function<void(const Error&)> onWarning_;
};

} // namespace portolan
