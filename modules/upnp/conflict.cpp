// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.upnp;

import :record;

namespace portolan::upnp {

namespace {

/// So many external ports are tried in one attempt.
constexpr unsigned mostPorts = 8;

/// Where the gateway may mean by "failed" that the port is taken, so many.
constexpr unsigned mostPortsOnFailure = 2;

/// Ports that are seldom anybody's.
constexpr double lowestPort = 10'000;
constexpr double highestPort = 65'535;

ErrorCode codeOf(const Error& error) {
    return error.code.category() == igdCategory() ? static_cast<ErrorCode>(error.code.value()) : ErrorCode{};
}

/// Whether it may be the lease that the gateway does not like: IGD:1 knows permanent mappings only.
bool mayMeanLease(ErrorCode code) {
    return code == ErrorCode::invalidArgs || code == ErrorCode::actionFailed ||
           code == ErrorCode::argumentValueInvalid || code == ErrorCode::argumentValueOutOfRange || name(code).empty();
}

} // namespace

/// The external port is somebody else's.
void ControlPoint::conflicts(TimePoint now, Record& record, const Error& error) {
    if (record.request.exactly || ++record.portTries > mostPorts) {
        refused(now, record, error);
        return;
    }
    record.port = static_cast<std::uint16_t>(random_.between(lowestPort, highestPort));
    record.index = 0;
    next(record, Step::look);
}

void ControlPoint::notAdded(TimePoint now, Record& record, const Error& error) {
    if (record.phase == Phase::leaving) {
        begin(now, record);
        return;
    }
    const ErrorCode code = codeOf(error);
    const bool leased = leaseOf(record).count() != 0;
    if (usesAny(record) && (code == ErrorCode::invalidAction || code == ErrorCode::optionalActionNotImplemented)) {
        noAny_ = true; // it says to be newer than it is
        next(record, Step::add);
    } else if (code == ErrorCode::onlyPermanentLeasesSupported && leased) {
        permanentOnly_ = true;
        next(record, Step::add);
    } else if (code == ErrorCode::samePortValuesRequired && record.port != record.request.internalPort &&
               !record.request.exactly && record.phase != Phase::held) {
        record.port = record.request.internalPort;
        next(record, Step::look);
    } else if (code == ErrorCode::conflictInMappingEntry || code == ErrorCode::conflictWithOtherMechanisms) {
        if (record.seen == Seen::ours && !record.replacing) {
            record.replacing = true; // some do not let a mapping be renewed, not even by its owner
            next(record, Step::remove);
        } else if (record.phase == Phase::held) {
            refused(now, record, error);
        } else {
            conflicts(now, record, error);
        }
    } else if (code == ErrorCode::actionFailed && record.phase != Phase::held && record.seen != Seen::ours &&
               record.portTries < mostPortsOnFailure && !record.request.exactly) {
        conflicts(now, record, error);
    } else if (mayMeanLease(code) && leased) {
        record.triedPermanent = true;
        next(record, Step::add);
    } else {
        refused(now, record, error);
    }
}

void ControlPoint::removed(TimePoint now, Record& record, const Error* error) {
    const ErrorCode code = error == nullptr ? ErrorCode{} : codeOf(*error);
    const bool isGone = error == nullptr || code == ErrorCode::noSuchEntryInArray || code == ErrorCode::noSuchEntry;
    record.mayStand = !isGone;
    if (record.phase == Phase::leaving) {
        record.reported = record.port; // of one that an earlier run made
        released(record, isGone ? nullptr : error);
    } else if (isGone) {
        record.seen = Seen::nothing;
        record.recovering = record.phase == Phase::held;
        next(record, Step::add);
    } else {
        refused(now, record, *error);
    }
}

} // namespace portolan::upnp
