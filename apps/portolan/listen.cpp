// SPDX-License-Identifier: MIT
module;

#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>

module portolan.cli;

import :interrupt;
import :listening;

namespace portolan::cli {

namespace {

void tellBeginning(const ListenCommand& command, Output& output) {
    if (output.json()) {
        output.object({{"event", "listening"}, {"port", command.port}});
    } else {
        output.line(fmt::format("listening at 224.0.0.1 and [ff02::1], UDP port {}", command.port));
    }
}

/// What is said when the time is up before all that were wanted were heard.
Failure tooFew(const ListenCommand& command, std::uint64_t heard) {
    return {ExitStatus::noAnswer, "timeout", "NO_ANSWER",
            fmt::format("heard {} of {} announcements in {} s; gateways announce when they start, and when their "
                        "external address changes",
                        heard, *command.count, std::chrono::duration<double>{*command.common.timeout}.count())};
}

net::awaitable<ExitStatus> listen(const ListenCommand& command, Interrupt& interrupt, Output& output) {
    const net::any_io_executor executor = co_await net::this_coro::executor;
    std::uint64_t heard = 0;
    Listening listening{executor, command.port, command.recording.tap, output, [&] {
                            if (++heard == command.count) {
                                listening.close();
                                interrupt.raise();
                            }
                        }};
    if (const auto failure = listening.open()) {
        co_return output.fail(*failure);
    }
    tellBeginning(command, output);
    net::steady_timer limit{executor};
    if (command.common.timeout) {
        limit.expires_after(*command.common.timeout);
        limit.async_wait([&interrupt](net::error_code error) {
            if (!error) {
                interrupt.raise();
            }
        });
    }
    co_await interrupt.wait();
    const bool late = command.common.timeout && std::chrono::steady_clock::now() >= limit.expiry();
    co_return late&& command.count&& heard < *command.count ? output.fail(tooFew(command, heard)) : ExitStatus::done;
}

} // namespace

ExitStatus execute(const ListenCommand& command, Output& output) {
    return runTask([&](Interrupt& interrupt) { return listen(command, interrupt, output); });
}

} // namespace portolan::cli
