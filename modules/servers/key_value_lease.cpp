// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

module portolan.servers;

namespace portolan::servers {

namespace {

std::optional<std::uint8_t> octetOf(std::string_view digits) {
    std::uint8_t octet = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), octet, 16);
    return error == std::errc{} && end == digits.data() + digits.size() ? std::optional{octet} : std::nullopt;
}

} // namespace

std::optional<std::vector<std::uint8_t>> octetsOf(std::string_view hex) {
    constexpr std::size_t digits = 2;
    const bool colons = hex.find(':') != std::string_view::npos || hex.size() < digits;
    std::vector<std::uint8_t> octets;
    while (!hex.empty()) {
        const std::string_view word = hex.substr(0, colons ? hex.find(':') : digits);
        const auto octet = octetOf(word);
        if (!octet || word.size() > digits || (!colons && word.size() != digits)) {
            return std::nullopt;
        }
        octets.push_back(*octet);
        hex.remove_prefix(word.size());
        if (colons && !hex.empty()) {
            hex.remove_prefix(1);
            if (hex.empty()) {
                return std::nullopt; // a colon at the end
            }
        }
    }
    return octets;
}

Lease readKeyValueLease(std::string_view text) {
    const std::string key = fmt::format("OPTION_{}=", dhcpV4Option);
    Lease lease;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (!line.starts_with(key)) {
            continue;
        }
        if (const auto octets = octetsOf(line.substr(key.size()))) {
            if (auto servers = readDhcpV4(*octets)) {
                lease.servers = std::move(servers.value());
            }
        }
    }
    return lease;
}

} // namespace portolan::servers
