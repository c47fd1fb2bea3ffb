// SPDX-License-Identifier: MIT
// Files for their owner's eyes alone; one file a system defines it. Paths are in UTF-8 where the system's own names are
// not octets. Not exported.
export module portolan:private_file;

import portolan.std;

namespace portolan::private_file {

/// What a file holds: up to 256 octets, which is more than an identity needs, so that one that is longer is seen to be.
struct Content {
    std::string text;
    std::error_code error;      ///< why it cannot be read; `errc::not_supported` for what is no file
    bool othersMayRead = false; ///< besides those who may read every file of the system
};

[[nodiscard]] Content read(const std::string& path);

/// Makes a file that its owner alone may read and write: it has its name when it is whole, and only if the name is free
/// (`errc::file_exists`).
[[nodiscard]] std::error_code create(const std::string& path, std::string_view text);

/// Gives a file another name if that is free (`errc::file_exists`).
[[nodiscard]] std::error_code rename(const std::string& from, const std::string& to);

/// What to do about a file that others may read.
[[nodiscard]] std::string_view remedy() noexcept;

} // namespace portolan::private_file
