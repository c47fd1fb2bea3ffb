// SPDX-License-Identifier: MIT
module;

#include <memory>
#include <sys/epoll.h>
#include <unistd.h>

module portolan.cli;

namespace portolan::cli {

/// By a set of descriptors that the file is the only one of: Asio makes what it waits for non-blocking, and the file is
/// open in other programs, too, such as the one that started this.
bool Probe::awaitReadable(int file) {
    const auto readable = std::make_shared<bool>(false);
    net::posix::stream_descriptor set{context_};
    net::error_code error;
    set.assign(::epoll_create1(EPOLL_CLOEXEC), error);
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    if (error || ::epoll_ctl(set.native_handle(), EPOLL_CTL_ADD, file, &wanted) != 0) {
        return !isInterrupted(); // never has to be waited for
    }
    set.async_wait(net::posix::stream_descriptor::wait_read, [readable](net::error_code) { *readable = true; });
    runUntil([&readable] { return *readable; }, Deadline::max());
    return !isInterrupted();
}

} // namespace portolan::cli
