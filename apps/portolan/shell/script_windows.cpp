// SPDX-License-Identifier: MIT
module;

#include "../windows_text.hpp"
#include <cerrno>
#include <fcntl.h>
#include <io.h>
#include <string>

module portolan.cli;

namespace portolan::cli {

int openScript(const std::string& path) {
    const std::wstring wide = toWide(path);
    const DWORD kind = GetFileAttributesW(wide.c_str());
    if (kind != INVALID_FILE_ATTRIBUTES && (kind & FILE_ATTRIBUTE_DIRECTORY) != 0) {
        errno = EISDIR;
        return -1;
    }
    return ::_wopen(wide.c_str(), _O_RDONLY | _O_TEXT | _O_NOINHERIT);
}

} // namespace portolan::cli
