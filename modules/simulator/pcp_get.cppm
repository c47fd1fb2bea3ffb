// SPDX-License-Identifier: MIT
// GET, which is a draft (`wire::drafts`). Not exported from the module.
export module portolan.simulator:pcp_get;

import portolan.std;
import portolan.wire;
import :endpoint;
import :state;

namespace portolan::simulator {

/// Answers a GET: the mapping that its NEXT names and those made after it, as many as fit, in the order they were made;
/// so a walk sees each once, whatever comes and goes. A client sees its own mappings; one that may use THIRD_PARTY sees
/// those of all hosts.
[[nodiscard]] Granted<Answer> get(const State& state, TimePoint now, const Endpoint& from, wire::Bytes request);

} // namespace portolan::simulator
