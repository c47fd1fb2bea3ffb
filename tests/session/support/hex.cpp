// SPDX-License-Identifier: MIT
module;

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

module portolan.testing.session;

import :hex;

namespace portolan::testing {

namespace {

constexpr int anyDigit = 16;

/// 0..15, `anyDigit` for a dot, or -1 for what is no digit.
int digit(char c) {
    if (c == '.') {
        return anyDigit;
    }
    const std::size_t at = std::string_view{"0123456789abcdef"}.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

/// The digits of the text, without what is between them.
std::string digitsOf(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (digit(c) >= 0) {
            digits += c;
        }
    }
    return digits;
}

} // namespace

Octets octets(std::string_view text) {
    const std::string digits = digitsOf(text);
    Octets all;
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
        all.push_back(static_cast<std::uint8_t>(digit(digits[at]) << 4 | digit(digits[at + 1])));
    }
    return all;
}

std::string hex(std::span<const std::uint8_t> octets) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t at = 0; at < octets.size(); ++at) {
        if (at != 0) {
            text += at % 4 == 0 ? "  " : " ";
        }
        text += digits[octets[at] >> 4];
        text += digits[octets[at] & 15];
    }
    return text;
}

bool matches(std::span<const std::uint8_t> octets, std::string_view pattern) {
    const std::string digits = digitsOf(pattern);
    if (digits.size() != 2 * octets.size()) {
        return false;
    }
    for (std::size_t at = 0; at < digits.size(); ++at) {
        const int found = at % 2 == 0 ? octets[at / 2] >> 4 : octets[at / 2] & 15;
        if (digit(digits[at]) != anyDigit && digit(digits[at]) != found) {
            return false;
        }
    }
    return true;
}

} // namespace portolan::testing
