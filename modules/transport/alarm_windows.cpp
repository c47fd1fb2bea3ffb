// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

module portolan.transport;

import portolan.net;

namespace portolan::transport {

namespace {

/// No timer of Windows' waits for a time of the clock that counts suspend, so ours looks at that clock so often: what
/// came due in a suspend is seen that long after it at the latest.
constexpr session::Duration longestSleep = std::chrono::minutes{1};

} // namespace

struct Alarm::State : std::enable_shared_from_this<State> {
    explicit State(const net::any_io_executor& strand) : timer(strand) {}

    /// Sleeps a while, towards `when`. The handler is in the wait, and not here, so that it ends with the event loop.
    void sleep(std::function<void()> handler) {
        timer.expires_after(std::clamp(std::max(when, now()) - now(), session::Duration::zero(), longestSleep));
        auto wake = [state = shared_from_this(), mine = ++generation,
                     handler = std::move(handler)](net::error_code error) mutable {
            if (error || mine != state->generation) {
                return;
            }
            if (now() < state->when) {
                state->sleep(std::move(handler));
            } else {
                handler();
            }
        };
        timer.async_wait(std::move(wake));
    }

    net::steady_timer timer;
    session::TimePoint when;
    std::uint64_t generation = 0; ///< of the wait; what is left of an earlier one is ignored
};

Alarm::Alarm(const net::any_io_executor& strand) : state_(std::make_shared<State>(strand)) {}

Alarm::~Alarm() = default;

void Alarm::set(session::TimePoint when, std::function<void()> handler) {
    state_->when = when;
    state_->sleep(std::move(handler));
}

void Alarm::cancel() {
    ++state_->generation;
    state_->timer.cancel();
}

} // namespace portolan::transport
