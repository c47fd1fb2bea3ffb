// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <exception>

module portolan.cli;

import :interrupt;
import :signals;

namespace portolan::cli {

Interrupt::Interrupt(const net::any_io_executor& executor, Hangup hangup)
    : signals_(executor), waiting_(executor, std::chrono::steady_clock::time_point::max()) {
    if (hangup == Hangup::ends && !isIgnored(Sign::hangup)) {
        hear(signals_, {Sign::hangup});
    }
    hear(signals_, {Sign::interrupt, Sign::terminate});
    signals_.async_wait([this](net::error_code error, int /*signal*/) {
        if (!error) {
            close();
            raise();
        }
    });
    finishWrites();
}

net::awaitable<void> Interrupt::wait() {
    while (!raised_) {
        co_await waiting_.async_wait(net::asTuple);
    }
}

void Interrupt::raise() {
    raised_ = true;
    waiting_.cancel();
    cancellation_.emit(net::cancellation_type::terminal);
}

void Interrupt::close() {
    net::error_code ignored;
    signals_.clear(ignored);
    signals_.cancel(ignored);
}

ExitStatus runTask(const Task& task, Hangup hangup) {
    net::io_context context{1};
    Interrupt interrupt{context.get_executor(), hangup};
    ExitStatus status = ExitStatus::failed;
    const auto run = [&]() -> net::awaitable<void> {
        status = co_await task(interrupt);
        interrupt.close();
        if (interrupt.leavesRest()) {
            context.stop();
        }
    };
    net::co_spawn(context, run, [](std::exception_ptr failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
    });
    context.run();
    return status;
}

} // namespace portolan::cli
