// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

module portolan.session;

import :record;
import :outgoing;

namespace portolan::session {

namespace {

/// Room for the options that a session itself sends, up to the largest message.
using OptionRoom = std::array<std::uint8_t, wire::maxMessageSize - wire::mapSize>;

/// Whether the set of ports is to be told to the gateway; one port is a mapping like any other (RFC 7753 §4.1).
bool tellsPortSet(const Extras& extras) {
    return extras.wishes.portSet && extras.wishes.portSet->size > 1 && extras.plainness == Plainness::full;
}

/// The text, to a multiple of 4 octets by blanks.
std::string aligned(std::string text) {
    text.resize((text.size() + 3) / 4 * 4, ' ');
    return text;
}

void addDescription(const Extras& extras, wire::OptionWriter& writer) {
    if (extras.wishes.description && extras.plainness == Plainness::full) {
        (void)writer.add(wire::Description::of(*extras.wishes.description));
    } else if (extras.wishes.description) {
        const std::string text = aligned(*extras.wishes.description);
        (void)writer.add(wire::Description::of(text));
    }
}

/// What a gateway may leave unheeded. A set of ports is deleted as such, so that one is part of a deletion as well
/// (RFC 7753 §4.4).
void addOptional(const Record& record, wire::OptionWriter& writer) {
    const Extras& extras = *record.extras;
    if (tellsPortSet(extras)) {
        (void)writer.add(
            wire::PortSet{extras.wishes.portSet->size, record.internalPort, extras.wishes.portSet->parity});
    }
    if (record.phase == Phase::leaving || extras.plainness == Plainness::bare) {
        return;
    }
    addDescription(extras, writer);
    if (extras.wishes.prefix64) {
        (void)writer.add(wire::Prefix64{});
    }
    if (extras.wishes.checkpoint) {
        (void)writer.add(wire::CheckpointRequired{});
    }
}

/// What narrows a mapping; a deletion has none of it (RFC 6887 §15.1).
void addNarrowing(const Record& record, wire::OptionWriter& writer) {
    const Extras& extras = *record.extras;
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
}

/// The options of a request; they were found to fit when the mapping was asked for, and all are repeated in renewals.
wire::Options optionsOf(const Record& record, wire::OptionWriter& writer) {
    if (!record.extras) {
        return {};
    }
    const Extras& extras = *record.extras;
    if (extras.thirdParty) {
        (void)writer.add(wire::ThirdParty{*extras.thirdParty});
    }
    if (!extras.thirdPartyId.empty()) {
        (void)writer.add(wire::ThirdPartyId{extras.thirdPartyId});
    }
    if (record.phase != Phase::leaving) {
        addNarrowing(record, writer);
    }
    addOptional(record, writer);
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

bool makePlainer(Extras& extras) {
    const OptionWishes& wishes = extras.wishes;
    const bool unaligned = tellsPortSet(extras) || (wishes.description && wishes.description->size() % 4 != 0);
    if (extras.plainness == Plainness::full && unaligned) {
        extras.granted.dropped |= tellsPortSet(extras); // a description is only padded
        extras.plainness = Plainness::aligned;
        return true;
    }
    const bool any = wishes.description || wishes.prefix64 || wishes.checkpoint || tellsPortSet(extras);
    if (extras.plainness == Plainness::bare || !any) {
        return false;
    }
    extras.plainness = Plainness::bare;
    extras.granted.dropped = true;
    return true;
}

std::size_t writeProbe(const wire::Address& clientAddress, wire::Room room) {
    return wire::encode(wire::AnnounceRequest{clientAddress, {}}, room).assume_value();
}

std::size_t writeRequest(const Record& record, const wire::Address& clientAddress, wire::Room room) {
    OptionRoom optionRoom;
    wire::OptionWriter writer{optionRoom};
    if (record.isProbe) {
        return writeProbe(clientAddress, room);
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
