// SPDX-License-Identifier: MIT
module;

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

module portolan.cli;

namespace portolan::cli {

int openScript(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status{};
    if (file >= 0 && ::fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
        ::close(file);
        errno = EISDIR;
        return -1;
    }
    return file;
}

} // namespace portolan::cli
