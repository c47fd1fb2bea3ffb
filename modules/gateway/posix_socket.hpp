// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace portolan::gateway::system {

/// A socket that no child process inherits, closed at the end of its life.
class Socket {
public:
#if defined(SOCK_CLOEXEC)
    Socket(int family, int type, int protocol) noexcept : fd_(::socket(family, type | SOCK_CLOEXEC, protocol)) {}
#else
    Socket(int family, int type, int protocol) noexcept : fd_(::socket(family, type, protocol)) {
        if (fd_ >= 0) { // a failure's reason is left as it is
            static_cast<void>(::fcntl(fd_, F_SETFD, FD_CLOEXEC));
        }
    }
#endif

    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    Socket& operator=(Socket&&) = delete;

    ~Socket() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    [[nodiscard]] bool isOpen() const noexcept { return fd_ >= 0; }

    [[nodiscard]] int fd() const noexcept { return fd_; }

    /// The descriptor, which the caller closes from here on.
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

    template <class T>
    bool set(int level, int option, const T& value) const noexcept {
        return ::setsockopt(fd_, level, option, &value, sizeof value) == 0;
    }

private:
    int fd_;
};

} // namespace portolan::gateway::system
