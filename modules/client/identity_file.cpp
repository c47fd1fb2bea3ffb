// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

module portolan;

import portolan.transport;
import :identity;

namespace portolan {

namespace {

constexpr mode_t ownerOnly = 0600;

std::error_code lastError() {
    return {errno, std::generic_category()};
}

Error problem(std::error_code error, const std::string& path, std::string_view consequence) {
    return Error{error, fmt::format("{}: {}", path, consequence)};
}

constexpr std::string_view freshInstead =
    "mappings are made under a fresh identity, which a later run will not have; make the file readable and its folder "
    "writable";

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

    /// Up to as much as an identity's text needs, and some more to see that it is longer.
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

/// Writes a file aside and gives it its name only when it is whole, and only if the name is still free.
std::error_code create(const std::string& path, const Identity& identity) {
    std::error_code error;
    if (const auto folder = std::filesystem::path{path}.parent_path(); !folder.empty()) {
        std::filesystem::create_directories(folder, error);
        if (error) {
            return error;
        }
    }
    std::array<std::uint8_t, 8> unique{};
    transport::fillRandom(unique);
    const std::string aside = fmt::format("{}.{:02x}.new", path, fmt::join(unique, ""));
    const File file{aside, O_WRONLY | O_CREAT | O_EXCL};
    if (!file.isOpen()) {
        return lastError();
    }
    if (!file.write(identity.text()) || ::link(aside.c_str(), path.c_str()) != 0) {
        error = lastError();
    }
    ::unlink(aside.c_str());
    return error;
}

/// What is found where the file should be.
struct Found {
    std::optional<KeptIdentity> kept;
    std::error_code error;  ///< why it cannot be read
    bool isDamaged = false; ///< it was an identity
};

Found find(const std::string& path) {
    const File file{path, O_RDONLY};
    if (!file.isOpen()) {
        return {std::nullopt, lastError()};
    }
    if (!file.isRegular()) {
        return {std::nullopt, std::make_error_code(std::errc::not_supported)};
    }
    const std::string text = file.read();
    const auto identity = Identity::parse(text);
    if (!identity) {
        return {std::nullopt, {}, text.empty() || text.starts_with("portolan-identity")};
    }
    KeptIdentity kept{*identity, std::nullopt};
    if (file.othersMayRead()) {
        kept.warning = problem(std::make_error_code(std::errc::permission_denied), path,
                               "others may read the file and then delete your mappings; run chmod 600 on it");
    }
    return {kept, {}};
}

/// Puts a damaged file aside under a name that is free.
result<std::string> putAside(const std::string& path) {
    for (int count = 1; count <= 9; ++count) {
        const std::string aside = count == 1 ? path + ".damaged" : fmt::format("{}.damaged.{}", path, count);
        if (::link(path.c_str(), aside.c_str()) == 0) {
            ::unlink(path.c_str());
            return aside;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return lastError();
}

} // namespace

KeptIdentity keptIdentity(const std::string& path) {
    std::optional<Error> damage;
    // The second round is for a file that another program made in the meantime.
    for (int round = 0; round < 2; ++round) {
        const Found found = find(path);
        if (found.kept) {
            return *found.kept;
        }
        if (found.error && found.error != std::errc::no_such_file_or_directory) {
            return {Identity::random(), problem(found.error, path, freshInstead)};
        }
        if (!found.error && !found.isDamaged) {
            return {Identity::random(), problem(std::make_error_code(std::errc::invalid_argument), path,
                                                "the file holds something else than an identity and is left alone; "
                                                "name another file")};
        }
        if (found.isDamaged) {
            const auto aside = putAside(path);
            if (!aside) {
                return {Identity::random(), problem(aside.error().code, path, freshInstead)};
            }
            damage = problem(std::make_error_code(std::errc::invalid_argument), path,
                             fmt::format("the file is damaged and was put aside as {}; mappings made before cannot be "
                                         "renewed or deleted until they expire",
                                         aside.value()));
        }
        const Identity fresh = Identity::random();
        const std::error_code failure = create(path, fresh);
        if (!failure) {
            return {fresh, damage};
        }
        if (failure != std::errc::file_exists) {
            return {fresh, problem(failure, path, freshInstead)};
        }
    }
    return {Identity::random(), problem(std::make_error_code(std::errc::file_exists), path, freshInstead)};
}

std::optional<Identity> readIdentity(const std::string& path) {
    const Found found = find(path);
    return found.kept ? std::optional{found.kept->identity} : std::nullopt;
}

} // namespace portolan
