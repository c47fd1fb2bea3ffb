// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

namespace {

/// How long a gateway that granted another external side than the only acceptable one is not asked again.
constexpr Duration otherExternalHold = std::chrono::minutes{2};

std::optional<wire::Address> thirdPartyOf(const wire::Options& options) {
    for (const wire::RawOption& raw : options) {
        if (raw.code == wire::OptionCode::thirdParty && raw.data.size() == 16) {
            wire::Address address;
            std::ranges::copy(raw.data, address.octets.begin());
            return address;
        }
    }
    return std::nullopt;
}

/// Which of the hosts that share an address the response is about (RFC 7843 §4); empty if it does not say.
wire::Bytes thirdPartyIdOf(const wire::Options& options) {
    for (const wire::RawOption& raw : options) {
        if (raw.code == wire::OptionCode::thirdPartyId) {
            return raw.data;
        }
    }
    return {};
}

/// Whether PREFER_FAILURE excludes what was granted (RFC 6887 §13.2).
bool isMismatch(const Record& record, const wire::MapResponse& response) {
    if (!record.exactly()) {
        return false;
    }
    const Endpoint& wanted = record.extras->wantedExternal;
    return response.assignedPort != wanted.port ||
           (!wanted.address.isAny() && response.assignedAddress != wanted.address);
}

} // namespace

/// Whose answer this is: that of an outbound mapping, if it names a remote peer.
std::optional<Session::Index> Session::attribute(const wire::MapResponse& response,
                                                 const std::optional<Endpoint>& remote) const {
    FullKey key{{thirdPartyOf(response.options).value_or(wire::Address{}), response.internalPort, response.protocol,
                 response.assignedAddress.isV4()},
                remote,
                thirdPartyIdOf(response.options)};
    const auto asked = [&](std::optional<Index> at) {
        return at && table_[*at].askedByPcp && !table_[*at].isProbe && table_[*at].nonce == response.nonce;
    };
    if (const auto at = table_.find(key); asked(at)) {
        return at;
    }
    // A translator may give an external address of the other family (RFC 6887 §12.4).
    key.local.externalV4 = !key.local.externalV4;
    if (const auto at = table_.find(key); asked(at)) {
        return at;
    }
    return remote ? std::nullopt : attributeToSet(response, key);
}

bool Session::repeats(const Record& record, const wire::MapResponse& response) const {
    if (record.exchange != Exchange::idle || record.phase == Phase::leaving) {
        return false;
    }
    if (response.resultCode != wire::ResultCode::success) {
        return record.refusal == response.resultCode;
    }
    return record.phase == Phase::held && record.epochSeconds == response.epochSeconds &&
           record.externalPort == response.assignedPort && record.externalAddress == response.assignedAddress &&
           std::chrono::seconds{record.grantedSeconds} == cappedLifetime(response.lifetimeSeconds);
}

void Session::handleMapResponse(TimePoint now, const wire::MapResponse& response) {
    if (response.assignedPort == 0 && isPinhole(response)) {
        wire::MapResponse told = response;
        told.assignedPort = response.internalPort;
        handleAnswer(now, attribute(told, std::nullopt), told);
        return;
    }
    handleAnswer(now, attribute(response, std::nullopt), response);
}

/// Whether a firewall lets in what is sent to this host's own address; some do not say again that the port is the same.
bool Session::isPinhole(const wire::MapResponse& response) const noexcept {
    return response.resultCode == wire::ResultCode::success && response.lifetimeSeconds != 0 &&
           !response.assignedAddress.isV4() && response.assignedAddress == config_.clientAddress;
}

void Session::handleAnswer(TimePoint now, std::optional<Index> at, const wire::MapResponse& response) {
    if (!at) {
        ++statistics_.unattributed;
        return;
    }
    ++statistics_.attributed;
    if (repeats(table_[*at], response)) {
        return;
    }
    if (!pcpEpoch_.check(now, response.epochSeconds)) {
        recover(now, Duration::zero(), at, std::nullopt);
    }
    answering_ = at;
    if (table_[*at].phase == Phase::leaving) {
        deletionAnswered(now, *at, response);
    } else if (response.resultCode == wire::ResultCode::success) {
        mapGranted(now, *at, response);
    } else {
        mapRefused(now, *at, response);
    }
    answering_.reset();
}

