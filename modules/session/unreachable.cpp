// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <system_error>

module portolan.session;

import :record;
import :table;

namespace portolan::session {

void Session::handleUnreachable(TimePoint now) {
    if (natPmp_.asked()) {
        natPmpGivenUp(now, Errc::unreachable);
    }
    for (const Index at : table_.snapshot(Exchange::awaiting)) {
        const Record& record = table_[at];
        if (record.phase == Phase::leaving) {
            released(now, at, Errc::unreachable);
        } else if (record.phase == Phase::wanted) {
            // The retransmissions go on as they would have: the host may come back.
            refused(now, at, Errc::unreachable, std::max(record.lastSent + record.wait - now, Duration::zero()));
        }
    }
    runDue(now);
}

} // namespace portolan::session
