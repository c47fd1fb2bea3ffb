// SPDX-License-Identifier: MIT
module;

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

module portolan.cli;

import :service;

namespace portolan::cli {

namespace {

std::error_code lastError() {
    return {errno, std::generic_category()};
}

} // namespace

std::error_code writeWhole(const std::string& path, std::string_view text) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
        return std::make_error_code(std::errc::not_supported); // a device or a folder is not to be replaced by a file
    }
    std::string aside = path + ".XXXXXX";
    const int descriptor = ::mkostemp(aside.data(), O_CLOEXEC);
    if (descriptor < 0) {
        return lastError();
    }
    std::error_code error;
    const bool written = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::fchmod(descriptor, 0644) == 0; // others are to read it
    if (!written) {
        error = lastError();
    }
    ::close(descriptor);
    if (!error && std::rename(aside.c_str(), path.c_str()) != 0) {
        error = lastError();
    }
    if (error) {
        ::unlink(aside.c_str());
    }
    return error;
}

} // namespace portolan::cli
