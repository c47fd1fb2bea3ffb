// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

module portolan.upnp;

namespace portolan::upnp {

namespace {

constexpr char lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool sameLetter(char a, char b) noexcept {
    return lower(a) == lower(b);
}

bool isUtf8(std::string_view text) {
    return wire::isUtf8(wire::Bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// The size of the UTF-8 character that `text`, not empty, begins with; 0 if that is none.
std::size_t characterSize(std::string_view text) {
    for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
        if (isUtf8(text.substr(0, size))) {
            return size;
        }
    }
    return 0;
}

char32_t codePoint(std::string_view character) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (character.size() == 1) {
        return first;
    }
    char32_t point = first & (0x3fU >> (character.size() - 1));
    for (const char octet : character.substr(1)) {
        point = point << 6U | (static_cast<unsigned char>(octet) & 0x3fU);
    }
    return point;
}

/// Controls of C0 and C1, line and paragraph separators, and what turns the direction of writing.
bool misleads(char32_t point) {
    return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x061c || point == 0xfeff ||
           (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2060 && point <= 0x206f);
}

} // namespace

std::string printable(std::string_view text, std::size_t limit) {
    std::string shown;
    for (std::size_t count = 0; !text.empty(); ++count) {
        if (count == limit) {
            return shown + "...";
        }
        const std::size_t size = characterSize(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
        text.remove_prefix(character.size());
        const char32_t point = size == 0 ? 0 : codePoint(character);
        if (size == 0 || (misleads(point) && point < 0x80)) {
            fmt::format_to(std::back_inserter(shown), "\\x{:02x}", static_cast<unsigned char>(character[0]));
        } else if (misleads(point)) {
            fmt::format_to(std::back_inserter(shown), "\\u{:04x}", static_cast<std::uint32_t>(point));
        } else if (point == U'\\') {
            shown += "\\\\";
        } else {
            shown += character;
        }
    }
    return shown;
}

bool equalsIgnoringCase(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, sameLetter);
}

bool containsIgnoringCase(std::string_view text, std::string_view part) noexcept {
    return !std::ranges::search(text, part, sameLetter).empty() || part.empty();
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::optional<wire::Address> address(std::string_view text) {
    text = trimmed(text);
    if (const auto v4 = boost::urls::parse_ipv4_address(text)) {
        return wire::Address::v4(v4->to_bytes());
    }
    if (const auto v6 = boost::urls::parse_ipv6_address(text)) {
        return wire::Address{v6->to_bytes()};
    }
    return std::nullopt;
}

} // namespace portolan::upnp
