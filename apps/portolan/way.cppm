// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <optional>
#include <span>
#include <string>

// Which gateway a client would ask, told before it is asked. Not exported.
export module portolan.cli:way;

import portolan;
import portolan.gateway;
import :commands;

namespace portolan::cli {

/// The way that requests go.
struct Way {
    std::optional<net::ip::udp::endpoint> gateway; ///< none: not needed, as the source was named
    std::string interfaceName;
    net::ip::address source;
};

/// The gateway that `portolan.client` takes out of `ranked`: the best IPv4 one, or the best IPv6 one if there is no
/// IPv4 default route.
[[nodiscard]] result<gateway::Gateway> preferred(std::span<const gateway::Gateway> ranked);

/// Where a request with these options would go, and from where. With a source and no gateway, nothing is looked up.
[[nodiscard]] result<Way> wayFor(const GatewayOptions& options);

/// What a client needs to know.
[[nodiscard]] ClientOptions clientOptions(const GatewayOptions& via, const CommonOptions& common);

} // namespace portolan::cli
