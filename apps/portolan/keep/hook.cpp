// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

module portolan.cli;

import :hook;

namespace portolan::cli {

namespace {

/// From the request to end to the order to.
constexpr std::chrono::milliseconds grace{2000};

} // namespace

HookRunner::HookRunner(const net::any_io_executor& executor, Complaint complaint)
    : complaint_(std::move(complaint))
    , process_(executor)
    , timeout_(executor)
    , idle_(executor, std::chrono::steady_clock::time_point::max()) {}

void HookRunner::run(HookCall call, std::chrono::seconds timeout) {
    const auto same = std::ranges::find(line_, call.subject, [](const Waiting& one) { return one.call.subject; });
    if (same != line_.end()) {
        *same = {std::move(call), timeout};
        return;
    }
    line_.push_back({std::move(call), timeout});
    if (!std::exchange(working_, true)) {
        net::co_spawn(idle_.get_executor(), work(), [](const std::exception_ptr& failure) {
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
    }
}

net::awaitable<bool> HookRunner::finish(std::chrono::milliseconds limit) {
    if (!working_) {
        co_return true;
    }
    idle_.expires_after(limit);
    const auto [error] = co_await idle_.async_wait(net::asTuple);
    if (!error && running_ != 0) {
        line_.clear();
        tookTooLong_ = true;
        end();
        idle_.expires_after(2 * grace);
        co_await idle_.async_wait(net::asTuple);
    }
    co_return !working_;
}

net::awaitable<void> HookRunner::work() {
    while (!line_.empty()) {
        Waiting next = std::move(line_.front());
        line_.pop_front();
        co_await runOne(std::move(next));
    }
    working_ = false;
    idle_.cancel();
}

net::awaitable<void> HookRunner::runOne(Waiting waiting) {
    if (const std::error_code error = process_.start(waiting.call)) {
        complaint_(fmt::format("--exec: the shell could not be started: {}", error.message()));
        co_return;
    }
    running_ = ++started_;
    tookTooLong_ = false;
    endAfter(waiting.timeout);
    const std::string fault = co_await process_.ended();
    running_ = 0;
    timeout_.cancel();
    if (tookTooLong_) {
        complaint_(fmt::format("--exec: \"{}\" took too long and {}", waiting.call.command,
                               fault.empty() ? "ended with status 0" : fault));
    } else if (!fault.empty()) {
        complaint_(fmt::format("--exec: \"{}\" {}", waiting.call.command, fault));
    }
}

void HookRunner::endAfter(std::chrono::milliseconds timeout) {
    timeout_.expires_after(timeout);
    timeout_.async_wait([this, meant = running_](net::error_code error) {
        if (!error && running_ == meant) {
            tookTooLong_ = true;
            end();
        }
    });
}

/// Asks the command and all that it started to end, and after a while does not ask any more.
void HookRunner::end() {
    process_.askToEnd();
    timeout_.expires_after(grace);
    timeout_.async_wait([this, meant = running_](net::error_code error) {
        if (!error && running_ == meant) {
            process_.end();
        }
    });
}

} // namespace portolan::cli
