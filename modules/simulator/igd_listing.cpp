// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <boost/unordered/unordered_map.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <limits>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

module portolan.simulator;

import :igd_action;
import :state;

// Reading and deleting port mappings: WANIPConnection:2 §2.5.14 to §2.5.20.
namespace portolan::simulator {

using std::chrono::seconds;
using wire::Protocol;

namespace {

constexpr std::uint8_t oneHost = 128; // the prefix length of a filter for one address

/// What is left of the lease, as it is read back: 0 for ever.
std::uint32_t leaseLeft(const State& state, TimePoint now, const Mapping& row) {
    const IgdQuirks& quirks = state.config.igd.quirks;
    const TimePoint end = quirks.dropsAfter && row.upnp ? row.upnp->leaseEnd : row.expiry;
    if (end == never) {
        return 0;
    }
    const seconds left = std::chrono::ceil<seconds>(end - now);
    const seconds told = quirks.leasesInHours ? std::chrono::floor<std::chrono::hours>(left) : left;
    return static_cast<std::uint32_t>(told.count());
}

std::string portText(std::uint16_t port) {
    return std::to_string(port);
}

/// What GetSpecificPortMappingEntry tells.
SoapArguments entryOf(const State& state, TimePoint now, const Mapping& row) {
    return {{"NewInternalPort", portText(row.internal.port)},
            {"NewInternalClient", fmt::format("{}", row.internal.address)},
            {"NewEnabled", "1"},
            {"NewPortMappingDescription", row.description},
            {"NewLeaseDuration", std::to_string(leaseLeft(state, now, row))}};
}

std::string protocolText(Protocol protocol) {
    return protocol == Protocol::tcp ? "TCP" : "UDP";
}

/// The mapping of a RemoteHost, an ExternalPort and a protocol.
UpnpResult<Mapping*> named(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const Protocol protocol, call.protocol("NewProtocol", state.config.igd.quirks.anyProtocolCase));
    BOOST_OUTCOME_TRY(const std::uint16_t port, call.port("NewExternalPort"));
    Mapping* row = portMapping(state, protocol, port);
    if (row == nullptr || remoteHostOf(*row) != call.text("NewRemoteHost")) {
        return UpnpError::noSuchEntryInArray;
    }
    return row;
}

struct Range {
    Protocol protocol{};
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    bool manage = false; ///< of others, too
};

UpnpResult<Range> rangeOf(const State& state, const ActionCall& call) {
    Range range;
    BOOST_OUTCOME_TRY(range.protocol, call.protocol("NewProtocol", state.config.igd.quirks.anyProtocolCase));
    BOOST_OUTCOME_TRY(range.first, call.port("NewStartPort"));
    BOOST_OUTCOME_TRY(range.last, call.port("NewEndPort"));
    BOOST_OUTCOME_TRY(range.manage, call.flag("NewManage"));
    if (range.first > range.last) {
        return UpnpError::inconsistentParameters;
    }
    return range;
}

/// The mappings of a range that the control point may see; those of others where it asks for them and may map for them.
std::vector<const Mapping*> within(const State& state, const ActionCall& call, const Range& range) {
    const bool others = range.manage && state.config.igd.othersMayBeMapped();
    std::vector<const Mapping*> found;
    for (const auto& [id, row] : state.table.rows()) {
        const bool asked = isPortMapping(row) && row.protocol == range.protocol && row.external.port >= range.first &&
                           row.external.port <= range.last;
        if (asked && (others || row.internal.address == call.from.address)) {
            found.push_back(&row);
        }
    }
    return found;
}

bool mayDelete(const State& state, const ActionCall& call, const Mapping& row) {
    return row.isUpnp() && (row.internal.address == call.from.address || state.config.igd.othersMayBeMapped());
}

void appendEntry(pugi::xml_node list, const State& state, TimePoint now, const Mapping& row) {
    pugi::xml_node entry = list.append_child("p:PortMappingEntry");
    const auto append = [&](const char* name, const std::string& value) {
        entry.append_child(name).text().set(value.c_str());
    };
    append("p:NewRemoteHost", remoteHostOf(row));
    append("p:NewExternalPort", portText(row.external.port));
    append("p:NewProtocol", protocolText(row.protocol));
    append("p:NewInternalPort", portText(row.internal.port));
    append("p:NewInternalClient", fmt::format("{}", row.internal.address));
    append("p:NewEnabled", "1");
    append("p:NewDescription", row.description);
    append("p:NewLeaseTime", std::to_string(leaseLeft(state, now, row)));
}

} // namespace

