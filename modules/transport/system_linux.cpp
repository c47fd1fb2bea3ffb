// SPDX-License-Identifier: MIT
module;

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <ctime>
#include <span>
#include <sys/random.h>

module portolan.transport;

namespace portolan::transport {

session::TimePoint now() noexcept {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return session::TimePoint{std::chrono::duration_cast<session::Duration>(std::chrono::seconds{time.tv_sec} +
                                                                            std::chrono::nanoseconds{time.tv_nsec})};
}

void fillRandom(wire::Room room) noexcept {
    std::size_t filled = 0;
    while (filled < room.size()) {
        const auto count = getrandom(room.data() + filled, room.size() - filled, 0);
        if (count > 0) {
            filled += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            std::abort();
        }
    }
}

} // namespace portolan::transport
