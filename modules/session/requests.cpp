// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

namespace {

/// The external address is asked for by a mapping for as long as the shortest a gateway should grant (RFC 6887 §15).
constexpr std::uint32_t querySeconds = 120;

/// Octets of the options, each with its header.
constexpr std::size_t thirdPartyOctets = 20;
constexpr std::size_t preferFailureOctets = 4;
constexpr std::size_t filterOctets = 24;

/// Whether request and response fit 1100 octets, also in a renewal, which has one more FILTER to flush those that
/// stand (RFC 6887 §7.3, §13.3).
bool optionsFit(const MappingRequest& request) {
    std::size_t octets = request.filters.empty() ? 0 : filterOctets * (request.filters.size() + 1);
    octets += request.thirdParty ? thirdPartyOctets : 0;
    octets += request.preferFailure ? preferFailureOctets : 0;
    return wire::mapSize + octets <= wire::maxMessageSize;
}

/// Whether the filter says something about peers of the internal address (RFC 6887 §13.3, errata 3891).
bool isSound(const wire::Filter& filter, const wire::Address& internal) {
    const int shortest = filter.remoteAddress.isV4() ? 97 : 1;
    return filter.remoteAddress.isV4() == internal.isV4() && filter.prefixLength >= shortest &&
           filter.prefixLength <= 128;
}

/// Whether the protocol has ports as TCP has them; of any other, all is mapped or nothing (RFC 6887 §11.1).
bool hasPorts(wire::Protocol protocol) {
    switch (protocol) {
    case wire::Protocol::tcp:
    case wire::Protocol::udp:
    case wire::Protocol::dccp:
    case wire::Protocol::sctp:
    case wire::Protocol::udplite:
        return true;
    default:
        return false;
    }
}

bool hasOptions(const MappingRequest& request) {
    return request.thirdParty || request.preferFailure || !request.filters.empty();
}

/// Whether a server could make sense of it (RFC 6887 §11.1, §13.1, §13.2, §13.3).
bool isSound(const MappingRequest& request, const wire::Address& clientAddress) {
    const wire::Address internal = request.thirdParty.value_or(clientAddress);
    const bool portForNone = request.internalPort == 0 && request.suggestedPort != 0;
    const bool portOfPortless = request.internalPort != 0 && !hasPorts(request.protocol);
    const bool failureOfNothing = request.preferFailure && request.suggestedPort == 0;
    const bool thirdPartyIsNone = request.thirdParty && (internal == clientAddress || internal.isAny());
    return !portForNone && !portOfPortless && !failureOfNothing && !thirdPartyIsNone && optionsFit(request) &&
           std::ranges::all_of(request.filters, [&](const wire::Filter& filter) { return isSound(filter, internal); });
}

} // namespace

Session::Session(const Config& config)
    : config_(config), random_(config.seed), ceiling_(config.packetsPerSecond, config.packetBurst) {
    config_.window = std::max(config.window, 1U);
}

std::optional<std::error_code> Session::unfit(const MappingRequest& request) const {
    const std::int64_t seconds = request.lifetime.count();
    if (seconds <= 0 || seconds > 0xffffffff || !isSound(request, config_.clientAddress)) {
        return Errc::invalidRequest;
    }
    const bool portless = request.protocol != wire::Protocol::tcp && request.protocol != wire::Protocol::udp;
    const bool beyondNatPmp =
        hasOptions(request) || portless || request.internalPort == 0 || !request.suggestedAddress.isV4();
    if (config_.speak == Speak::natPmp && beyondNatPmp) {
        return Errc::notAvailable;
    }
    return std::nullopt;
}

result<Session::Index> Session::admit(TimePoint now, const MappingRequest& request) {
    if (const auto error = unfit(request)) {
        return *error;
    }
    const RecordKey key{request.thirdParty.value_or(wire::Address{}), request.internalPort, request.protocol,
                        request.suggestedAddress.isV4()};
    std::unique_ptr<Extras> extras;
    if (hasOptions(request)) {
        extras = std::make_unique<Extras>(Extras{request.thirdParty,
                                                 request.preferFailure,
                                                 {request.suggestedAddress, request.suggestedPort},
                                                 request.filters});
    }
    const auto at = addOrSupersede(now, key, request.nonce);
    if (!at) {
        return Errc::alreadyMapped;
    }
    Record& record = table_[*at];
    record.externalPort = request.suggestedPort;
    record.externalAddress = request.suggestedAddress;
    record.requestedSeconds = static_cast<std::uint32_t>(request.lifetime.count());
    record.extras = std::move(extras);
    return *at;
}

