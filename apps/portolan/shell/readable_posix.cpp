// SPDX-License-Identifier: MIT
module;

#include <memory>
#include <unistd.h>

module portolan.cli;

namespace portolan::cli {

bool Probe::awaitReadable(int file) {
    const auto readable = std::make_shared<bool>(false);
    net::posix::stream_descriptor descriptor{context_};
    net::error_code error;
    descriptor.assign(::dup(file), error);
    if (error) {
        return !isInterrupted();
    }
    // Of a file that never has to be waited for the wait fails at once.
    descriptor.async_wait(net::posix::stream_descriptor::wait_read, [readable](net::error_code) { *readable = true; });
    runUntil([&readable] { return *readable; }, Deadline::max());
    return !isInterrupted();
}

} // namespace portolan::cli
