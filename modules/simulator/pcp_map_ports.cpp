// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map> // the comparison of its iterators, which importers of the table do not see
#include <utility>
#include <vector>

module portolan.simulator;

import :ports;
import :state;
import :pcp_options;
import :pcp_map;

// MAP for more than one port: PORT_SET (RFC 7753), and the pairs of a draft.
namespace portolan::simulator {

using std::chrono::seconds;
using wire::ResultCode;

namespace {

/// How many ports from there on exist.
std::uint16_t portsFrom(std::uint16_t port, std::uint16_t wanted) noexcept {
    return static_cast<std::uint16_t>(std::min<std::uint32_t>(wanted, 0x10000U - port));
}

} // namespace

// RFC 7753 §4.4.1: a request for ports that are mapped is about those mappings, whatever else it asks for.
std::vector<Mapping*> MapOperation::overlapped(bool v4) const {
    std::vector<Mapping*> rows;
    const std::uint16_t count = isWildcard() ? std::uint16_t{1} : portsFrom(internal_.port, asked_.ports());
    for (unsigned i = 0; i < count; ++i) {
        const Endpoint internal{internal_.address, static_cast<std::uint16_t>(internal_.port + i)};
        Mapping* row = state_.inbound(request_.protocol, internal, v4, asked_.partyId);
        if (row != nullptr && std::ranges::find(rows, row) == rows.end()) {
            rows.push_back(row);
        }
    }
    return rows;
}

Granted<PortRun> MapOperation::chooseSet(const Wish& wish) {
    std::uint16_t wanted = portsFrom(internal_.port, std::min(asked_.ports(), state_.config.pcp.maxPortSet));
    if (const auto& quota = state_.config.ports.perHost) { // there is room for one, or the quota would have refused
        const auto left = *quota - state_.table.explicitCount(internal_.address);
        wanted = static_cast<std::uint16_t>(std::min<std::size_t>(wanted, left));
    }
    const auto start = asked_.portSet->parity ? RunStart::likeInternal : RunStart::anywhere;
    auto run = state_.ports.chooseRun(now_, wish, wanted, start);
    if (!run && asked_.portSet->parity) {
        run = state_.ports.chooseRun(now_, wish, wanted, RunStart::anywhere); // parity is a wish (RFC 7753 §4.2)
    }
    return run ? Granted<PortRun>{*run} : Granted<PortRun>{Denial{ResultCode::noResources}};
}

// Who knows nothing of port sets hears of the port asked for alone, though all of the set are renewed.
Assigned MapOperation::report(const Mapping& row) const {
    Assigned assigned{row.external, toWireSeconds(row.remaining(now_))};
    assigned.checkpointed = row.checkpointed;
    if (asked_.portSet && row.ports > 1) {
        assigned.portSet = wire::PortSet{row.ports, row.internal.port, asked_.portSet->parity};
    } else {
        assigned.external = row.coversInternal(internal_.port) ? row.externalAt(internal_.port) : row.external;
    }
    if (!row.coversInternal(internal_.port)) {
        assigned.internalPort = row.internal.port;
    }
    return assigned;
}

bool MapOperation::checkpoints(const Mapping& row) const noexcept {
    return asked_.checkpoint &&
           (row.checkpointed || state_.checkpoints(internal_.address) < state_.config.pcp.maxCheckpoints);
}

// An even port and the one behind it, for an internal port whose successor has no mapping either.
std::optional<PortRun> MapOperation::choosePair(const Wish& wish) {
    const Endpoint second{internal_.address, static_cast<std::uint16_t>(internal_.port + 1)};
    const bool possible = internal_.port != 65535 &&
                          state_.inbound(request_.protocol, second, v4_, asked_.partyId) == nullptr &&
                          state_.outbound(request_.protocol, internal_, v4_, asked_.partyId) == nullptr;
    const auto& quota = state_.config.ports.perHost;
    if (!possible || (quota && *quota < state_.table.explicitCount(internal_.address) + 2)) {
        return std::nullopt;
    }
    const auto run = state_.ports.chooseRun(now_, wish, 2, RunStart::even);
    return run && run->ports == 2 ? run : std::nullopt;
}

// The second port is a mapping of its own, with the life of the first: it is deleted by itself.
bool MapOperation::reservePair(const Mapping& row) {
    if (row.external.port % 2 != 0 || row.ports != 1 || row.internal.port == 65535) {
        return false;
    }
    const Endpoint internal{row.internal.address, static_cast<std::uint16_t>(row.internal.port + 1)};
    const Endpoint external{row.external.address, static_cast<std::uint16_t>(row.external.port + 1)};
    if (Mapping* second = state_.inbound(row.protocol, internal, v4_, asked_.partyId)) {
        const bool stands = second->kind == Kind::map && second->external == external && second->nonce == row.nonce;
        if (stands) {
            state_.renew(now_, *second, row.expiry);
        }
        return stands;
    }
    const Wish wish{
        .protocol = row.protocol, .internal = internal, .nonce = row.nonce, .v4 = v4_, .partyId = asked_.partyId};
    if (!state_.ports.usable(now_, wish, external) || state_.quotaProblem(internal.address)) {
        return false;
    }
    Mapping second = row;
    second.internal = internal;
    second.external = external;
    second.checkpointed = false;
    state_.add(std::move(second));
    return true;
}

} // namespace portolan::simulator
