// SPDX-License-Identifier: MIT
// Systems whose routing tables are not read: the user has to name the gateway.
module;

#include <boost/outcome/result.hpp>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::system {

namespace {

Error notSupported() {
    return {std::make_error_code(std::errc::not_supported),
            "routing tables are not read on this system; name the gateway (--gateway ADDR)"};
}

} // namespace

result<std::vector<Route>> routes(Family) {
    return notSupported();
}

result<std::vector<LocalAddress>> addresses(Family) {
    return notSupported();
}

std::string interfaceName(std::uint32_t) {
    return {};
}

result<wire::Address> stackSource(const Gateway&) {
    return notSupported();
}

} // namespace portolan::gateway::system
