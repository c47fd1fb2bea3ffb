// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/unordered/unordered_map.hpp>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

module portolan.simulator;

import :state;
import :pcp_options;
import :pcp_map;

namespace portolan::simulator {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::Protocol;
using wire::ResultCode;

namespace {

bool hasCompanion(Protocol protocol) noexcept {
    return protocol == Protocol::tcp || protocol == Protocol::udp;
}

Protocol otherOf(Protocol protocol) noexcept {
    return protocol == Protocol::tcp ? Protocol::udp : Protocol::tcp;
}

} // namespace

std::uint32_t toWireSeconds(seconds lifetime) noexcept {
    constexpr auto longest = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::clamp<seconds::rep>(lifetime.count(), 0, longest));
}

MapOperation::MapOperation(State& state, TimePoint now, const Endpoint& from, const wire::MapRequest& request,
                           const Asked& asked) noexcept
    : state_(state)
    , now_(now)
    , from_(from)
    , request_(request)
    , asked_(asked)
    , internal_{asked.internalAddress, request.internalPort}
    , suggested_{request.suggestedAddress, request.suggestedPort}
    , v4_(request.suggestedAddress.isV4()) {}

Assignments MapOperation::run() {
    if (const auto problem = targetProblem()) {
        return {*problem};
    }
    return request_.lifetimeSeconds == 0 ? remove() : establish();
}

std::optional<Denial> MapOperation::targetProblem() const noexcept {
    if (request_.protocol == Protocol::all && request_.internalPort != 0) {
        return Denial{ResultCode::malformedRequest};
    }
    if (request_.lifetimeSeconds == 0) {
        return std::nullopt;
    }
    const bool known = request_.protocol == Protocol::all || state_.mapsProtocol(request_.protocol);
    if (!known || (isWildcard() && !state_.config.pcp.wildcards)) {
        return Denial{ResultCode::unsuppProtocol};
    }
    return std::nullopt;
}

std::optional<Denial> MapOperation::nonceProblem() const {
    if (state_.config.quirks.nonceUnchecked) {
        return std::nullopt;
    }
    const Mapping* other = state_.table.findInternal(request_.protocol, internal_, [&](const Mapping& row) {
        return row.kind == Kind::map && row.partyId == asked_.partyId && row.nonce && *row.nonce != request_.nonce;
    });
    return other == nullptr ? std::nullopt : std::optional{Denial{ResultCode::notAuthorized, other->remaining(now_)}};
}

std::optional<Denial> MapOperation::senseProblem() const noexcept {
    const bool deletes = request_.lifetimeSeconds == 0;
    if (deletes && (asked_.preferFailure || !asked_.filters.empty())) {
        return Denial{ResultCode::malformedOption}; // RFC 6887 §11.3, §13.3
    }
    if (asked_.preferFailure && request_.suggestedPort == 0 && !isWildcard()) {
        return Denial{ResultCode::malformedOption}; // RFC 6887 §13.2
    }
    if (!deletes && state_.config.quirks.refusesPortZero && request_.suggestedPort == 0) {
        return Denial{ResultCode::notAuthorized};
    }
    return std::nullopt;
}

// RFC 6887 §15.1; errata 3621: the family of the suggested address says which mapping is meant.
Mapping* MapOperation::deletionTarget() const {
    const auto ofFamily = [&](bool v4) {
        Mapping* found = state_.inbound(request_.protocol, internal_, v4, asked_.partyId);
        return found != nullptr ? found : state_.outbound(request_.protocol, internal_, v4, asked_.partyId);
    };
    Mapping* exact = ofFamily(v4_);
    return exact != nullptr || v4_ ? exact : ofFamily(true); // "::" also stands for the only one there is
}

Assignments MapOperation::remove() {
    if (const auto problem = senseProblem()) {
        return {*problem};
    }
    auto rows = asked_.portSet ? overlapped(v4_) : std::vector<Mapping*>{};
    if (rows.empty() && asked_.portSet && !v4_) {
        rows = overlapped(true);
    }
    if (rows.empty()) {
        rows = {deletionTarget()};
    }
    Assignments results;
    for (Mapping* row : rows) {
        results.push_back(remove(row));
    }
    return results;
}

