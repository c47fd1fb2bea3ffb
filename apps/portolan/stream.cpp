// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

module portolan.cli;

import :stream;

namespace portolan::cli {

namespace {

constexpr std::size_t mostKept = std::size_t{1} << 20;

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

} // namespace portolan::cli
