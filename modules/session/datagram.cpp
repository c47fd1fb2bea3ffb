// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.session;

namespace portolan::session {

void Session::handleDatagram(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    if (from != config_.server) {
        statistics_.foreign += handleFromLink(now, from, datagram) ? 0 : 1;
    } else if (datagram.size() < 4) {
        undecodable({wire::Fault::tooShort, static_cast<std::uint16_t>(datagram.size())});
    } else if (datagram[0] == wire::natPmpVersion) {
        handleNatPmp(now, datagram);
    } else {
        handlePcp(now, datagram);
    }
    runDue(now);
}

bool Session::handleAnnouncement(TimePoint now, const Endpoint& from, wire::Bytes datagram) {
    const bool byPcp = datagram.size() >= 4 && datagram[0] == wire::pcpVersion && datagram[1] == 0x80;
    const bool byNatPmp = datagram.size() == 12 && datagram[0] == wire::natPmpVersion && datagram[1] == 0x80;
    if (from != config_.server || (!byPcp && !byNatPmp)) {
        ++statistics_.foreign;
        return false;
    }
    const std::uint64_t before = statistics_.attributed;
    if (byPcp) {
        takeAnnouncement(now, datagram, std::nullopt);
    } else if (const auto address = wire::decodeNatPmpAddressResponse(datagram)) {
        natPmpAnnounced(now, address.assume_value());
    } else {
        undecodable(address.error());
    }
    runDue(now);
    return statistics_.attributed != before;
}

void Session::undecodable(const wire::Refusal& refusal) {
    ++statistics_.undecodable;
    statistics_.lastRefusal = refusal;
}

void Session::handlePcp(TimePoint now, wire::Bytes datagram) {
    if (const auto rejection = wire::decodeVersionRejection(datagram)) {
        handleVersionRejection(now, rejection.assume_value());
        return;
    }
    const auto header = wire::decodeResponseHeader(datagram);
    if (!header) {
        undecodable(header.error());
        return;
    }
    switch (header.assume_value().opcode) {
    case wire::Opcode::map:
        if (const auto response = wire::decodeMapResponse(datagram)) {
            handleMapResponse(now, response.assume_value());
        } else {
            undecodable(response.error());
        }
        return;
    case wire::Opcode::peer:
        if (const auto response = wire::decodePeerResponse(datagram)) {
            handlePeerResponse(now, response.assume_value());
        } else {
            undecodable(response.error());
        }
        return;
    case wire::Opcode::announce:
        takeAnnouncement(now, datagram, probeAsked());
        return;
    default:
        ++statistics_.unattributed;
        return;
    }
}

/// Takes an ANNOUNCE response, which may be the answer to this probe as well.
void Session::takeAnnouncement(TimePoint now, wire::Bytes datagram, std::optional<Index> probe) {
    const auto response = wire::decodeAnnounceResponse(datagram);
    if (!response) {
        undecodable(response.error());
        return;
    }
    const wire::AnnounceResponse& announcement = response.assume_value();
    const bool success = announcement.resultCode == wire::ResultCode::success;
    const bool asked = probe || isStranger();
    if (!asked && !success) {
        ++statistics_.unattributed;
        return;
    }
    if (isStranger()) {
        strangerAnswered();
    }
    ++statistics_.attributed;
    if (probe) {
        probeAnswered(now, *probe, {wire::pcpVersion, announcement.epochSeconds},
                      success ? std::error_code{} : make_error_code(announcement.resultCode));
    }
    notePrefixes(announcement.options);
    announced(now, announcement.epochSeconds);
}

void Session::handleNatPmp(TimePoint now, wire::Bytes datagram) {
    if (config_.speak != Speak::natPmp && wire::saysNatPmpOnly(datagram)) {
        handleNatPmpOnly(now, datagram);
        return;
    }
    if (const auto response = wire::decodeNatPmpMapResponse(datagram)) {
        handleNatPmpMap(now, response.assume_value());
        return;
    }
    const auto address = wire::decodeNatPmpAddressResponse(datagram);
    if (address) {
        handleNatPmpAddress(now, address.assume_value());
        return;
    }
    const auto refusal = wire::decodeNatPmpRefusal(datagram);
    if (!refusal || !handleNatPmpRefusal(now, refusal.assume_value(), datagram.size())) {
        undecodable(address.error());
    }
}

} // namespace portolan::session