Granted<Assigned> MapOperation::remove(Mapping* row) {
    if (row == nullptr) {
        if (state_.config.quirks.deleteMissingFails) {
            return Denial{ResultCode::noResources};
        }
        return Assigned{suggested_, 0};
    }
    if (row->kind != Kind::map) {
        return Denial{ResultCode::notAuthorized};
    }
    if (row->nonce && *row->nonce != request_.nonce) {
        return Denial{ResultCode::notAuthorized, row->remaining(now_)};
    }
    const auto idle = std::min(state_.idleLeft(now_, *row), row->expiry - now_);
    if (idle.count() > 0) { // RFC 6887 §15: traffic keeps it alive, whoever asks
        state_.table.setExpiry(*row, now_ + idle);
    }
    Assigned gone = report(*row);
    gone.external = suggested_;
    gone.checkpointed = gone.portReserved = false;
    if (idle.count() <= 0) {
        gone.lifetimeSeconds = 0;
        if (const Mapping* companion = companionOf(*row)) {
            state_.remove(now_, *companion, Change::deleted);
        }
        state_.remove(now_, *row, Change::deleted);
    }
    return gone;
}

Assignments MapOperation::establish() {
    auto rows = overlapped(v4_);
    if (const auto problem = nonceProblem(); problem && rows.size() < 2) {
        return {*problem};
    }
    if (const auto problem = senseProblem()) {
        return {*problem};
    }
    const wire::Address& host = internal_.address;
    if (!state_.ports.serves(host, v4_) && state_.ports.serves(host, !v4_)) {
        v4_ = !v4_; // a suggestion never makes a request fail (RFC 6887 §11.3)
        rows = overlapped(v4_);
    }
    if (const auto problem = state_.wanProblem(host, v4_)) {
        return {*problem};
    }
    if (state_.config.quirks.refusesMappings) {
        return {Denial{ResultCode::notAuthorized}};
    }
    if (state_.config.stateless) {
        return {translateStatelessly()};
    }
    if (rows.empty()) {
        return {create()};
    }
    Assignments results;
    for (Mapping* row : rows) {
        results.push_back(refresh(*row));
    }
    return results;
}

bool MapOperation::contradicts(const Endpoint& external) const noexcept {
    return asked_.preferFailure && !state_.config.quirks.preferFailureIgnored &&
           (suggested_.port != external.port ||
            (!suggested_.address.isAny() && suggested_.address != external.address));
}

Granted<Assigned> MapOperation::translateStatelessly() const {
    const auto address = state_.ports.addressFor(internal_.address, v4_);
    const Endpoint external{address.value_or(internal_.address), internal_.port};
    if (contradicts(external)) {
        return Denial{ResultCode::cannotProvideExternal};
    }
    return Assigned{external, toWireSeconds(std::chrono::ceil<seconds>(lifetime(nullptr)))};
}

milliseconds MapOperation::lifetime(const Mapping* existing) const noexcept {
    const auto& bounds = state_.config.lifetimes;
    const milliseconds granted =
        std::clamp(seconds{request_.lifetimeSeconds}, bounds.minimum, std::max(bounds.minimum, bounds.maximum));
    return existing == nullptr ? granted : std::max(granted, state_.idleLeft(now_, *existing)); // RFC 6887 §15
}

void MapOperation::describe(Mapping& row, std::vector<wire::Filter> filters) const {
    row.nonce = request_.nonce;
    row.filters = std::move(filters);
    row.description = asked_.description.value_or(row.description);
    row.preferFailure = asked_.preferFailure;
    row.thirdParty = asked_.thirdParty;
    row.checkpointed = checkpoints(row);
    row.natPmp = false;
    row.client = from_;
    row.refreshed = now_;
}

Granted<Assigned> MapOperation::refresh(Mapping& row) {
    if (row.nonce && *row.nonce != request_.nonce && !state_.config.quirks.nonceUnchecked) {
        return Denial{ResultCode::notAuthorized, row.remaining(now_)};
    }
    if (contradicts(report(row).external)) {
        return Denial{ResultCode::cannotProvideExternal};
    }
    if (row.kind == Kind::fixed) {
        return report(row);
    }
    auto filters = applyFilters(state_.config, row.filters, asked_.filters);
    if (!filters) {
        return filters.assume_error();
    }
    describe(row, std::move(filters).assume_value());
    state_.renew(now_, row, now_ + lifetime(&row));
    if (Mapping* companion = companionOf(row)) {
        state_.renew(now_, *companion, row.expiry);
    }
    Assigned assigned = report(row);
    assigned.portReserved = asked_.portReservation && reservePair(row);
    return assigned;
}

