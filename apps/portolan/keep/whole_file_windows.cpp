// SPDX-License-Identifier: MIT
module;

#include "../windows_text.hpp"
#include <array>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string>
#include <string_view>
#include <system_error>

module portolan.cli;

import portolan.transport;
import :service;

namespace portolan::cli {

namespace {

std::error_code lastError() {
    return boost::system::error_code{static_cast<int>(GetLastError()), boost::system::system_category()};
}

std::error_code writeNew(const std::wstring& path, std::string_view text) {
    const HANDLE file =
        CreateFileW(path.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr);
    if (file == INVALID_HANDLE_VALUE) {
        return lastError();
    }
    DWORD written = 0;
    const bool whole =
        WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &written, nullptr) != 0 && written == text.size();
    const std::error_code error = whole ? std::error_code{} : lastError();
    CloseHandle(file);
    return error;
}

/// Whoever has the old file open, if only to read it, stands in the way for as long as that takes.
std::error_code replace(const std::wstring& from, const std::wstring& to) {
    constexpr int tries = 10;
    constexpr DWORD pause = 10; // milliseconds
    for (int attempt = 1;; ++attempt) {
        if (MoveFileExW(from.c_str(), to.c_str(), MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0) {
            return {};
        }
        const DWORD code = GetLastError();
        if (attempt == tries || (code != ERROR_ACCESS_DENIED && code != ERROR_SHARING_VIOLATION)) {
            return boost::system::error_code{static_cast<int>(code), boost::system::system_category()};
        }
        Sleep(pause);
    }
}

} // namespace

std::error_code writeWhole(const std::string& path, std::string_view text) {
    const std::wstring to = toWide(path);
    const DWORD kind = GetFileAttributesW(to.c_str());
    if (kind != INVALID_FILE_ATTRIBUTES && (kind & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        return std::make_error_code(std::errc::not_supported); // a folder is not to be replaced by a file
    }
    std::array<std::uint8_t, 8> unique{};
    transport::fillRandom(unique);
    const std::wstring aside = toWide(fmt::format("{}.{:02x}", path, fmt::join(unique, "")));
    std::error_code error = writeNew(aside, text);
    if (!error) {
        error = replace(aside, to);
    }
    if (error) {
        DeleteFileW(aside.c_str());
    }
    return error;
}

} // namespace portolan::cli
