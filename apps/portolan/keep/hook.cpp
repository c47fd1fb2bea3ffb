// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <exception>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

module portolan.cli;

import :hook;

namespace portolan::cli {

namespace {

/// From the request to end to the order to.
constexpr std::chrono::milliseconds grace{2000};

std::string describe(int status) {
    return WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                               : fmt::format("ended with status {}", WEXITSTATUS(status));
}

} // namespace

HookRunner::HookRunner(const net::any_io_executor& executor, Complaint complaint)
    : complaint_(std::move(complaint))
    , children_(executor, SIGCHLD)
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
        net::co_spawn(children_.get_executor(), work(), [](const std::exception_ptr& failure) {
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
    }
}

net::awaitable<void> HookRunner::finish(std::chrono::milliseconds limit) {
    if (!working_) {
        co_return;
    }
    idle_.expires_after(limit);
    const auto [error] = co_await idle_.async_wait(net::asTuple);
    if (!error && running_) {
        line_.clear();
        tookTooLong_ = true;
        end(*running_);
        idle_.expires_after(2 * grace);
        co_await idle_.async_wait(net::asTuple);
    }
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
    const pid_t child = startShell(waiting.call);
    if (child < 0) {
        complaint_(fmt::format("--exec: /bin/sh could not be started: {}", std::strerror(-child)));
        co_return;
    }
    running_ = child;
    tookTooLong_ = false;
    endAfter(child, waiting.timeout);
    const int status = co_await ended(child);
    running_.reset();
    timeout_.cancel();
    if (tookTooLong_) {
        complaint_(fmt::format("--exec: \"{}\" took too long and {}", waiting.call.command, describe(status)));
    } else if (status != 0) {
        complaint_(fmt::format("--exec: \"{}\" {}", waiting.call.command, describe(status)));
    }
}

net::awaitable<int> HookRunner::ended(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
        co_await children_.async_wait(net::asTuple);
    }
    co_return status;
}

void HookRunner::endAfter(pid_t child, std::chrono::milliseconds timeout) {
    timeout_.expires_after(timeout);
    timeout_.async_wait([this, child](net::error_code error) {
        if (!error && running_ == child) {
            tookTooLong_ = true;
            end(child);
        }
    });
}

/// Asks the command and all that it started to end, and after a while does not ask any more.
void HookRunner::end(pid_t child) {
    ::kill(-child, SIGTERM);
    timeout_.expires_after(grace);
    timeout_.async_wait([this, child](net::error_code error) {
        if (!error && running_ == child) {
            ::kill(-child, SIGKILL);
        }
    });
}

} // namespace portolan::cli
