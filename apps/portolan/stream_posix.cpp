// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

module portolan.cli;

import :stream;

namespace portolan::cli {

namespace {

/// A pipe that has room at all takes so many octets without waiting. To make the stream non-blocking instead would make
/// it so for everybody who shares it, a shell for one.
constexpr std::size_t atOnce = PIPE_BUF;

} // namespace

bool Stream::hasRoom(std::chrono::milliseconds wait) const {
    pollfd file{::fileno(file_), POLLOUT, 0};
    return ::poll(&file, 1, static_cast<int>(wait.count())) > 0;
}

void Stream::writeSome() {
    const auto written = ::write(::fileno(file_), kept_.data(), std::min(kept_.size(), atOnce));
    if (written >= 0) {
        kept_.erase(0, static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
        failed_ = true; // nobody reads any more
        kept_.clear();
    }
}

} // namespace portolan::cli
