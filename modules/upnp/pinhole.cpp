// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <optional>

module portolan.upnp;

import :record;

namespace portolan::upnp {

void ControlPoint::pinholeAdded(TimePoint now, Record& record, const result<AddPinhole::Answer>& answer) {
    if (!answer) {
        record.phase == Phase::leaving ? released(record) : refused(now, record, answer.error());
        return;
    }
    record.pinhole = answer.value().uniqueId;
    if (record.phase == Phase::leaving) {
        next(record, Step::remove);
        return;
    }
    granted(now, record);
}

void ControlPoint::pinholeRenewed(TimePoint now, Record& record, const result<Nothing>& answer) {
    if (record.phase == Phase::leaving) {
        begin(now, record);
    } else if (answer) {
        granted(now, record);
    } else if (answer.error().code == ErrorCode::noSuchEntry) {
        record.pinhole.reset();
        record.recovering = true;
        next(record, Step::add);
    } else {
        refused(now, record, answer.error());
    }
}

} // namespace portolan::upnp
