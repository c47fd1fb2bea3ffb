// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::testing {

using Octets = std::vector<std::uint8_t>;

/// The value of a hex digit; throws on any other character.
inline int hexDigit(char digit) {
    const auto at = std::string_view{"0123456789abcdef"}.find(digit);
    if (at == std::string_view::npos) {
        throw std::invalid_argument{std::string{"not a hex digit: "} + digit};
    }
    return static_cast<int>(at);
}

/// "02 01 0000" as octets; blanks and line ends may stand between octets. Throws on anything else.
inline Octets octets(std::string_view hex) {
    Octets read;
    for (std::size_t at = 0; at < hex.size();) {
        if (hex[at] == ' ' || hex[at] == '\n') {
            ++at;
            continue;
        }
        if (at + 1 == hex.size()) {
            throw std::invalid_argument{"half an octet"};
        }
        read.push_back(static_cast<std::uint8_t>(hexDigit(hex[at]) * 16 + hexDigit(hex[at + 1])));
        at += 2;
    }
    return read;
}

/// Octets as "02 01 00 00".
inline std::string spacedHex(std::span<const std::uint8_t> octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t octet : octets) {
        text += text.empty() ? "" : " ";
        text += digits[octet >> 4];
        text += digits[octet & 15];
    }
    return text;
}

/// The octets of tests/vectors/NAME.hex. Throws if there is no such file.
inline Octets packet(std::string_view name) {
    std::ifstream file{std::string{PORTOLAN_VECTORS} + "/" + std::string{name} + ".hex"};
    if (!file) {
        throw std::invalid_argument{"no vector of that name: " + std::string{name}};
    }
    Octets read;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with('#')) {
            const Octets more = octets(line);
            read.insert(read.end(), more.begin(), more.end());
        }
    }
    return read;
}

} // namespace portolan::testing
