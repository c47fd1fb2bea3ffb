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
    const auto asking = natPmp_.record();
    const bool deleting = asking && table_[*asking].phase == Phase::leaving;
    if (natPmp_.asked() && !(deleting && natPmp_.transmissions() < natPmpTries())) {
        natPmpGivenUp(now, Errc::unreachable);
    }
    for (const Index at : table_.snapshot(Exchange::awaiting)) {
        const Record& record = table_[at];
        if (record.phase == Phase::leaving && record.transmissions < deletionTries(record)) {
            // One try in vain is no reason to leave a port open: the others go on after the usual wait.
            table_.move(at, Exchange::overdue);
            table_.setDeadline(at, std::min(record.lastSent + record.wait, limitOf(record)));
        } else if (record.phase == Phase::leaving) {
            released(now, at, Errc::unreachable);
        } else if (record.phase == Phase::wanted) {
            // The retransmissions go on as they would have: the host may come back.
            refused(now, at, Errc::unreachable, std::max(record.lastSent + record.wait - now, Duration::zero()));
        }
    }
    kept_.clear(); // nobody is at any of them
    runDue(now);
}

} // namespace portolan::session
