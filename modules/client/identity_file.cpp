// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

module portolan;

import :identity;
import :private_file;

namespace portolan {

namespace {

Error problem(std::error_code error, const std::string& path, std::string_view consequence) {
    return Error{error, fmt::format("{}: {}", path, consequence)};
}

constexpr std::string_view freshInstead =
    "mappings are made under a fresh identity, which a later run will not have; make the file readable and its folder "
    "writable";

/// Makes the file, and folders missing on the way.
std::error_code create(const std::string& path, const Identity& identity) {
    std::error_code error;
    const std::filesystem::path file{std::u8string{path.begin(), path.end()}};
    if (const auto folder = file.parent_path(); !folder.empty()) {
        std::filesystem::create_directories(folder, error);
    }
    return error ? error : private_file::create(path, identity.text());
}

/// What is found where the file should be.
struct Found {
    std::optional<KeptIdentity> kept;
    std::error_code error;  ///< why it cannot be read
    bool isDamaged = false; ///< it was an identity
};

Found find(const std::string& path) {
    const private_file::Content file = private_file::read(path);
    if (file.error) {
        return {std::nullopt, file.error};
    }
    const auto identity = Identity::parse(file.text);
    if (!identity) {
        return {std::nullopt, {}, file.text.empty() || file.text.starts_with("portolan-identity")};
    }
    KeptIdentity kept{*identity, std::nullopt};
    if (file.othersMayRead) {
        kept.warning =
            problem(std::make_error_code(std::errc::permission_denied), path,
                    fmt::format("others may read the file and then delete your mappings; {}", private_file::remedy()));
    }
    return {kept, {}};
}

/// Puts a damaged file aside under a name that is free.
result<std::string> putAside(const std::string& path) {
    std::error_code error;
    for (int count = 1; count <= 9; ++count) {
        const std::string aside = count == 1 ? path + ".damaged" : fmt::format("{}.damaged.{}", path, count);
        error = private_file::rename(path, aside);
        if (!error) {
            return aside;
        }
        if (error != std::errc::file_exists) {
            break;
        }
    }
    return error;
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
