// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <tuple>

module portolan.gateway;

namespace portolan::gateway {

namespace {

constexpr std::uint8_t v4Offset = 96; // bits before an IPv4 address in the 16 octets of an `Address`

enum class Scope : std::uint8_t { global, uniqueLocal, none };

Scope scopeOf(const wire::Address& address) {
    const std::uint8_t first = address.octets[0];
    if (address.isV4() || first == 0x00 || first == 0xff) { // ::/8 has no host in it but ::1 (RFC 4291 §2.4)
        return Scope::none;
    }
    if (first == 0xfe && address.octets[1] >= 0x80) { // link-local, and site-local of old (RFC 3879)
        return Scope::none;
    }
    return (first & 0xfe) == 0xfc ? Scope::uniqueLocal : Scope::global; // RFC 4193 §3.1
}

bool isPreferred(const LocalAddress& row, const Gateway& gateway) {
    return gateway.preferredSource == row.address;
}

bool isOnLink(const LocalAddress& row, const Gateway& gateway) {
    return gateway.interfaceIndex == 0 || row.interfaceIndex == gateway.interfaceIndex || isPreferred(row, gateway);
}

bool isCandidate(const LocalAddress& row, const Gateway& gateway, SourceOptions options) {
    const Scope scope = scopeOf(row.address);
    return row.usable && isOnLink(row, gateway) &&
           (scope == Scope::global || (scope == Scope::uniqueLocal && options.allowUniqueLocal)) &&
           (!gateway.onlyFrom || contains(*gateway.onlyFrom, row.address));
}

/// Less is better.
auto sortKey(const LocalAddress& row, const Gateway& gateway, SourceOptions options) {
    return std::tuple{!isPreferred(row, gateway), scopeOf(row.address), row.deprecated,
                      row.temporary != options.preferTemporary};
}

std::string whyNone(std::span<const LocalAddress> addresses, const Gateway& gateway) {
    const auto onLink = [&](const LocalAddress& row) { return isOnLink(row, gateway); };
    const auto uniqueLocal = [&](const LocalAddress& row) {
        return isOnLink(row, gateway) && scopeOf(row.address) == Scope::uniqueLocal;
    };
    const std::string where = gateway.interfaceIndex == 0     ? "this host"
                              : gateway.interfaceName.empty() ? fmt::format("interface {}", gateway.interfaceIndex)
                                                              : gateway.interfaceName;
    if (std::none_of(addresses.begin(), addresses.end(), onLink)) {
        return fmt::format("{} has no IPv6 address", where);
    }
    if (std::any_of(addresses.begin(), addresses.end(), uniqueLocal)) {
        return fmt::format("{} has unique local IPv6 addresses and no usable global one", where);
    }
    return fmt::format("{} has no usable global IPv6 address", where);
}

} // namespace

bool contains(const Prefix& prefix, const wire::Address& address) noexcept {
    if (prefix.address.isV4() != address.isV4()) {
        return false;
    }
    const std::size_t bits = std::min<std::size_t>(128, prefix.length + (address.isV4() ? v4Offset : 0U));
    const std::size_t whole = bits / 8;
    if (!std::equal(address.octets.begin(), address.octets.begin() + static_cast<std::ptrdiff_t>(whole),
                    prefix.address.octets.begin())) {
        return false;
    }
    const unsigned mask = 0xff00U >> (bits % 8);
    return bits % 8 == 0 || ((address.octets[whole] ^ prefix.address.octets[whole]) & mask & 0xff) == 0;
}

bool isLinkLocal(const wire::Address& address) noexcept {
    return address.octets[0] == 0xfe && (address.octets[1] & 0xc0) == 0x80;
}

bool isLoopback(const wire::Address& address) noexcept {
    wire::Address loopback = wire::Address::anyV6();
    loopback.octets[15] = 1;
    return address.isV4() ? address.v4Octets()[0] == 127 : address == loopback;
}

result<wire::Address> selectSource(std::span<const LocalAddress> addresses, const Gateway& gateway,
                                   SourceOptions options) {
    const LocalAddress* best = nullptr;
    for (const LocalAddress& row : addresses) {
        if (isCandidate(row, gateway, options) &&
            (best == nullptr || sortKey(row, gateway, options) < sortKey(*best, gateway, options))) {
            best = &row;
        }
    }
    if (best == nullptr) {
        return Error{Errc::noSourceAddress, whyNone(addresses, gateway)};
    }
    return best->address;
}

} // namespace portolan::gateway
