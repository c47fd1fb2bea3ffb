// SPDX-License-Identifier: MIT
// The worked examples E5d to E5i of NAT-PMP, the gateway's clock standing at 1000 s, and a session that holds the
// mapping of E5g.
#pragma once

import portolan.testing.session;

namespace portolan::testing {

inline constexpr auto addressRequest = "00 00";
inline constexpr auto address = "00 80 00 00  00 00 03 e8  cb 00 71 2d";
inline constexpr auto create = "00 02 00 00  1f 90 00 00  00 00 1c 20";
inline constexpr auto success = "00 82 00 00  00 00 03 e8  1f 90 9c bb  00 00 1c 20";
inline constexpr auto renewal = "00 02 00 00  1f 90 9c bb  00 00 1c 20";
inline constexpr auto deletion = "00 02 00 00  1f 90 00 00  00 00 00 00";
inline constexpr auto deleted = "00 82 00 00  00 00 03 e8  1f 90 00 00  00 00 00 00";

/// A session that holds E5g.
struct Holding {
    Trace trace{natPmpConfig()};
    session::MappingId id = trace.request(mapping());

    Holding() {
        trace.sends(create).receives(success).sends(addressRequest).receives(address);
        trace.expects(session::EventKind::granted, id);
    }
};

} // namespace portolan::testing
