// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>

module portolan.upnp;

import :record;

namespace portolan::upnp {

void ControlPoint::pinholeAdded(TimePoint now, Record& record, const result<AddPinhole::Answer>& answer) {
    if (!answer) {
        record.mayStand = record.unsure;
        record.phase == Phase::leaving ? pinholeLeft(record) : refused(now, record, answer.error());
        return;
    }
    record.pinhole = answer.value().uniqueId;
    record.unsure = false; // one that was made before without an answer is the same
    if (record.phase == Phase::leaving) {
        next(record, Step::remove);
        return;
    }
    granted(now, record);
}

/// One that is wanted no more, and has no id that it could be deleted by.
void ControlPoint::pinholeLeft(Record& record) {
    if (!record.mayStand) {
        released(record);
        return;
    }
    const Error why{Errc::noAnswer, "it did not say which pinhole it made: one may stand"};
    released(record, &why);
}

void ControlPoint::pinholeRenewed(TimePoint now, Record& record, const result<Nothing>& answer) {
    if (record.phase == Phase::leaving) {
        begin(now, record);
    } else if (answer) {
        record.unsure = false;
        granted(now, record);
    } else if (answer.error().code == ErrorCode::noSuchEntry) {
        record.pinhole.reset();
        record.mayStand = false;
        record.unsure = false;
        record.recovering = true;
        next(record, Step::add);
    } else {
        refused(now, record, answer.error());
    }
}

} // namespace portolan::upnp