void Session::mapGranted(TimePoint now, Index at, const wire::MapResponse& response) {
    Record& record = table_[at];
    if (response.lifetimeSeconds == 0 || (response.assignedPort == 0 && record.internalPort != 0)) {
        // The late answer to a deletion of the same mapping: what stands now must be asked again.
        if (record.phase == Phase::held && record.exchange == Exchange::idle) {
            idleUntil(at, std::max(now, record.lastSent + renewalFloor));
        }
        return;
    }
    if (record.isQuery) {
        queryAnswered(now, at, response);
        return;
    }
    if (isMismatch(record, response)) {
        mapMismatched(now, at);
        return;
    }
    record.mismatchSent = never;
    notePrefixes(response.options);
    if (record.phase == Phase::held && record.exchange == Exchange::idle &&
        response.internalPort != record.internalPort) {
        partGranted(now, at, response);
        return;
    }
    std::optional<Endpoint> external{{response.assignedAddress, response.assignedPort}};
    if (record.extras && record.extras->wishes.portSet) {
        external = notePorts(record, response);
    }
    if (!external) {
        return; // about none of the ports that were asked for
    }
    noteOptions(record, response.options);
    granted(now, at,
            {*external, cappedLifetime(response.lifetimeSeconds), response.epochSeconds, Via::pcp, record.nonce});
    if (record.extras && record.extras->changed) {
        renewSoon(now, at); // what was sent was sent before the change
    }
}

void Session::queryAnswered(TimePoint now, Index at, const wire::MapResponse& response) {
    Record& record = table_[at];
    record.externalAddress = response.assignedAddress;
    record.epochSeconds = response.epochSeconds;
    if (response.assignedAddress.isAny()) {
        // The gateway has no external address itself.
        constexpr auto code = wire::ResultCode::networkFailure;
        emit(at, EventKind::refused, code, defaultErrorLifetime(code));
    } else {
        emit(at, EventKind::address);
    }
    startDeletion(now, at);
}

void Session::mapMismatched(TimePoint now, Index at) {
    Record& record = table_[at];
    // One may be a Mapping Update for an older mapping (RFC 6887 §13.2), also if it comes twice; an answer to a later
    // transmission shows a gateway without the option.
    if (record.mismatchSent == never || record.mismatchSent == record.lastSent) {
        record.mismatchSent = record.lastSent;
        return;
    }
    record.mismatchSent = never;
    if (record.phase == Phase::held) {
        emit(at, EventKind::lost);
        record.phase = Phase::wanted;
    }
    refused(now, at, Errc::otherExternal, otherExternalHold);
    record.wantedAgain = true;
    startDeletion(now, at);
}

void Session::mapRefused(TimePoint now, Index at, const wire::MapResponse& response) {
    if (retriedPlainer(at, response.resultCode)) {
        return;
    }
    Record& record = table_[at];
    const Duration hold = capped(response.lifetimeSeconds, defaultErrorLifetime(response.resultCode));
    if (response.resultCode == wire::ResultCode::noResources) {
        noNewUntil_ = now + hold;
    }
    const bool held = record.phase == Phase::held;
    record.refusal = response.resultCode;
    record.wait = Duration::zero();
    record.mayStandByPcp = held;
    record.suggestWanted = held && record.exactly() && response.resultCode == wire::ResultCode::cannotProvideExternal;
    // An error copies the suggested address; another one there is the gateway's own, given away by some that sit
    // behind a further NAT.
    std::optional<wire::Address> gatewayExternal;
    if (!response.assignedAddress.isAny() && response.assignedAddress != record.externalAddress) {
        gatewayExternal = response.assignedAddress;
    }
    if (record.isPeer() && response.resultCode == wire::ResultCode::cannotProvideExternal) {
        dropSuggestion(at);
    }
    refused(now, at, response.resultCode, hold, gatewayExternal);
}

} // namespace portolan::session
