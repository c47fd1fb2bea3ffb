// SPDX-License-Identifier: MIT
module;

#include <chrono>

module portolan.session;

import :record;
import :table;

// Before a server that may be none has answered, whatever is to be asked first goes out as an ANNOUNCE, by the same
// waits and with the same limits (RFC 7723 §5.1).

namespace portolan::session {

/// It is there: what stood for an ANNOUNCE is asked for itself now.
void Session::strangerAnswered() {
    for (const Exchange exchange : {Exchange::awaiting, Exchange::overdue}) {
        for (const Index at : table_.snapshot(exchange)) {
            if (table_[at].isProbe) {
                continue;
            }
            table_[at].transmissions = 0;
            table_[at].wait = Duration::zero();
            answering_ = at; // its place in the window is free
            enqueue(at);
        }
    }
    answering_.reset();
}

} // namespace portolan::session
