// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

module portolan.servers;

namespace portolan::servers {

namespace {

/// A row of the policy table (RFC 6724 §2.1).
struct Policy {
    wire::Address prefix;
    unsigned bits;
    int precedence;
    int label;
};

constexpr wire::Address prefix(std::uint8_t first, std::uint8_t second) {
    return {{first, second}};
}

constexpr wire::Address loopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

/// The longest prefixes first.
constexpr std::array<Policy, 9> policies{{
    {loopback, 128, 50, 0},
    {wire::Address::anyV4(), 96, 35, 4},
    {{}, 96, 1, 3}, // ::/96, IPv4-compatible
    {prefix(0x20, 0x01), 32, 5, 5},
    {prefix(0x20, 0x02), 16, 30, 2},
    {prefix(0x3f, 0xfe), 16, 1, 12},
    {prefix(0xfe, 0xc0), 10, 1, 11},
    {prefix(0xfc, 0x00), 7, 3, 13},
    {{}, 0, 40, 1},
}};

/// How many leading bits two addresses have in common.
unsigned commonBits(const wire::Address& a, const wire::Address& b) {
    unsigned bits = 0;
    for (std::size_t at = 0; at < a.octets.size(); ++at) {
        const auto different = static_cast<std::uint8_t>(a.octets[at] ^ b.octets[at]);
        bits += static_cast<unsigned>(std::countl_zero(different));
        if (different != 0) {
            break;
        }
    }
    return bits;
}

const Policy& policyOf(const wire::Address& address) {
    return *std::ranges::find_if(policies,
                                 [&](const Policy& row) { return commonBits(row.prefix, address) >= row.bits; });
}

/// Smaller is nearer (RFC 4291 §2.7, RFC 6724 §3.1, §3.2). IPv4 addresses of private networks are of global scope.
int scopeOf(const wire::Address& address) {
    constexpr int linkLocal = 2;
    constexpr int siteLocal = 5;
    constexpr int global = 14;
    if (address.isV4()) {
        const auto octets = address.v4Octets();
        return octets[0] == 127 || (octets[0] == 169 && octets[1] == 254) ? linkLocal : global;
    }
    if (address == loopback || commonBits(address, prefix(0xfe, 0x80)) >= 10) {
        return linkLocal;
    }
    return commonBits(address, prefix(0xfe, 0xc0)) >= 10 ? siteLocal : global;
}

/// Less is better: rules 1, 2, 3, 5, 6 and 8 in their order.
auto sortKey(const Destination& to) {
    const int scope = scopeOf(to.address);
    const Policy& policy = policyOf(to.address);
    return std::tuple{!to.source.has_value(), !to.source || scopeOf(*to.source) != scope,
                      to.deprecated,          !to.source || policyOf(*to.source).label != policy.label,
                      -policy.precedence,     scope};
}

/// Rule 9: IPv6 addresses that are nearer to their sources go first. (Between IPv4 addresses the RFC's own text would
/// undo what a DNS server or an operator meant by their order, and most systems leave it alone there.)
unsigned nearness(const Destination& to) {
    constexpr unsigned longestPrefix = 64; // of a source's own network
    return to.source && !to.address.isV4() ? std::min(commonBits(to.address, *to.source), longestPrefix) : 0U;
}

} // namespace

std::vector<std::size_t> destinationOrder(std::span<const Destination> destinations) {
    std::vector<std::size_t> order(destinations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const Destination& first = destinations[a];
        const Destination& second = destinations[b];
        const auto key = sortKey(first);
        const auto other = sortKey(second);
        if (key != other) {
            return key < other;
        }
        if (nearness(first) != nearness(second)) {
            return nearness(first) > nearness(second);
        }
        return a < b; // rule 10
    });
    return order;
}

} // namespace portolan::servers
