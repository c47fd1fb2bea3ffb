// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <limits.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

module portolan.cli;

import :stream;

namespace portolan::cli {

namespace {

constexpr std::size_t mostKept = std::size_t{1} << 20;

/// A pipe that has room at all takes so many octets without waiting. To make the stream non-blocking instead would make
/// it so for everybody who shares it, a shell for one.
constexpr std::size_t atOnce = PIPE_BUF;

} // namespace

void Stream::write(std::string_view lines) {
    if (waits_) {
        std::fwrite(lines.data(), 1, lines.size(), file_);
        std::fflush(file_);
        return;
    }
    if (failed_) {
        return;
    }
    if (kept_.size() + lines.size() > mostKept) {
        ++leftOut_;
        return;
    }
    kept_ += lines;
    flush();
    if (keepsSome() && onKept_) {
        onKept_();
    }
}

void Stream::neverWait(std::function<void()> onKept) {
    waits_ = false;
    onKept_ = std::move(onKept);
}

void Stream::flush() {
    while (keepsSome() && hasRoom(std::chrono::milliseconds{0})) {
        writeSome();
    }
}

void Stream::drain(std::chrono::milliseconds limit) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + limit;
    while (keepsSome()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (left.count() <= 0 || !hasRoom(left)) {
            return;
        }
        writeSome();
    }
}

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
