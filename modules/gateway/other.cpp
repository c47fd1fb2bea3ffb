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

result<std::vector<Interface>> interfaces() {
    return notSupported();
}

std::string interfaceName(std::uint32_t) {
    return {};
}

std::uint32_t interfaceIndex(const std::string&) {
    return 0;
}

result<wire::Address> stackSource(const Gateway&) {
    return notSupported();
}

Clocks clocks() {
    return {};
}

} // namespace portolan::gateway::system
