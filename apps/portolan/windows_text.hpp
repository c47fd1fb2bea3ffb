// SPDX-License-Identifier: MIT
// Windows' texts, which are in UTF-16, and ours, which are in UTF-8.
#pragma once

#include <string>
#include <string_view>

#include <windows.h>

namespace portolan::cli {

/// What is no UTF-8 becomes the replacement character.
[[nodiscard]] inline std::wstring toWide(std::string_view text) {
    const auto size = static_cast<int>(text.size());
    std::wstring wide(text.size(), L'\0'); // never longer than in UTF-8
    const int length = MultiByteToWideChar(CP_UTF8, 0, text.data(), size, wide.data(), size);
    wide.resize(static_cast<std::size_t>(length));
    return wide;
}

[[nodiscard]] inline std::string fromWide(std::wstring_view wide) {
    const auto size = static_cast<int>(wide.size());
    const int room = 3 * size; // the most that a unit of UTF-16 comes to
    std::string text(static_cast<std::size_t>(room), '\0');
    const int length = WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, text.data(), room, nullptr, nullptr);
    text.resize(static_cast<std::size_t>(length));
    return text;
}

} // namespace portolan::cli
