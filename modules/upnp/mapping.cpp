// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>

module portolan.upnp;

import :record;

namespace portolan::upnp {

namespace {

/// So much of a gateway's list is read where it cannot say about one mapping.
constexpr std::uint16_t mostListed = 64;

/// A mapping that is dropped so often right after it was granted is given up.
constexpr unsigned mostVanished = 3;

/// "192.168.1.9:8080 has it (Skype)".
std::string holderOf(std::uint16_t externalPort, const PortMapping& entry) {
    return fmt::format("{}:{} has external port {}{}",
                       entry.internalClient ? fmt::format("{}", *entry.internalClient) : "somebody", entry.internalPort,
                       externalPort,
                       entry.description.empty() ? "" : fmt::format(" ({})", printable(entry.description)));
}

} // namespace

bool ControlPoint::isOurs(const Record& record, const PortMapping& entry) const {
    const bool isHere =
        entry.internalClient == config_.clientAddress && entry.internalPort == record.request.internalPort;
    return isHere && (entry.description.starts_with(config_.mark) || entry.description == record.altered);
}

PortMapping ControlPoint::mappingOf(const Record& record) const {
    return {record.request.protocol, record.port, record.request.internalPort,
            config_.clientAddress,   true,        descriptionOf(record.request.description),
            leaseOf(record)};
}

/// AddAnyPortMapping makes new mappings only: one that stands is to keep its port.
bool ControlPoint::usesAny(const Record& record) const {
    return service_->kind == ServiceKind::wanIp && service_->version >= 2 && !noAny_ && !record.request.exactly &&
           record.phase != Phase::held && record.seen != Seen::ours;
}

void ControlPoint::looked(TimePoint now, Record& record, const result<GetSpecificPortMappingEntry::Answer>& answer) {
    if (answer) {
        found(now, record, answer.value());
    } else if (answer.error().code == ErrorCode::noSuchEntryInArray) {
        foundNothing(now, record, Seen::nothing);
    } else if (noList_) {
        foundNothing(now, record, Seen::unknown);
    } else {
        record.index = 0;
        next(record, Step::list);
    }
}

void ControlPoint::listed(TimePoint now, Record& record, const result<GetGenericPortMappingEntry::Answer>& answer) {
    if (!answer) {
        const bool isEnd = record.index > 0 || answer.error().code == ErrorCode::specifiedArrayIndexInvalid;
        noList_ |= !isEnd;
        record.anywhere = false; // it was looked for everywhere
        foundNothing(now, record, isEnd ? Seen::nothing : Seen::unknown);
        return;
    }
    const PortMapping& entry = answer.value();
    const bool isPort = !record.anywhere && entry.externalPort == record.port;
    if (entry.protocol == record.request.protocol && (isPort || (record.anywhere && isOurs(record, entry)))) {
        record.port = entry.externalPort;
        found(now, record, entry);
    } else if (++record.index < mostListed) {
        next(record, Step::list);
    } else {
        record.anywhere = false;
        foundNothing(now, record, Seen::unknown);
    }
}

void ControlPoint::found(TimePoint now, Record& record, const PortMapping& entry) {
    const bool isHere =
        entry.internalClient == config_.clientAddress && entry.internalPort == record.request.internalPort;
    if (record.fresh && record.phase == Phase::held && isHere && !record.altered && !isOurs(record, entry)) {
        record.altered = entry.description; // made a moment ago where nothing was: the gateway writes its own text
    }
    if (!isOurs(record, entry)) {
        record.seen = Seen::unknown;
        if (record.phase == Phase::leaving) {
            record.seen = Seen::nothing; // of ours, and this one is not to be touched
            leavingUnseen(record);
        } else {
            if (record.phase == Phase::held) {
                lost(now, record);
            }
            conflicts(now, record, Error{Fault::foreignMapping, holderOf(record.port, entry)});
        }
        return;
    }
    record.seen = Seen::ours;
    if (record.phase == Phase::leaving) {
        next(record, Step::remove);
    } else if (record.phase == Phase::held && (!record.renewing || record.permanent)) {
        verified(now, record, &entry);
    } else {
        next(record, Step::add);
    }
}

void ControlPoint::foundNothing(TimePoint now, Record& record, Seen seen) {
    record.seen = seen;
    if (record.phase == Phase::leaving) {
        leavingUnseen(record);
        return;
    }
    if (record.phase == Phase::held && seen == Seen::unknown && !record.renewing) {
        verified(now, record, nullptr);
        return;
    }
    if (record.phase == Phase::held && seen == Seen::nothing) {
        if (!record.recovering && !record.fresh) {
            handleDoubt(now); // others may be gone as well
        }
        record.recovering = true;
        if (record.fresh && ++record.vanished >= mostVanished) {
            refused(now, record, Error{Fault::vanished});
            return;
        }
    }
    next(record, Step::add);
}

/// What is to be deleted is not at this port, or the gateway does not show whether it is: a port that was never granted
/// may be anybody's.
void ControlPoint::leavingUnseen(Record& record) {
    if (record.anywhere) {
        next(record, Step::list);
    } else if (record.reported != 0 && record.port != record.reported) {
        record.port = record.reported; // it was asked for elsewhere since
        record.index = 0;
        next(record, Step::look);
    } else if (record.seen == Seen::nothing) {
        released(record);
    } else if (record.reported != 0) {
        next(record, Step::remove); // it was ours when the gateway last granted it
    } else {
        const Error why{Errc::noAnswer, "it does not show its list of mappings, or not all of it: one may stand"};
        released(record, &why);
    }
}

/// It stands. What is left of its lease may be less than was asked for.
void ControlPoint::verified(TimePoint now, Record& record, const PortMapping* entry) {
    record.fresh = false;
    record.vanished = 0;
    record.silent = 0;
    if (record.permanent) {
        rest(record, now + config_.checkInterval);
        return;
    }
    // Some gateways tell whole hours only, rounded as they like.
    const std::chrono::seconds told = entry == nullptr ? std::chrono::seconds{0} : entry->lease;
    const std::chrono::seconds slack{told.count() % 3600 == 0 ? 3600 : 30};
    if (told.count() > 0 && now + told + slack < record.expiry) {
        record.granted = std::max(told, std::chrono::seconds{60});
        record.longest = record.granted;
        record.expiry = now + record.granted;
        record.renewAt = now + session::renewalOffset(record.granted, 1, random_);
    }
    rest(record, record.renewAt);
}

void ControlPoint::added(TimePoint now, Record& record, std::uint16_t port) {
    record.port = port;
    if (record.phase == Phase::leaving) {
        next(record, Step::remove);
    } else {
        record.fresh = record.seen != Seen::ours;
        granted(now, record);
    }
}

void ControlPoint::queryAnswered(TimePoint now, Record& record, const result<GetExternalIpAddress::Answer>& answer) {
    if (!answer) {
        refused(now, record, answer.error());
        return;
    }
    if (answer.value().address.isAny()) {
        refused(now, record, Error{wire::ResultCode::networkFailure});
        return;
    }
    externalIs(answer.value().address);
    emit(record, EventKind::address);
    forget(record.id);
}

} // namespace portolan::upnp
