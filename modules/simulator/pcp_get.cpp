// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

module portolan.simulator;

import :state;
import :pcp_map;
import :pcp_get;

namespace portolan::simulator {

namespace {

using wire::OptionCode;
using wire::ResultCode;
using wire::drafts::GetFilter;
using wire::drafts::Next;

using Buffer = std::array<std::uint8_t, wire::maxMessageSize>;

bool isAnyOr(const wire::Address& wanted, const wire::Address& seen) noexcept {
    return wanted.isAny() || wanted == seen;
}

bool isAnyOr(std::uint16_t wanted, std::uint16_t seen) noexcept {
    return wanted == 0 || wanted == seen;
}

/// Whether zeros, which are wildcards, and the rest agree with a row. A NEXT has the fields of a filter, too.
template <class Wanted>
bool agrees(const Wanted& wanted, const Mapping& row) noexcept {
    return (wanted.protocol == wire::Protocol::all || wanted.protocol == row.protocol) &&
           isAnyOr(wanted.internalAddress, row.internal.address) &&
           isAnyOr(wanted.externalAddress, row.external.address) && isAnyOr(wanted.internalPort, row.internal.port) &&
           isAnyOr(wanted.externalPort, row.external.port);
}

/// Writes an option of a row if it has it.
void addOption(wire::OptionWriter& writer, OptionCode code, const Mapping& row) {
    if (code == OptionCode::thirdParty && row.thirdParty) {
        (void)writer.add(wire::ThirdParty{row.internal.address});
    } else if (code == OptionCode::preferFailure && row.preferFailure) {
        (void)writer.add(wire::PreferFailure{});
    } else if (code == OptionCode::filter) {
        for (const wire::Filter& filter : row.filters) {
            (void)writer.add(filter);
        }
    } else if (code == OptionCode::thirdPartyId && !row.partyId.empty()) {
        (void)writer.add(wire::ThirdPartyId{row.partyId});
    } else if (code == OptionCode::description && !row.description.empty()) {
        (void)writer.add(wire::Description::of(row.description));
    } else if (code == OptionCode::portSet && row.ports > 1) {
        (void)writer.add(wire::PortSet{row.ports, row.internal.port, false});
    } else if (code == OptionCode::checkpointRequired && row.checkpointed) {
        (void)writer.add(wire::CheckpointRequired{});
    }
}

Next describe(TimePoint now, const Mapping& row, bool end, wire::Bytes options) {
    return {.nonce = row.nonce.value_or(wire::Nonce{}),
            .protocol = row.protocol,
            .end = end,
            .internalAddress = row.internal.address,
            .externalAddress = row.external.address,
            .remainingSeconds = toWireSeconds(row.remaining(now)),
            .internalPort = row.internal.port,
            .externalPort = row.external.port,
            .rest = options};
}

/// The rows that a GET may see, in the order they were made.
std::vector<const Mapping*> visibleRows(const State& state, const Endpoint& from, const GetFilter& filter) {
    const PcpConfig& config = state.config.pcp;
    const bool all =
        config.thirdParty && std::ranges::find(config.thirdPartyHosts, from.address) != config.thirdPartyHosts.end();
    std::vector<const Mapping*> rows;
    for (const auto& [id, row] : state.table.rows()) {
        const bool own = row.internal.address == from.address && row.partyId.empty();
        if (row.kind == Kind::map && (all || own) && agrees(filter, row)) {
            rows.push_back(&row);
        }
    }
    return rows;
}

/// The NEXT of a request; none if it has none. Options it does not know are as in any request (RFC 6887 §7.3).
Granted<std::optional<Next>> readLocator(const State& state, const wire::Options& options) {
    std::optional<Next> locator;
    for (const wire::RawOption raw : options) {
        if (raw.code != wire::drafts::next) {
            if (wire::isMandatory(raw.code)) {
                return Denial{ResultCode::unsuppOption};
            }
            continue;
        }
        const auto read = wire::drafts::readNext(raw, state.config.pcp.drafts.next);
        if (!read || locator) {
            return Denial{ResultCode::malformedOption};
        }
        locator = read.assume_value();
    }
    return locator;
}

bool isStart(const Next& locator) noexcept {
    return locator.internalAddress.isAny() && locator.externalAddress.isAny() && locator.internalPort == 0 &&
           locator.externalPort == 0;
}

/// Writes rows from `at` on while they fit; the last one of all says so.
void writeRows(wire::OptionWriter& writer, const State& state, TimePoint now, const std::vector<const Mapping*>& rows,
               std::size_t at, const std::optional<Next>& locator) {
    const bool alone = locator && locator->end && !isStart(*locator);
    const bool repeats = locator && !isStart(*locator) && !alone;
    for (std::size_t index = at; index < rows.size(); ++index) {
        Buffer room{};
        wire::OptionWriter options{room};
        const bool repeated = repeats && index == at; // dropped by the client: without options there is room for more
        for (const std::uint8_t code : locator && !repeated ? locator->rest : wire::Bytes{}) {
            addOption(options, static_cast<OptionCode>(code), *rows[index]);
        }
        const bool end = alone || index + 1 == rows.size();
        const auto version = state.config.pcp.drafts.next;
        const bool first = index == at + (repeats ? 1 : 0);
        bool written =
            writeNext(writer, describe(now, *rows[index], end, options.options().octets()), version).has_value();
        if (!written && first) { // rather without its options than never
            written = writeNext(writer, describe(now, *rows[index], end, {}), version).has_value();
        }
        if (!written || alone) {
            return;
        }
    }
}

} // namespace

Granted<Answer> get(const State& state, TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    const auto decoded = wire::drafts::decodeGetRequest(datagram);
    if (!decoded) {
        return Denial{ResultCode::malformedRequest};
    }
    const auto& request = decoded.assume_value();
    const GetFilter& filter = request.filter;
    if (filter.protocol == wire::Protocol::all && (filter.internalPort != 0 || filter.externalPort != 0)) {
        return Denial{ResultCode::malformedRequest};
    }
    const auto locator = readLocator(state, request.options);
    if (!locator) {
        return locator.assume_error();
    }
    const auto rows = visibleRows(state, from, filter);
    std::size_t at = 0;
    if (const auto& named = locator.assume_value(); named && !isStart(*named)) {
        const auto isNamed = [&](const Mapping* row) { return agrees(*named, *row); };
        const auto found = std::ranges::find_if(rows, isNamed);
        if (found != rows.end() && std::find_if(found + 1, rows.end(), isNamed) != rows.end()) {
            return Denial{wire::drafts::ambiguousMapping};
        }
        at = static_cast<std::size_t>(found - rows.begin());
    }
    if (at == rows.size()) {
        return Denial{wire::drafts::noSuchMapping};
    }
    Buffer optionRoom{};
    Buffer room{};
    wire::OptionWriter writer{wire::Room{optionRoom}.first(wire::maxMessageSize - wire::drafts::getSize)};
    writeRows(writer, state, now, rows, at, locator.assume_value());
    const auto size = encode(
        wire::drafts::GetResponse{.epochSeconds = state.epoch(now), .filter = filter, .options = writer.options()},
        room);
    return size ? Answer(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size.assume_value())) : Answer{};
}

} // namespace portolan::simulator
