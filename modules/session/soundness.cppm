// SPDX-License-Identifier: MIT
// Whether a server could make sense of a request. Not exported.
export module portolan.session:soundness;

import portolan.std;
import portolan.error;
import :types;

namespace portolan::session {

/// Whether NAT-PMP cannot say it (RFC 6886 §3.3).
[[nodiscard]] bool isBeyondNatPmp(const MappingRequest& request);

/// Whether it has anything that few requests have.
[[nodiscard]] bool hasExtras(const MappingRequest& request);

/// What is wrong with the request of a client with this address, or nothing. What is refused here would be refused by
/// the gateway, or would not fit a datagram.
[[nodiscard]] std::string_view faultOf(const MappingRequest& request, const wire::Address& clientAddress);

} // namespace portolan::session
