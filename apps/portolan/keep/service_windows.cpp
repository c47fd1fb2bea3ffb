// SPDX-License-Identifier: MIT
// The service manager of Windows is spoken to by services alone, which this program is not.
module;

#include "../windows_text.hpp"
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

module portolan.cli;

import :service;

namespace portolan::cli {

std::string environmentVariable(const char* name) {
    const std::wstring wide = toWide(name);
    std::wstring value(GetEnvironmentVariableW(wide.c_str(), nullptr, 0), L'\0');
    if (!value.empty()) {
        value.resize(GetEnvironmentVariableW(wide.c_str(), value.data(), static_cast<DWORD>(value.size())));
    }
    return fromWide(value);
}

ServiceManager::ServiceManager() = default;

std::string ServiceManager::reloading() {
    return {};
}

void ServiceManager::notify(std::string_view) const noexcept {}

void ServiceManager::notifyState(std::string_view) const noexcept {}

void ServiceManager::send(std::string_view, std::chrono::seconds) const noexcept {}

} // namespace portolan::cli
