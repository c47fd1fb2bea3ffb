// SPDX-License-Identifier: MIT
// Whether a server could make sense of a request. Not exported.
export module portolan.session:soundness;

import portolan.std;
import portolan.error;
import :types;
import :record;

namespace portolan::session {

/// Whether nothing but PCP can express it. What may go unheeded does not count.
template <class Wanted>
[[nodiscard]] bool needsPcp(const Wanted& wanted) {
    return wanted.remote || wanted.thirdParty || wanted.preferFailure || !wanted.filters.empty();
}

/// Whether NAT-PMP cannot say it (RFC 6886 §3.3).
[[nodiscard]] bool isBeyondNatPmp(const MappingRequest& request);

/// Whether it has anything that few requests have.
[[nodiscard]] bool hasExtras(const MappingRequest& request);

/// What is wrong with the text of a description, or nothing (RFC 7220 §2).
[[nodiscard]] std::string_view faultOf(std::string_view description);

/// What is wrong with the request of a client with this address, or nothing. What is refused here would be refused by
/// the gateway, or would not fit a datagram.
[[nodiscard]] std::string_view faultOf(const MappingRequest& request, const wire::Address& clientAddress);

/// Whether a request with these options fits a datagram, and so does its answer.
[[nodiscard]] bool fits(const Extras& extras);

} // namespace portolan::session
