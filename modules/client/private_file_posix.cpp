// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

module portolan;

import portolan.transport;
import :private_file;

namespace portolan::private_file {

namespace {

constexpr mode_t ownerOnly = 0600;

std::error_code lastError() {
    return {errno, std::generic_category()};
}

/// A file descriptor that is closed at the end.
class File {
public:
    /// Never waits for the other end of a pipe.
    File(const std::string& path, int flags)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK, ownerOnly)) {}

    ~File() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }

    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] bool isOpen() const noexcept { return descriptor_ >= 0; }

    [[nodiscard]] std::string read() const {
        std::array<char, 256> room{};
        const ssize_t size = ::read(descriptor_, room.data(), room.size());
        return {room.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

    [[nodiscard]] bool write(std::string_view text) const {
        return ::write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
               ::fsync(descriptor_) == 0;
    }

    [[nodiscard]] bool isRegular() const {
        struct stat status{};
        return ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
    }

    [[nodiscard]] bool othersMayRead() const {
        struct stat status{};
        return ::fstat(descriptor_, &status) == 0 && (status.st_mode & 077) != 0;
    }

private:
    int descriptor_;
};

} // namespace

Content read(const std::string& path) {
    const File file{path, O_RDONLY};
    if (!file.isOpen()) {
        return {{}, lastError()};
    }
    if (!file.isRegular()) {
        return {{}, std::make_error_code(std::errc::not_supported)};
    }
    return {file.read(), {}, file.othersMayRead()};
}

std::error_code create(const std::string& path, std::string_view text) {
    std::array<std::uint8_t, 8> unique{};
    transport::fillRandom(unique);
    const std::string aside = fmt::format("{}.{:02x}.new", path, fmt::join(unique, ""));
    const File file{aside, O_WRONLY | O_CREAT | O_EXCL};
    if (!file.isOpen()) {
        return lastError();
    }
    std::error_code error;
    if (!file.write(text) || ::link(aside.c_str(), path.c_str()) != 0) {
        error = lastError();
    }
    ::unlink(aside.c_str());
    return error;
}

std::error_code rename(const std::string& from, const std::string& to) {
    if (::link(from.c_str(), to.c_str()) != 0) {
        return lastError();
    }
    ::unlink(from.c_str());
    return {};
}

std::string_view remedy() noexcept {
    return "run chmod 600 on it";
}

} // namespace portolan::private_file
