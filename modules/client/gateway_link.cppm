// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

// A gateway in use: its link, and what the client's callers want of it. Not exported.
export module portolan:gateway_link;

import portolan.error;
import portolan.net;
import portolan.session;
import portolan.transport;
import :types;
import :mapping;

namespace portolan {

/// Names an operation that a caller waits for.
enum class OperationId : std::uint64_t {};

using MapHandler = net::any_completion_handler<void(result<Mapping>)>;
using AddressHandler = net::any_completion_handler<void(result<net::ip::address>)>;

/// A caller's handler, and a promise of work to the executor that it is to run on.
template <class Handler>
struct Waiting {
    OperationId id{};
    Handler handler;
    net::any_completion_executor executor; ///< with work, so that its context waits for us
};

/// What the client knows of one mapping of a link.
struct Entry {
    MappingInfo info;
    std::optional<Waiting<MapHandler>> mapping;     ///< the caller of `map`, until it has its answer
    std::vector<Waiting<ReleaseHandler>> releasing; ///< the caller of `release`
    std::optional<session::TimePoint> deadline;     ///< of the call, or of the deletion
    std::uint64_t transmittedBefore = 0;            ///< the session's count when the call began
    session::TimePoint began;                       ///< when the call, or the deletion, began
};

class GatewayLink {
public:
    GatewayLink(GatewayInfo info, std::shared_ptr<transport::Link> link) noexcept;

    [[nodiscard]] transport::Link& link() noexcept { return *link_; }

    [[nodiscard]] session::Session& session() noexcept { return link_->session(); }

    [[nodiscard]] const GatewayInfo& info() const noexcept { return info_; }

    /// What the link was asked to be, to find it again.
    [[nodiscard]] bool matches(const net::ip::udp::endpoint& gateway,
                               const std::optional<net::ip::address>& source) const noexcept;

    /// Why nothing came of a request sent `transmittedBefore` transmissions ago: what was tried and what came back.
    [[nodiscard]] Error noAnswer(std::uint64_t transmittedBefore, std::chrono::milliseconds waited) const;

    /// The error of a refusal by this gateway, with what the event tells.
    [[nodiscard]] Error refusal(const session::Event& event) const;

    std::unordered_map<session::MappingId, Entry> entries;

    std::vector<Waiting<AddressHandler>> addressWaiting;
    std::optional<session::MappingId> addressQuery;
    std::optional<session::TimePoint> addressDeadline;
    std::uint64_t addressTransmittedBefore = 0;

private:
    GatewayInfo info_;
    std::shared_ptr<transport::Link> link_;
};

} // namespace portolan
