// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>

module portolan.transport;

import portolan.net;

namespace portolan::transport {

namespace {

/// A timer that does not count suspend looks at the clock so often.
constexpr session::Duration longestSleep = std::chrono::minutes{1};

/// An absolute time; zero would mean "never".
itimerspec at(session::TimePoint when) {
    const session::Duration time = std::max(when.time_since_epoch(), session::Duration{1});
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    itimerspec spec{};
    spec.it_value.tv_sec = static_cast<std::time_t>(seconds.count());
    spec.it_value.tv_nsec = static_cast<long>(std::chrono::nanoseconds{time - seconds}.count());
    return spec;
}

} // namespace

/// A timerfd, and where the system has none to give, a timer of Asio's.
struct Alarm::State {
    explicit State(const net::any_io_executor& strand) : descriptor(strand), timer(strand) {
        const int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
        if (fd < 0) {
            return;
        }
        net::error_code error;
        descriptor.assign(fd, error);
        if (error) {
            ::close(fd);
        }
    }

    void setTime(const itimerspec& spec) {
        timerfd_settime(descriptor.native_handle(), TFD_TIMER_ABSTIME, &spec, nullptr);
    }

    net::posix::stream_descriptor descriptor;
    net::steady_timer timer;
    std::uint64_t generation = 0; ///< of the wait; what is left of an earlier one is ignored
    bool waiting = false;
};

Alarm::Alarm(const net::any_io_executor& strand) : state_(std::make_shared<State>(strand)) {}

Alarm::~Alarm() = default;

void Alarm::set(session::TimePoint when, std::function<void()> handler) {
    State& state = *state_;
    const bool exact = state.descriptor.is_open();
    if (exact) {
        state.setTime(at(when)); // also takes back that an earlier time has come
        if (state.waiting) {
            return;
        }
    } else {
        state.timer.expires_after(std::clamp(std::max(when, now()) - now(), session::Duration::zero(), longestSleep));
    }
    state.waiting = true;
    auto wake = [state = state_, generation = ++state.generation, handler = std::move(handler)](net::error_code error) {
        if (!error && generation == state->generation) {
            state->waiting = false;
            handler();
        }
    };
    if (exact) {
        state.descriptor.async_wait(net::posix::stream_descriptor::wait_read, std::move(wake));
    } else {
        state.timer.async_wait(std::move(wake));
    }
}

void Alarm::cancel() {
    State& state = *state_;
    ++state.generation;
    if (!std::exchange(state.waiting, false)) {
        return;
    }
    if (state.descriptor.is_open()) {
        net::error_code ignored;
        state.descriptor.cancel(ignored);
        state.setTime({});
    } else {
        state.timer.cancel();
    }
}

} // namespace portolan::transport
