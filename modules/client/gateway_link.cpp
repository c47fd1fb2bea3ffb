// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

module portolan;

import portolan.transport;
import portolan.upnp;
import :gateway_link;

namespace portolan {

namespace {

std::string text(const net::ip::udp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                      : fmt::format("{}:{}", address, endpoint.port());
}

std::string_view text(session::Speak speak) {
    switch (speak) {
    case session::Speak::pcp:
        return "PCP";
    case session::Speak::natPmp:
        return "NAT-PMP";
    case session::Speak::any:
        break;
    }
    return "PCP and NAT-PMP";
}

/// What a protocol said, within a sentence.
std::string text(const std::error_code& code, const std::string& detail) {
    const bool needsNoName = code == Errc::noAnswer || code == Errc::notAvailable;
    return needsNoName && !detail.empty() ? detail : Error{code, detail}.message();
}

/// What a user may look at.
std::string_view hint(const std::error_code& error) {
    return error == std::errc::operation_not_permitted ? " (a firewall of this host does that)" : "";
}

/// From one attempt to open the sockets of UPnP to the next.
constexpr session::Duration upnpRetryGap = std::chrono::seconds{30};

} // namespace

GatewayLink::GatewayLink(GatewayInfo info, std::shared_ptr<transport::Link> link, std::shared_ptr<upnp::Link> upnp,
                         Speak speak, std::function<void(const Error&)> onWarning)
    : info_(std::move(info))
    , link_(std::move(link))
    , upnp_(std::move(upnp))
    , race_({.speak = speak}, link_->session(), upnp_ ? &upnp_->point() : nullptr)
    , onWarning_(std::move(onWarning)) {}

void GatewayLink::close() {
    link_->close();
    if (upnp_) {
        upnp_->close();
        upnpRetry_.reset();
    }
}

void GatewayLink::flush() {
    link_->flush();
    if (!upnp_) {
        return;
    }
    if (upnp_->point().size() != 0) {
        openUpnp();
    }
    upnp_->flush();
    if (upnp_->point().size() == 0) {
        upnpRetry_.reset(); // or the time for it, once past, would wake us for ever
        if (upnp_->isOpen()) {
            upnp_->close();
        }
    }
}

void GatewayLink::openUpnp() {
    const session::TimePoint now = transport::now();
    if (upnp_->isOpen() || (upnpRetry_ && now < *upnpRetry_)) {
        return;
    }
    const auto opened = upnp_->open();
    const bool isFirst = !std::exchange(upnpRetry_, opened ? std::nullopt : std::optional{now + upnpRetryGap});
    if (!onWarning_) {
        return;
    }
    if (!opened && isFirst) {
        onWarning_(opened.error());
    } else if (!opened) {
        return; // as before
    } else if (const auto& error = upnp_->announcementError()) {
        onWarning_(
            {*error, fmt::format("announcements of UPnP gateways at UDP port {} cannot be heard, so a restart is "
                                 "noticed some minutes later only",
                                 upnp_->config().announcementPort)});
    }
}

void GatewayLink::handleTimeout(session::TimePoint now) {
    link_->handleTimeout(now);
    if (upnp_) {
        upnp_->handleTimeout(now);
    }
    race_.handleTimeout(now);
}

std::optional<session::TimePoint> GatewayLink::nextTimeout() const {
    std::optional<session::TimePoint> first = session().nextTimeout();
    const auto consider = [&first](std::optional<session::TimePoint> when) {
        if (when && (!first || *when < *first)) {
            first = when;
        }
    };
    consider(race_.nextTimeout());
    if (upnp_) {
        consider(upnp_->isOpen() ? upnp_->point().nextTimeout() : upnpRetry_);
    }
    return first;
}

bool GatewayLink::matches(const transport::LinkConfig& config) const noexcept {
    const transport::LinkConfig& own = link_->config();
    return own.gateway == config.gateway && own.source == config.source && own.interfaceIndex == config.interfaceIndex;
}

bool GatewayLink::isSameClient(const GatewayLink& other) const noexcept {
    return link_->config().gateway == other.link_->config().gateway &&
           link_->config().source == other.link_->config().source;
}

bool GatewayLink::isIdle(session::TimePoint now) const {
    return !link_->isOpen() && race_.size() == 0 && session().closedUntil() <= now && !race_.remembers(now) &&
           entries.empty() && address.calls.empty() && probe.calls.empty();
}

std::optional<session::TimePoint> GatewayLink::questionDeadline() const {
    std::optional<session::TimePoint> first;
    if (!address.calls.empty()) {
        first = address.calls.front().deadline;
    }
    if (!probe.calls.empty() && (!first || probe.calls.front().deadline < *first)) {
        first = probe.calls.front().deadline;
    }
    return first;
}

Asked GatewayLink::asking(session::TimePoint now) const {
    const session::Statistics& seen = session().statistics();
    return {now, seen.undecodable, seen.unattributed, seen.attributed, link_->unreachable()};
}

Error GatewayLink::noAnswer(const Asked& asked, session::MappingId id) const {
    const auto upnp = race_.upnpSays(id);
    if (race_.config().speak == Speak::upnp && upnp) {
        const std::chrono::duration<double> waited = transport::now() - asked.at;
        return {Errc::noAnswer, fmt::format("asked {} for {:.1f} s by UPnP: {}", info_.endpoint.address().to_string(),
                                            waited.count(), text(upnp->code, upnp->detail))};
    }
    Error error = notAnswered(asked, race_.transmissions(id));
    if (upnp) {
        error.detail += fmt::format("; by UPnP: {}", text(upnp->code, upnp->detail));
    }
    return error;
}

/// What came of it by PCP and NAT-PMP.
Error GatewayLink::notAnswered(const Asked& asked, std::uint32_t transmissions) const {
    if (link_->unreachable() != asked.unreachable) {
        return unreachable(); // a deletion goes on all the same
    }
    const session::Statistics& seen = session().statistics();
    const std::uint64_t undecodable = seen.undecodable - asked.undecodable;
    const std::uint64_t unattributed = seen.unattributed - asked.unattributed;
    const std::uint64_t attributed = seen.attributed - asked.attributed;
    const std::chrono::duration<double> waited = transport::now() - asked.at;
    std::string detail =
        fmt::format("asked {} {} time{} in {:.1f} s ({})", text(info_.endpoint), transmissions,
                    transmissions == 1 ? "" : "s", waited.count(), text(link_->config().session.speak));
    if (const auto& error = link_->sendError()) {
        detail += fmt::format(", and the system refused to send: {}{}", error->message(), hint(*error));
    } else if (undecodable != 0 && seen.lastRefusal) {
        detail += fmt::format(", and {} datagrams came back that are neither PCP nor NAT-PMP (last: {} at octet {})",
                              undecodable, wire::describe(seen.lastRefusal->fault), seen.lastRefusal->offset);
    } else if (unattributed != 0) {
        detail += fmt::format(", and {} datagrams came back that answer something else", unattributed);
    } else if (attributed != 0) {
        // The session may have asked for other mappings meanwhile; what is certain is that none of them was the answer.
        detail += fmt::format(", and {} answer{} came back, but none that grants this", attributed,
                              attributed == 1 ? "" : "s");
    } else {
        detail += ", and nothing came back";
    }
    return {Errc::noAnswer, std::move(detail)};
}

Error GatewayLink::unreachable() const {
    const auto& local = link_->sendError();
    return {Errc::unreachable,
            local ? fmt::format("the system cannot send to {}: {}", text(info_.endpoint), local->message())
                  : fmt::format("{} is closed or cannot be reached (ICMP)", text(info_.endpoint))};
}

ProbeInfo GatewayLink::probed(const Asked& asked, const race::Event& event) const {
    ProbeInfo info;
    info.version = event.probed->version;
    info.epochSeconds = event.probed->epochSeconds;
    info.roundTrip = event.probed->roundTrip;
    info.transmissions = event.transmissions;
    info.gateway = info_;
    if (event.error) {
        info.refusal = failure(asked, event);
    }
    if (event.probed->externalAddress) {
        info.externalAddress = transport::toAsio(*event.probed->externalAddress);
    }
    return info;
}

Error GatewayLink::failure(const race::Event& event) const {
    if (event.error == Errc::noAnswer && !event.byUpnp) {
        return withOther({Errc::noAnswer, fmt::format("{} is asked on and on ({})", text(info_.endpoint),
                                                      text(link_->config().session.speak))},
                         event);
    }
    return failure(asking(transport::now()), event);
}

Error GatewayLink::failure(const Asked& asked, const race::Event& event) const {
    if (event.byUpnp) {
        const bool isAnswer =
            event.error.category() == upnp::igdCategory() || event.error.category() == upnp::faultCategory();
        Error error{event.error, fmt::format("{} {} by UPnP", isAnswer ? "answer of" : "asked",
                                             info_.endpoint.address().to_string())};
        if (!event.detail.empty()) {
            error.detail = event.error == Errc::noAnswer ? event.detail : error.detail + ": " + event.detail;
        }
        return withOther(std::move(error), event);
    }
    if (event.error == Errc::noAnswer) {
        return withOther(notAnswered(asked, event.transmissions), event);
    }
    return withOther(event.error == Errc::unreachable ? unreachable() : refusal(event), event);
}

Error GatewayLink::refusal(const race::Event& event) const {
    Error error{event.error, fmt::format("answer of {}", text(info_.endpoint))};
    if (event.gatewayExternal) {
        error.gatewayExternal = event.gatewayExternal;
    }
    if (event.gatewayExternal && wire::reachOf(*event.gatewayExternal) != wire::Reach::global) {
        error.detail += fmt::format(", whose own external address is {}: another NAT lies beyond it",
                                    transport::toAsio(*event.gatewayExternal).to_string());
    }
    return error;
}

/// What the other protocol said, too, and when it is asked again.
Error GatewayLink::withOther(Error error, const race::Event& event) const {
    if (event.other) {
        const std::string_view who = event.other->byUpnp ? "UPnP" : text(link_->config().session.speak);
        error.detail += fmt::format("; by {}: {}", who, text(event.other->error, event.other->detail));
    }
    const bool said = event.error != Errc::noAnswer && event.error != Errc::unreachable;
    if (said && event.retryAfter > std::chrono::seconds{0}) {
        error.retryAfter = event.retryAfter;
    }
    return error;
}

} // namespace portolan
