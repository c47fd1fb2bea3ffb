// SPDX-License-Identifier: MIT
module;

#include <cstddef>
#include <cstdint>
#include <span>

export module portolan.wire:utf8;

import :refusal;

namespace portolan::wire {

/// What the first octet of a UTF-8 character says: how many octets follow and the range of the next one, which
/// keeps out overlong forms, surrogates and values above U+10FFFF (RFC 3629 §4). No octets and an empty range if it
/// cannot be a first octet.
struct Utf8Lead {
    std::size_t following = 0;
    std::uint8_t lowest = 0xff;
    std::uint8_t highest = 0;
};

constexpr Utf8Lead utf8Lead(std::uint8_t octet) noexcept {
    switch (octet) {
    case 0xe0:
        return {2, 0xa0, 0xbf};
    case 0xed:
        return {2, 0x80, 0x9f};
    case 0xf0:
        return {3, 0x90, 0xbf};
    case 0xf4:
        return {3, 0x80, 0x8f};
    default:
        break;
    }
    if (octet >= 0xc2 && octet <= 0xdf) {
        return {1, 0x80, 0xbf};
    }
    if (octet >= 0xe1 && octet <= 0xef) {
        return {2, 0x80, 0xbf};
    }
    if (octet >= 0xf1 && octet <= 0xf3) {
        return {3, 0x80, 0xbf};
    }
    return {};
}

/// The size in octets of the character that `text` begins with; 0 if that is not UTF-8. `text` is not empty.
constexpr std::size_t utf8CharacterSize(Bytes text) noexcept {
    if (text[0] < 0x80) {
        return 1;
    }
    const Utf8Lead lead = utf8Lead(text[0]);
    if (lead.following == 0 || text.size() <= lead.following || text[1] < lead.lowest || text[1] > lead.highest) {
        return 0;
    }
    for (std::size_t i = 2; i <= lead.following; ++i) {
        if (text[i] < 0x80 || text[i] > 0xbf) {
            return 0;
        }
    }
    return lead.following + 1;
}

} // namespace portolan::wire

export namespace portolan::wire {

/// How many octets of `text`, from the first on, are whole UTF-8 characters (RFC 3629).
[[nodiscard]] constexpr std::size_t utf8Prefix(Bytes text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t size = utf8CharacterSize(text.subspan(at));
        if (size == 0) {
            break;
        }
        at += size;
    }
    return at;
}

/// Whether the octets are UTF-8 (RFC 3629), as the text of a DESCRIPTION must be (RFC 7220 §2).
[[nodiscard]] constexpr bool isUtf8(Bytes text) noexcept {
    return utf8Prefix(text) == text.size();
}

/// The first characters of a UTF-8 text, whole ones, that take at most `limit` octets (RFC 7220 §3).
[[nodiscard]] constexpr Bytes cutUtf8(Bytes text, std::size_t limit) noexcept {
    const Bytes kept = text.first(text.size() < limit ? text.size() : limit);
    return kept.first(utf8Prefix(kept));
}

} // namespace portolan::wire