/// A record for the key. If one is being deleted under it, that ends, and what the gateway knows of it is kept.
std::optional<Session::Index> Session::addOrSupersede(TimePoint now, const RecordKey& key, const wire::Nonce& nonce) {
    Record known;
    known.nonce = nonce;
    if (const auto at = table_.find(key); at && table_[*at].phase == Phase::leaving && !table_[*at].wantedAgain) {
        known.nonce = table_[*at].nonce;
        known.mayStandByPcp = table_[*at].mayStandByPcp;
        known.mayStandByNatPmp = table_[*at].mayStandByNatPmp;
        released(now, *at, {});
    }
    const auto at = table_.add(key);
    if (at) {
        Record& record = table_[*at];
        record.nonce = known.nonce;
        record.mayStandByPcp = known.mayStandByPcp;
        record.mayStandByNatPmp = known.mayStandByNatPmp;
        record.protocol = key.protocol;
        record.internalPort = key.internalPort;
        record.keyV4 = key.externalV4;
    }
    return at;
}

std::optional<MappingRequest> Session::request(MappingId id) const {
    const auto at = table_.find(id);
    if (!at || table_[*at].isQuery || table_[*at].phase == Phase::leaving) {
        return std::nullopt;
    }
    const Record& record = table_[*at];
    MappingRequest request;
    request.protocol = record.protocol;
    request.internalPort = record.internalPort;
    request.suggestedPort = record.externalPort;
    request.suggestedAddress = record.keyV4 ? wire::Address::anyV4() : wire::Address::anyV6();
    request.lifetime = std::chrono::seconds{record.requestedSeconds};
    request.nonce = record.nonce;
    if (record.extras) {
        request.thirdParty = record.extras->thirdParty;
        request.preferFailure = record.extras->preferFailure;
        request.filters = record.extras->filters;
    }
    if (record.exactly()) {
        request.suggestedPort = record.extras->wantedExternal.port;
    }
    return request;
}

result<MappingId> Session::handleRequest(TimePoint now, const MappingRequest& request) {
    BOOST_OUTCOME_TRY(const Index at, admit(now, request));
    const MappingId id = table_.idOf(at);
    start(now, at);
    return id;
}

result<MappingId> Session::handleDelete(TimePoint now, const MappingRequest& request) {
    BOOST_OUTCOME_TRY(const Index at, admit(now, request));
    const MappingId id = table_.idOf(at);
    Record& record = table_[at];
    record.phase = Phase::wanted;
    record.mayStandByPcp = true;
    record.mayStandByNatPmp = natPmpFits(record);
    startDeletion(now, at);
    return id;
}

result<MappingId> Session::handleAddressQuery(TimePoint now, const wire::Nonce& nonce, std::uint16_t internalPort) {
    const bool v4 = config_.clientAddress.isV4();
    if (config_.speak == Speak::natPmp && !v4) {
        return Errc::notAvailable; // NAT-PMP is of IPv4
    }
    auto at = addOrSupersede(now, {{}, internalPort, wire::Protocol::udp, v4}, nonce);
    if (!at) {
        at = addOrSupersede(now, {{}, internalPort, wire::Protocol::tcp, v4}, nonce);
    }
    if (!at) {
        return Errc::alreadyMapped;
    }
    Record& record = table_[*at];
    record.externalAddress = wire::Address::anyLike(config_.clientAddress);
    record.requestedSeconds = querySeconds;
    record.isQuery = true;
    const MappingId id = table_.idOf(*at);
    start(now, *at);
    return id;
}

void Session::start(TimePoint now, Index at) {
    table_[at].phase = Phase::wanted;
    if (const TimePoint closed = std::max(noNewUntil_, silentUntil_); closed > now) {
        refused(now, at, wire::ResultCode::noResources, closed - now);
    } else if (config_.speak == Speak::natPmp) {
        toNatPmp(now, at);
    } else {
        enqueue(at);
    }
    runDue(now);
}

} // namespace portolan::session
