// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

namespace {

/// The external address is asked for by a mapping for as long as the shortest a gateway should grant (RFC 6887 §15).
constexpr std::uint32_t querySeconds = 120;

} // namespace

Session::Session(const Config& config) : config_(config), random_(config.seed) {}

std::optional<std::error_code> Session::unfit(const MappingRequest& request) const {
    const bool wildcardWithPort = request.protocol == wire::Protocol::all && request.internalPort != 0;
    const bool failureWithoutPort = request.preferFailure && request.suggestedPort == 0;
    const bool ownThirdParty = request.thirdParty == config_.clientAddress;
    const std::int64_t seconds = request.lifetime.count();
    if (wildcardWithPort || failureWithoutPort || ownThirdParty || seconds <= 0 || seconds > 0xffffffff) {
        return Errc::invalidRequest;
    }
    const bool hasOptions = request.thirdParty || request.preferFailure || !request.filters.empty();
    const bool portless = request.protocol != wire::Protocol::tcp && request.protocol != wire::Protocol::udp;
    if (config_.speak == Speak::natPmp && (hasOptions || portless || request.internalPort == 0)) {
        return Errc::notAvailable;
    }
    return std::nullopt;
}

result<Session::Index> Session::admit(const MappingRequest& request) {
    if (const auto error = unfit(request)) {
        return *error;
    }
    const RecordKey key{request.thirdParty.value_or(wire::Address{}), request.internalPort, request.protocol,
                        request.suggestedAddress.isV4()};
    const std::optional<wire::Nonce> known = supersede(key);
    const auto at = table_.add(key);
    if (!at) {
        return Errc::alreadyMapped;
    }
    Record& record = table_[*at];
    record.nonce = known.value_or(request.nonce);
    record.mayStand = known.has_value();
    record.protocol = request.protocol;
    record.internalPort = request.internalPort;
    record.externalPort = request.suggestedPort;
    record.externalAddress = request.suggestedAddress;
    record.keyV4 = request.suggestedAddress.isV4();
    record.requestedSeconds = static_cast<std::uint32_t>(request.lifetime.count());
    if (request.thirdParty || request.preferFailure || !request.filters.empty()) {
        record.extras = std::make_unique<Extras>(Extras{request.thirdParty, request.preferFailure, request.filters});
    }
    return *at;
}

result<MappingId> Session::handleRequest(TimePoint now, const MappingRequest& request) {
    BOOST_OUTCOME_TRY(const Index at, admit(request));
    const MappingId id = table_.idOf(at);
    start(at, now);
    return id;
}

result<MappingId> Session::handleDelete(TimePoint now, const MappingRequest& request) {
    BOOST_OUTCOME_TRY(const Index at, admit(request));
    Record& record = table_[at];
    record.phase = Phase::leaving;
    record.granted = now;
    record.grantedSeconds = record.requestedSeconds;
    record.askedByNatPmp = natPmpFits(record);
    if (config_.speak == Speak::natPmp) {
        toNatPmp(now, at);
    } else {
        enqueue(at);
    }
    return table_.idOf(at);
}

result<MappingId> Session::handleAddressQuery(TimePoint now, const wire::Nonce& nonce, std::uint16_t internalPort) {
    RecordKey key{{}, internalPort, wire::Protocol::udp, true};
    std::optional<wire::Nonce> known = supersede(key);
    auto at = table_.add(key);
    if (!at) {
        key.protocol = wire::Protocol::tcp;
        known = supersede(key);
        at = table_.add(key);
    }
    if (!at) {
        return Errc::alreadyMapped;
    }
    Record& record = table_[*at];
    record.nonce = known.value_or(nonce);
    record.mayStand = known.has_value();
    record.protocol = key.protocol;
    record.internalPort = internalPort;
    record.externalAddress = wire::Address::anyV4();
    record.requestedSeconds = querySeconds;
    record.isQuery = true;
    const MappingId id = table_.idOf(*at);
    start(*at, now);
    return id;
}

void Session::start(Index at, TimePoint now) {
    table_[at].phase = Phase::wanted;
    if (noNewUntil_ > now) {
        refused(now, at, wire::ResultCode::noResources, noNewUntil_ - now);
    } else if (config_.speak == Speak::natPmp) {
        toNatPmp(now, at);
    } else {
        enqueue(at);
    }
}

void Session::handleRelease(TimePoint now, MappingId id) {
    const auto at = table_.find(id);
    if (!at || table_[*at].phase == Phase::leaving) {
        return;
    }
    Record& record = table_[*at];
    const bool heardOf = record.phase == Phase::held || record.mayStand;
    stopExchange(*at);
    if (!heardOf) {
        released(*at, {});
        return;
    }
    const bool wasHeld = record.phase == Phase::held;
    record.phase = Phase::leaving;
    record.recovering = false;
    record.needsAddress = false;
    record.transmissions = 0;
    record.wait = Duration::zero();
    if (!wasHeld) {
        // Not known to have been granted; whatever was, was for no longer than this from now on.
        record.granted = now;
        record.grantedSeconds = record.requestedSeconds;
    }
    if (config_.speak == Speak::natPmp || (wasHeld && record.via == Via::natPmp)) {
        toNatPmp(now, *at);
    } else {
        enqueue(*at);
    }
}

std::optional<wire::Nonce> Session::supersede(const RecordKey& key) {
    const auto at = table_.find(key);
    if (!at || table_[*at].phase != Phase::leaving) {
        return std::nullopt;
    }
    const wire::Nonce nonce = table_[*at].nonce;
    stopExchange(*at);
    released(*at, {});
    return nonce;
}

void Session::handleDetach(MappingId id) {
    if (const auto at = table_.find(id)) {
        end(*at);
    }
}

void Session::end(Index at) {
    stopExchange(at);
    table_.remove(at);
}

std::optional<Event> Session::pollEvent() {
    if (events_.empty()) {
        return std::nullopt;
    }
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
}

std::optional<Grant> Session::grant(MappingId id) const {
    const auto at = table_.find(id);
    if (!at || table_[*at].phase != Phase::held) {
        return std::nullopt;
    }
    const Record& record = table_[*at];
    return Grant{{record.externalAddress, record.externalPort},
                 std::chrono::seconds{record.grantedSeconds},
                 record.epochSeconds,
                 record.via,
                 record.nonce};
}

void Session::emit(Index at, EventKind kind, std::error_code error, Duration retryAfter) {
    const Record& record = table_[at];
    Event event;
    event.kind = kind;
    event.id = table_.idOf(at);
    event.grant = {{record.externalAddress, record.externalPort},
                   std::chrono::seconds{record.grantedSeconds},
                   record.epochSeconds,
                   record.via,
                   record.nonce};
    event.error = error;
    event.retryAfter = std::chrono::ceil<std::chrono::seconds>(retryAfter);
    events_.push_back(event);
}

} // namespace portolan::session
