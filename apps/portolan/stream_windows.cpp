// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdio>

module portolan.cli;

import :stream;

namespace portolan::cli {

/// Windows does not tell whether a pipe has room: its reader is waited for.
bool Stream::hasRoom(std::chrono::milliseconds) const {
    return true;
}

void Stream::writeSome() {
    failed_ = std::fwrite(kept_.data(), 1, kept_.size(), file_) != kept_.size() || std::fflush(file_) != 0;
    kept_.clear();
}

} // namespace portolan::cli
