// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

module portolan.session;

import :record;
import :outgoing;

namespace portolan::session {

namespace {

/// Room for the options that a session itself sends, up to the largest message.
using OptionRoom = std::array<std::uint8_t, wire::maxMessageSize - wire::mapSize>;

/// The options of a request; they were found to fit when the mapping was asked for. A deletion has only THIRD_PARTY
/// (RFC 6887 §15.1); all others are repeated in renewals.
wire::Options optionsOf(const Record& record, wire::OptionWriter& writer) {
    if (!record.extras) {
        return {};
    }
    const Extras& extras = *record.extras;
    if (extras.thirdParty) {
        (void)writer.add(wire::ThirdParty{*extras.thirdParty});
    }
    if (record.phase == Phase::leaving) {
        return writer.options();
    }
    if (extras.preferFailure) {
        (void)writer.add(wire::PreferFailure{});
    }
    if (!extras.filters.empty() && record.phase == Phase::held) {
        // Filters are added to those that stand, so a renewal flushes first (RFC 6887 §13.3).
        (void)writer.add(wire::Filter{0, 0, {}});
    }
    for (const wire::Filter& filter : extras.filters) {
        (void)writer.add(filter);
    }
    return writer.options();
}

/// The external side to suggest. A deletion suggests nothing, in the family of what it deletes (RFC 6887 §15.1,
/// errata 3621).
Endpoint suggestionOf(const Record& record) {
    if (record.phase == Phase::leaving) {
        return {wire::Address::anyLike(record.externalAddress), 0};
    }
    if (record.suggestWanted) {
        return record.extras->wantedExternal;
    }
    return {record.externalAddress, record.externalPort};
}

/// What MAP and PEER have in common.
template <class Request>
Request requestOf(const Record& record, const wire::Address& clientAddress, wire::OptionWriter& writer) {
    const Endpoint suggestion = suggestionOf(record);
    Request request;
    request.lifetimeSeconds = record.phase == Phase::leaving ? 0 : record.requestedSeconds;
    request.clientAddress = clientAddress;
    request.nonce = record.nonce;
    request.protocol = record.protocol;
    request.internalPort = record.internalPort;
    request.suggestedPort = suggestion.port;
    request.suggestedAddress = suggestion.address;
    request.options = optionsOf(record, writer);
    return request;
}

} // namespace

std::size_t writeRequest(const Record& record, const wire::Address& clientAddress, wire::Room room) {
    OptionRoom optionRoom;
    wire::OptionWriter writer{optionRoom};
    if (record.isProbe) {
        return wire::encode(wire::AnnounceRequest{clientAddress, {}}, room).assume_value();
    }
    if (record.isPeer()) {
        auto request = requestOf<wire::PeerRequest>(record, clientAddress, writer);
        request.remotePort = record.extras->remote->port;
        request.remoteAddress = record.extras->remote->address;
        return wire::encode(request, room).assume_value();
    }
    return wire::encode(requestOf<wire::MapRequest>(record, clientAddress, writer), room).assume_value();
}

} // namespace portolan::session
