// SPDX-License-Identifier: MIT
module;

#include <optional>
#include <string>
#include <string_view>

module portolan.race;

import :contest;

namespace portolan::race {

bool Referee::speaksUpnp() const noexcept {
    return point_ != nullptr && config_.speak != Speak::pcp && config_.speak != Speak::natPmp;
}

/// What UPnP IGD has not got that this needs; empty if it can be asked for.
std::string_view Referee::lacks(const MappingRequest& request) const {
    const bool v4 = point_->config().clientAddress.isV4();
    if (request.remote) {
        return "outbound mappings";
    }
    if (request.thirdParty || !request.thirdPartyId.empty()) {
        return "mappings for other hosts";
    }
    if (!request.filters.empty()) {
        return "filters";
    }
    if (request.wishes.portSet) {
        return "sets of ports";
    }
    if (request.protocol != wire::Protocol::tcp && request.protocol != wire::Protocol::udp) {
        return "protocols but TCP and UDP";
    }
    if (request.internalPort == 0) {
        return "mappings of all ports";
    }
    if (request.suggestedAddress.isV4() != v4) {
        return "mappings from one family of addresses to the other";
    }
    if (request.preferFailure && !request.suggestedAddress.isAny()) {
        return "a choice of the external address";
    }
    if (request.preferFailure && !v4 && request.suggestedPort != request.internalPort) {
        return "other external ports than the internal ones by IPv6";
    }
    return {};
}

/// What is written at the gateway of the description that is wished for.
std::optional<std::string> Referee::descriptionByUpnp(const Contest& contest) const {
    const auto& wished = contest.request.wishes.description;
    const bool isWritten = wished && point_->config().clientAddress.isV4();
    return isWritten ? std::optional{point_->descriptionOf(*wished)} : std::nullopt;
}

upnp::MappingRequest Referee::translate(const Contest& contest) const {
    const MappingRequest& wanted = contest.request;
    return {wanted.protocol,      wanted.internalPort, wanted.suggestedPort,
            wanted.preferFailure, wanted.lifetime,     wanted.wishes.description.value_or(std::string{})};
}

} // namespace portolan::race
