// SPDX-License-Identifier: MIT
// How `map` and `keep` name one of several places where they ask. Not exported.
export module portolan.cli:place;

import portolan.std;
import portolan;
import :json;

namespace portolan::cli {

/// For a person: "192.0.2.1:5351 on eth0", "the IPv6 gateway on eth0", "the IPv4 gateway".
[[nodiscard]] std::string placeText(const GatewayInfo& gateway, Families families);

/// For programs: `family`, which is null unless one was wanted, and `gateway`, whose `address` and `port` are null
/// where they are not known.
[[nodiscard]] Json placeJson(const GatewayInfo& gateway, Families families);

/// What the options of a place tell of its gateway.
[[nodiscard]] GatewayInfo gatewayOf(const ClientOptions& place);

} // namespace portolan::cli
