// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

constexpr std::string_view separators = " \t\r\n\f\v:,-";

std::optional<std::uint8_t> hexDigit(char digit) {
    constexpr std::string_view digits = "0123456789abcdef";
    const char lower = digit >= 'A' && digit <= 'F' ? static_cast<char>(digit - 'A' + 'a') : digit;
    const std::size_t value = digits.find(lower);
    return value == std::string_view::npos ? std::nullopt : std::optional{static_cast<std::uint8_t>(value)};
}

/// A character that may be anything, as it can be shown on a terminal.
std::string shown(char character) {
    const bool printable = character >= ' ' && character <= '~';
    return printable ? fmt::format("'{}'", character)
                     : fmt::format("octet 0x{:02x}", static_cast<std::uint8_t>(character));
}

/// Takes what may stand between octets off the front.
std::string_view skipSeparators(std::string_view text) {
    while (!text.empty()) {
        if (text.front() == '#') {
            text.remove_prefix(std::min(text.find('\n'), text.size()));
        } else if (separators.find(text.front()) != std::string_view::npos) {
            text.remove_prefix(1);
        } else if (text.starts_with("0x") || text.starts_with("0X")) {
            text.remove_prefix(2);
        } else {
            break;
        }
    }
    return text;
}

} // namespace

HexOctets parseHex(std::string_view text) {
    std::vector<std::uint8_t> octets;
    for (text = skipSeparators(text); !text.empty(); text = skipSeparators(text)) {
        const auto high = hexDigit(text[0]);
        if (!high) {
            return HexError{fmt::format("{} is no hex digit", shown(text[0])), octets.size()};
        }
        const auto low = text.size() > 1 ? hexDigit(text[1]) : std::nullopt;
        if (!low) {
            return HexError{fmt::format("half an octet ({}): two hex digits are needed for each", shown(text[0])),
                            octets.size()};
        }
        if (octets.size() == maxHexOctets) {
            return HexError{fmt::format("more than {} octets", maxHexOctets), octets.size()};
        }
        octets.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
        text.remove_prefix(2);
    }
    return octets;
}

std::string spacedHex(wire::Bytes octets) {
    return fmt::format("{:02x}", fmt::join(octets, " "));
}

std::string plainHex(wire::Bytes octets) {
    return fmt::format("{:02x}", fmt::join(octets, ""));
}

} // namespace portolan::cli
