// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>

module portolan.simulator;

namespace portolan::simulator {

namespace {

/// Whether the first `bits` of both addresses agree.
bool samePrefix(const wire::Address& a, const wire::Address& b, unsigned bits) noexcept {
    const std::size_t whole = bits / 8;
    if (!std::equal(a.octets.begin(), a.octets.begin() + static_cast<std::ptrdiff_t>(whole), b.octets.begin())) {
        return false;
    }
    const unsigned rest = bits % 8;
    return rest == 0 || ((a.octets[whole] ^ b.octets[whole]) >> (8 - rest)) == 0;
}

} // namespace

bool Mapping::admits(const Endpoint& peer) const noexcept {
    if (filters.empty()) {
        return true;
    }
    return std::ranges::any_of(filters, [&](const wire::Filter& filter) {
        return (filter.remotePort == 0 || filter.remotePort == peer.port) &&
               samePrefix(filter.remoteAddress, peer.address, filter.prefixLength);
    });
}

} // namespace portolan::simulator