Granted<Assigned> MapOperation::create() {
    auto filters = applyFilters(state_.config, {}, asked_.filters);
    if (!filters) {
        return filters.assume_error();
    }
    if (const auto problem = state_.quotaProblem(internal_.address)) {
        return *problem;
    }
    const Wish wish{.protocol = request_.protocol,
                    .internal = internal_,
                    .nonce = request_.nonce,
                    .suggested = suggested_,
                    .v4 = v4_,
                    .exact = asked_.preferFailure && !state_.config.quirks.preferFailureIgnored,
                    .partyId = asked_.partyId};
    const auto run = chooseExternal(wish);
    if (!run) {
        return run.assume_error();
    }
    Mapping row{.protocol = request_.protocol, .internal = internal_, .external = run.assume_value().first};
    row.ports = asked_.portSet ? run.assume_value().ports : std::uint16_t{1};
    row.expiry = now_ + lifetime(nullptr);
    row.partyId = asked_.partyId;
    describe(row, std::move(filters).assume_value());
    Mapping& kept = state_.add(std::move(row));
    addCompanion(kept);
    Assigned assigned = report(kept);
    assigned.portReserved = run.assume_value().ports == 2 && asked_.portReservation && reservePair(kept);
    return assigned;
}

Mapping* MapOperation::companionOf(const Mapping& row) const {
    if (!state_.config.quirks.mapsBothProtocols || !hasCompanion(row.protocol)) {
        return nullptr;
    }
    return state_.table.findInternal(otherOf(row.protocol), row.internal, [&](const Mapping& other) {
        return other.kind == Kind::map && other.external == row.external;
    });
}

void MapOperation::addCompanion(const Mapping& row) {
    if (!state_.config.quirks.mapsBothProtocols || !hasCompanion(row.protocol) || isWildcard()) {
        return;
    }
    Mapping companion = row;
    companion.protocol = otherOf(row.protocol);
    const Wish wish{.protocol = companion.protocol, .internal = row.internal, .nonce = row.nonce, .v4 = v4_};
    if (state_.ports.usable(now_, wish, row.external)) {
        state_.add(std::move(companion));
    }
}

Granted<PortRun> MapOperation::chooseExternal(const Wish& wish) {
    if (asked_.portSet && !isWildcard()) {
        return chooseSet(wish);
    }
    if (asked_.portReservation && !isWildcard()) {
        const auto pair = choosePair(wish);
        if (pair || wish.exact) {
            return pair ? Granted<PortRun>{*pair} : Granted<PortRun>{Denial{ResultCode::cannotProvideExternal}};
        }
    }
    const auto one = chooseOne(wish);
    if (!one) {
        return one.assume_error();
    }
    return PortRun{one.assume_value(), 1};
}

Granted<Endpoint> MapOperation::chooseOne(const Wish& wish) {
    if (isWildcard()) {
        return chooseWildcard(wish);
    }
    if (const Mapping* twin = state_.outbound(request_.protocol, internal_, v4_, asked_.partyId)) {
        if (contradicts(twin->external)) {
            return Denial{ResultCode::cannotProvideExternal};
        }
        return state_.ports.usable(now_, wish, twin->external) ? Granted<Endpoint>{twin->external}
                                                               : Granted<Endpoint>{Denial{ResultCode::noResources}};
    }
    if (const auto external = state_.ports.choose(now_, wish)) {
        return *external;
    }
    const bool portIsFixed = request_.protocol == Protocol::sctp && !state_.config.rewritesSctpPorts;
    return Denial{wish.exact || portIsFixed ? ResultCode::cannotProvideExternal : ResultCode::noResources};
}

Granted<Endpoint> MapOperation::chooseWildcard(const Wish& wish) {
    const auto address = state_.ports.addressFor(internal_.address, v4_);
    if (!address || !state_.ports.whollyFree(wish, *address)) {
        return Denial{ResultCode::unsuppProtocol}; // RFC 6887 §11.3
    }
    return Endpoint{*address, 0};
}

} // namespace portolan::simulator
