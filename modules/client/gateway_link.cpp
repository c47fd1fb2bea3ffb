// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>

module portolan;

import portolan.transport;
import :gateway_link;

namespace portolan {

namespace {

std::string text(const net::ip::udp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                      : fmt::format("{}:{}", address, endpoint.port());
}

std::string_view text(Speak speak) {
    switch (speak) {
    case Speak::pcp:
        return "PCP";
    case Speak::natPmp:
        return "NAT-PMP";
    case Speak::any:
        break;
    }
    return "PCP and NAT-PMP";
}

} // namespace

GatewayLink::GatewayLink(GatewayInfo info, std::shared_ptr<transport::Link> link) noexcept
    : info_(std::move(info)), link_(std::move(link)) {}

bool GatewayLink::matches(const net::ip::udp::endpoint& gateway,
                          const std::optional<net::ip::address>& source) const noexcept {
    return link_->config().gateway == gateway && link_->config().source == source;
}

Error GatewayLink::noAnswer(std::uint64_t transmittedBefore, std::chrono::milliseconds waited) const {
    const session::Statistics& seen = std::as_const(*link_).session().statistics();
    std::string detail =
        fmt::format("asked {} {} times in {:.1f} s ({})", text(info_.endpoint), seen.transmitted - transmittedBefore,
                    static_cast<double>(waited.count()) / 1000, text(link_->config().session.speak));
    if (seen.undecodable != 0 && seen.lastRefusal) {
        detail += fmt::format(", and {} datagrams came back that are neither PCP nor NAT-PMP (last: {} at octet {})",
                              seen.undecodable, wire::describe(seen.lastRefusal->fault), seen.lastRefusal->offset);
    } else if (seen.unattributed != 0) {
        detail += fmt::format(", and {} datagrams came back that answer something else", seen.unattributed);
    } else {
        detail += ", and nothing came back";
    }
    return {Errc::noAnswer, std::move(detail)};
}

Error GatewayLink::refusal(const session::Event& event) const {
    Error error{event.error};
    if (event.error == Errc::unreachable) {
        error.detail = fmt::format("{} is closed or cannot be reached (ICMP)", text(info_.endpoint));
        return error;
    }
    error.detail = fmt::format("answer of {}", text(info_.endpoint));
    if (event.gatewayExternal) {
        error.detail += fmt::format(", whose own external address is {}: another NAT lies beyond it",
                                    transport::toAsio(*event.gatewayExternal).to_string());
    }
    if (event.retryAfter > std::chrono::seconds{0}) {
        error.retryAfter = event.retryAfter;
    }
    return error;
}

} // namespace portolan
