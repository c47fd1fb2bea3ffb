// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

module portolan;

import portolan.transport;
import :private_file;

namespace portolan::private_file {

namespace {

std::error_code lastError() {
    return boost::system::error_code{static_cast<int>(GetLastError()), boost::system::system_category()};
}

std::filesystem::path toPath(const std::string& utf8) {
    return std::u8string{utf8.begin(), utf8.end()};
}

/// What the system gave and takes back by LocalFree().
template <class Pointer>
class Local {
public:
    Local() = default;

    ~Local() { LocalFree(pointer); }

    Local(const Local&) = delete;
    Local& operator=(const Local&) = delete;

    Pointer pointer = nullptr;
};

/// An open handle, closed at the end.
class Handle {
public:
    explicit Handle(HANDLE handle) : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}

    ~Handle() { close(); }

    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    [[nodiscard]] bool isOpen() const noexcept { return handle_ != nullptr; }

    [[nodiscard]] HANDLE get() const noexcept { return handle_; }

    void close() {
        if (const HANDLE handle = std::exchange(handle_, nullptr)) {
            CloseHandle(handle);
        }
    }

private:
    HANDLE handle_;
};

/// Who runs this program: TOKEN_USER and what it points to; empty if that cannot be told.
std::vector<std::byte> currentUser() {
    HANDLE token = nullptr;
    if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token) == 0) {
        return {};
    }
    const Handle closed{token};
    DWORD size = 0;
    GetTokenInformation(token, TokenUser, nullptr, 0, &size);
    std::vector<std::byte> user(size);
    return GetTokenInformation(token, TokenUser, user.data(), size, &size) != 0 ? user : std::vector<std::byte>{};
}

PSID sidOf(const std::vector<std::byte>& user) {
    return reinterpret_cast<const TOKEN_USER*>(user.data())->User.Sid;
}

/// Full access for the user of this program, none for anybody else and nothing inherited from the folder: what mode
/// 0600 is elsewhere. Empty, with the system's error, if that cannot be had.
bool makeOwnerOnly(Local<PSECURITY_DESCRIPTOR>& descriptor) {
    const std::vector<std::byte> user = currentUser();
    Local<wchar_t*> sid;
    if (user.empty() || ConvertSidToStringSidW(sidOf(user), &sid.pointer) == 0) {
        return false;
    }
    const std::wstring text = std::wstring{L"D:P(A;;FA;;;"} + sid.pointer + L")";
    return ConvertStringSecurityDescriptorToSecurityDescriptorW(text.c_str(), SDDL_REVISION_1, &descriptor.pointer,
                                                                nullptr) != 0;
}

/// Whether `sid` may read every file anyway, as the system itself and its administrators may.
bool readsEverything(PSID sid) {
    return IsWellKnownSid(sid, WinLocalSystemSid) != 0 || IsWellKnownSid(sid, WinBuiltinAdministratorsSid) != 0;
}

/// Whether somebody besides `user` is allowed to read by this list. No list allows everybody.
bool allowsOthers(PACL list, PSID user) {
    if (list == nullptr) {
        return true;
    }
    for (DWORD at = 0; at < list->AceCount; ++at) {
        void* entry = nullptr;
        if (GetAce(list, at, &entry) == 0) {
            return true;
        }
        auto* allowed = static_cast<ACCESS_ALLOWED_ACE*>(entry);
        if (allowed->Header.AceType != ACCESS_ALLOWED_ACE_TYPE ||
            (allowed->Mask & (FILE_READ_DATA | GENERIC_READ | GENERIC_ALL)) == 0) {
            continue;
        }
        PSID sid = &allowed->SidStart;
        if (EqualSid(sid, user) == 0 && !readsEverything(sid)) {
            return true;
        }
    }
    return false;
}

bool othersMayRead(HANDLE file) {
    const std::vector<std::byte> user = currentUser();
    Local<PSECURITY_DESCRIPTOR> descriptor;
    PACL list = nullptr;
    return user.empty() ||
           GetSecurityInfo(file, SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr, nullptr, &list, nullptr,
                           &descriptor.pointer) != ERROR_SUCCESS ||
           allowsOthers(list, sidOf(user));
}

bool write(HANDLE file, std::string_view text) {
    DWORD written = 0;
    return WriteFile(file, text.data(), static_cast<DWORD>(text.size()), &written, nullptr) != 0 &&
           written == text.size() && FlushFileBuffers(file) != 0;
}

/// Gives a file a name that is free.
std::error_code move(const std::filesystem::path& from, const std::filesystem::path& to) {
    const bool moved = MoveFileExW(from.c_str(), to.c_str(), MOVEFILE_WRITE_THROUGH) != 0;
    return moved ? std::error_code{} : lastError();
}

} // namespace

Content read(const std::string& path) {
    constexpr DWORD anybody = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    const auto name = toPath(path);
    if (const DWORD kind = GetFileAttributesW(name.c_str());
        kind != INVALID_FILE_ATTRIBUTES && (kind & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        return {{}, std::make_error_code(std::errc::not_supported)};
    }
    const Handle file{
        CreateFileW(name.c_str(), GENERIC_READ, anybody, nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr)};
    if (!file.isOpen()) {
        return {{}, lastError()};
    }
    if (GetFileType(file.get()) != FILE_TYPE_DISK) {
        return {{}, std::make_error_code(std::errc::not_supported)};
    }
    std::array<char, 256> room{};
    DWORD size = 0;
    if (ReadFile(file.get(), room.data(), static_cast<DWORD>(room.size()), &size, nullptr) == 0) {
        return {{}, lastError()};
    }
    return {{room.data(), size}, {}, othersMayRead(file.get())};
}

std::error_code create(const std::string& path, std::string_view text) {
    Local<PSECURITY_DESCRIPTOR> descriptor;
    if (!makeOwnerOnly(descriptor)) {
        return lastError();
    }
    SECURITY_ATTRIBUTES ownerOnly{sizeof(SECURITY_ATTRIBUTES), descriptor.pointer, FALSE};
    std::array<std::uint8_t, 8> unique{};
    transport::fillRandom(unique);
    const auto aside = toPath(fmt::format("{}.{:02x}.new", path, fmt::join(unique, "")));
    Handle file{CreateFileW(aside.c_str(), GENERIC_WRITE, 0, &ownerOnly, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr)};
    if (!file.isOpen()) {
        return lastError();
    }
    std::error_code error = write(file.get(), text) ? std::error_code{} : lastError();
    file.close();
    if (!error) {
        error = move(aside, toPath(path));
    }
    if (error) {
        DeleteFileW(aside.c_str());
    }
    return error;
}

std::error_code rename(const std::string& from, const std::string& to) {
    return move(toPath(from), toPath(to));
}

std::string_view remedy() noexcept {
    return "keep it to yourself by icacls FILE /inheritance:r /grant:r \"%USERNAME%:F\"";
}

} // namespace portolan::private_file
