// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

module portolan.session;

import :record;
import :table;
import :soundness;

namespace portolan::session {

namespace {

/// The external address is asked for by a mapping for as long as the shortest a gateway should grant (RFC 6887 §15).
constexpr std::uint32_t querySeconds = 120;

} // namespace

Session::Session(const Config& config)
    : config_(config), random_(config.seed), ceiling_(config.packetsPerSecond, config.packetBurst) {
    config_.window = std::max(config.window, 1U);
}

result<Session::Index> Session::admit(TimePoint now, const MappingRequest& request) {
    if (const std::string_view fault = faultOf(request, config_.clientAddress); !fault.empty()) {
        return Error{Errc::invalidRequest, std::string{fault}};
    }
    if (config_.speak == Speak::natPmp && isBeyondNatPmp(request)) {
        return Errc::notAvailable;
    }
    const FullKey key{{request.thirdParty.value_or(wire::Address{}), request.internalPort, request.protocol,
                       request.suggestedAddress.isV4()},
                      request.remote,
                      request.thirdPartyId};
    const std::uint32_t count = request.wishes.portSet ? request.wishes.portSet->size : 1;
    if (!request.remote && overlapsOthers(key, std::min(count, 0x10000U - request.internalPort))) {
        return Error{Errc::alreadyMapped, "a set of ports and another mapping may have no port in common"};
    }
    const auto at = request.remote ? addPeer(key, request.nonce) : addOrSupersede(now, key, request.nonce);
    if (!at) {
        return Errc::alreadyMapped;
    }
    Record& record = table_[*at];
    record.externalPort = request.suggestedPort;
    record.externalAddress = request.suggestedAddress;
    record.requestedSeconds = static_cast<std::uint32_t>(request.lifetime.count());
    if (hasExtras(request)) {
        record.extras =
            std::make_unique<Extras>(Extras{.remote = request.remote,
                                            .thirdParty = request.thirdParty,
                                            .preferFailure = request.preferFailure,
                                            .wantedExternal = {request.suggestedAddress, request.suggestedPort},
                                            .filters = request.filters,
                                            .thirdPartyId = request.thirdPartyId,
                                            .wishes = request.wishes});
    }
    if (request.wishes.portSet) {
        portSets_.push_back(*at);
    }
    return *at;
}

std::optional<Session::Index> Session::addPeer(const FullKey& key, const wire::Nonce& nonce) {
    const auto at = table_.add(key);
    if (at) {
        setKey(*at, key.local);
        table_[*at].nonce = nonce;
    }
    return at;
}

void Session::setKey(Index at, const RecordKey& key) {
    table_[at].protocol = key.protocol;
    table_[at].internalPort = key.internalPort;
    table_[at].keyV4 = key.externalV4;
}

/// A record for the key. If one is being deleted under it, that ends, and what the gateway knows of it is kept.
std::optional<Session::Index> Session::addOrSupersede(TimePoint now, const FullKey& key, const wire::Nonce& nonce) {
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
        setKey(*at, key.local);
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
        request.remote = record.extras->remote;
        request.thirdParty = record.extras->thirdParty;
        request.preferFailure = record.extras->preferFailure;
        request.filters = record.extras->filters;
        request.thirdPartyId = record.extras->thirdPartyId;
        request.wishes = record.extras->wishes;
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
    if (request.remote) {
        return Error{Errc::invalidRequest, "an outbound mapping cannot be deleted; it ends by itself"};
    }
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
    auto at = addOrSupersede(now, {{{}, internalPort, wire::Protocol::udp, v4}}, nonce);
    if (!at) {
        at = addOrSupersede(now, {{{}, internalPort, wire::Protocol::tcp, v4}}, nonce);
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
    const TimePoint closed = table_[at].isProbe ? silentUntil_ : std::max(noNewUntil_, silentUntil_);
    if (closed > now) {
        refused(now, at, wire::ResultCode::noResources, closed - now);
    } else if (config_.speak == Speak::natPmp) {
        toNatPmp(now, at);
    } else {
        enqueue(at);
    }
    runDue(now);
}

} // namespace portolan::session
