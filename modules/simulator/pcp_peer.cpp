// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/unordered/unordered_map.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

module portolan.simulator;

import :state;
import :pcp_options;
import :pcp_map;
import :pcp_peer;

namespace portolan::simulator {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::ResultCode;

bool isUnreachable(const wire::Address& address) noexcept {
    if (address.isV4()) {
        const std::uint8_t first = address.v4Octets()[0];
        return first == 0 || first == 127 || first >= 224;
    }
    constexpr wire::Address loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    return address.isAny() || address == loopback || address.octets[0] == 0xff;
}

PeerOperation::PeerOperation(State& state, TimePoint now, const Endpoint& from, const wire::PeerRequest& request,
                             const Asked& asked) noexcept
    : state_(state)
    , now_(now)
    , from_(from)
    , request_(request)
    , asked_(asked)
    , internal_{asked.internalAddress, request.internalPort}
    , remote_{request.remoteAddress, request.remotePort}
    , suggested_{request.suggestedAddress, request.suggestedPort}
    , v4_(request.suggestedAddress.isV4()) {}

Granted<Assigned> PeerOperation::run() {
    if (const auto problem = requestProblem()) {
        return *problem;
    }
    if (const auto problem = nonceProblem()) {
        return *problem;
    }
    if (!state_.ports.serves(internal_.address, v4_) && state_.ports.serves(internal_.address, !v4_)) {
        v4_ = !v4_;
    }
    if (const auto problem = state_.wanProblem(internal_.address, v4_)) {
        return *problem;
    }
    if (state_.config.quirks.refusesMappings) {
        return Denial{ResultCode::notAuthorized};
    }
    Mapping* existing = state_.table.findInternal(request_.protocol, internal_, [&](const Mapping& row) {
        return !row.isInbound() && row.remote == remote_ && row.partyId == asked_.partyId;
    });
    return existing != nullptr ? adjust(*existing) : create();
}

std::optional<Denial> PeerOperation::requestProblem() const noexcept {
    const bool incomplete =
        request_.protocol == wire::Protocol::all || request_.internalPort == 0 || request_.remotePort == 0;
    if (incomplete || (state_.config.validatesPeers && isUnreachable(request_.remoteAddress))) {
        return Denial{ResultCode::malformedRequest}; // RFC 6887 §12.1, §12.3
    }
    if (!state_.mapsProtocol(request_.protocol)) {
        return Denial{ResultCode::unsuppProtocol};
    }
    return std::nullopt;
}

std::optional<Denial> PeerOperation::nonceProblem() const {
    const Mapping* other = state_.table.findInternal(request_.protocol, internal_, [&](const Mapping& row) {
        return row.kind == Kind::peer && row.partyId == asked_.partyId && row.nonce && *row.nonce != request_.nonce;
    });
    return other == nullptr ? std::nullopt : std::optional{Denial{ResultCode::notAuthorized, other->remaining(now_)}};
}

milliseconds PeerOperation::capped() const noexcept {
    return std::min(seconds{request_.lifetimeSeconds}, state_.config.lifetimes.maximum);
}

void PeerOperation::describe(Mapping& row) const {
    row.nonce = request_.nonce;
    row.description = asked_.description.value_or(row.description);
    row.thirdParty = asked_.thirdParty;
    row.partyId = asked_.partyId;
    row.checkpointed = asked_.checkpoint &&
                       (row.checkpointed || state_.checkpoints(internal_.address) < state_.config.pcp.maxCheckpoints);
    row.client = from_;
    row.refreshed = now_;
}

// PEER never shortens: a short lifetime asks how long the mapping has (RFC 6887 §12.3).
Granted<Assigned> PeerOperation::adjust(Mapping& row) {
    describe(row);
    state_.table.setKind(row, Kind::peer);
    state_.renew(now_, row, std::max(row.expiry, now_ + capped()));
    return Assigned{.external = row.external,
                    .lifetimeSeconds = toWireSeconds(row.remaining(now_)),
                    .checkpointed = row.checkpointed};
}

Granted<Assigned> PeerOperation::create() {
    if (request_.lifetimeSeconds == 0) {
        return Assigned{suggested_, 0}; // asks for nothing and finds nothing
    }
    if (const auto problem = state_.quotaProblem(internal_.address)) {
        return *problem;
    }
    const auto external = chooseExternal();
    if (!external) {
        return Denial{suggested_.port != 0 || !suggested_.address.isAny() ? ResultCode::cannotProvideExternal
                                                                          : ResultCode::noResources};
    }
    Mapping row{.kind = Kind::peer,
                .protocol = request_.protocol,
                .internal = internal_,
                .external = *external,
                .remote = remote_};
    row.expiry = now_ + std::max<milliseconds>(capped(), state_.config.lifetimes.minimum);
    describe(row);
    const Mapping& kept = state_.add(std::move(row));
    return Assigned{.external = kept.external,
                    .lifetimeSeconds = toWireSeconds(kept.remaining(now_)),
                    .checkpointed = kept.checkpointed};
}

bool PeerOperation::agrees(const Endpoint& external) const noexcept {
    return (suggested_.port == 0 || suggested_.port == external.port) &&
           (suggested_.address.isAny() || suggested_.address == external.address);
}

// All mappings of one internal endpoint share an external one (endpoint-independent mapping, RFC 4787).
std::optional<Endpoint> PeerOperation::chooseExternal() {
    const Mapping* sibling = state_.inbound(request_.protocol, internal_, v4_, asked_.partyId);
    if (sibling == nullptr) {
        sibling = state_.outbound(request_.protocol, internal_, v4_, asked_.partyId);
    }
    if (sibling != nullptr) {
        const Endpoint external = sibling->externalAt(internal_.port);
        return agrees(external) ? std::optional{external} : std::nullopt;
    }
    const bool suggests = suggested_.port != 0;
    const auto chosen = state_.ports.choose(now_, {.protocol = request_.protocol,
                                                   .internal = internal_,
                                                   .nonce = request_.nonce,
                                                   .suggested = suggested_,
                                                   .v4 = v4_,
                                                   .inbound = false,
                                                   .exact = suggests,
                                                   .partyId = asked_.partyId});
    return chosen && agrees(*chosen) ? chosen : std::nullopt;
}

} // namespace portolan::simulator