bool isPortMapping(const Mapping& row) noexcept {
    return row.isInbound() && row.internal.address.isV4() && row.external.address.isV4() && row.internal.port != 0 &&
           (row.protocol == Protocol::tcp || row.protocol == Protocol::udp);
}

Mapping* portMapping(State& state, Protocol protocol, std::uint16_t externalPort) {
    for (const auto& [id, row] : state.table.rows()) {
        if (isPortMapping(row) && row.protocol == protocol && row.external.port == externalPort) {
            return state.table.find(id);
        }
    }
    return nullptr;
}

std::string remoteHostOf(const Mapping& row) {
    const bool one = row.filters.size() == 1 && row.filters.front().prefixLength == oneHost;
    return one ? fmt::format("{}", row.filters.front().remoteAddress) : std::string{};
}

UpnpResult<SoapArguments> getSpecificPortMappingEntry(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const Mapping* row, named(state, call));
    return entryOf(state, call.now, *row);
}

UpnpResult<SoapArguments> getGenericPortMappingEntry(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(std::uint16_t index, call.port("NewPortMappingIndex"));
    for (const auto& [id, row] : state.table.rows()) {
        if (!isPortMapping(row) || index-- > 0) {
            continue;
        }
        SoapArguments all{{"NewRemoteHost", remoteHostOf(row)},
                          {"NewExternalPort", portText(row.external.port)},
                          {"NewProtocol", protocolText(row.protocol)}};
        for (auto& argument : entryOf(state, call.now, row)) {
            all.push_back(std::move(argument));
        }
        return all;
    }
    return UpnpError::specifiedArrayIndexInvalid;
}

UpnpResult<SoapArguments> getListOfPortMappings(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const Range range, rangeOf(state, call));
    BOOST_OUTCOME_TRY(const std::uint16_t most, call.port("NewNumberOfPorts"));
    const auto found = within(state, call, range);
    if (found.empty()) {
        return UpnpError::portMappingNotFound;
    }
    pugi::xml_document document;
    pugi::xml_node list = document.append_child("p:PortMappingList");
    list.append_attribute("xmlns:p") = "urn:schemas-upnp-org:gw:WANIPConnection";
    std::uint16_t listed = 0;
    for (const Mapping* row : found) {
        if (most != 0 && listed++ == most) { // 0: all of them
            break;
        }
        appendEntry(list, state, call.now, *row);
    }
    std::ostringstream text;
    document.save(text, "", pugi::format_raw);
    return SoapArguments{{"NewPortListing", text.str()}};
}

UpnpResult<SoapArguments> deletePortMapping(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const Mapping* row, named(state, call));
    if (!mayDelete(state, call, *row)) {
        return state.config.igd.version == IgdVersion::v1 ? UpnpError::actionFailed : UpnpError::notAuthorized;
    }
    state.remove(call.now, *row, Change::deleted);
    return SoapArguments{};
}

UpnpResult<SoapArguments> deletePortMappingRange(State& state, const ActionCall& call) {
    BOOST_OUTCOME_TRY(const Range range, rangeOf(state, call));
    const auto found = within(state, call, range);
    bool deleted = false;
    for (const Mapping* row : found) {
        if (mayDelete(state, call, *row)) {
            state.remove(call.now, *row, Change::deleted);
            deleted = true;
        }
    }
    if (!deleted) {
        return found.empty() ? UpnpError::portMappingNotFound : UpnpError::notAuthorized;
    }
    return SoapArguments{};
}

} // namespace portolan::simulator
