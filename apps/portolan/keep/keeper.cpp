// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <fmt/format.h>
#include <list>
#include <optional>
#include <string>
#include <utility>

module portolan.cli;

import :keeper;
import :way;

namespace portolan::cli {

namespace {

constexpr auto never = std::chrono::steady_clock::time_point::max();

ClientOptions optionsOf(const KeepCommand& command, Output& output) {
    ClientOptions options = clientOptions(command.via, command.common);
    options.identity = identityFor(command.via, output);
    options.follow = true;
    options.onWarning = [&output](const Error& warning) { output.warn(warning.message()); };
    return options;
}

} // namespace

Keeper::Keeper(const net::any_io_executor& executor, const KeepCommand& command, Output& output)
    : command_(command)
    , output_(output)
    , client_(executor, optionsOf(command, output))
    , hooks_(executor, [&output](std::string_view complaint) { output.warn(complaint); })
    , hangups_(executor, SIGHUP)
    , watchdog_(executor)
    , ended_(executor, never) {}

net::awaitable<ExitStatus> Keeper::run(KeepPlan plan, Interrupt& interrupt) {
    follow(plan);
    awaitHangup();
    feedWatchdog();
    tellManager();
    co_await interrupt.wait();
    co_return co_await end();
}

/// Brings what is kept in line with the plan: what stands in both as it is goes on undisturbed.
void Keeper::follow(const KeepPlan& plan) {
    execTimeout_ = plan.execTimeout;
    for (Kept& kept : kept_) {
        if (!kept.leaving && std::ranges::find(plan.mappings, kept.wanted) == plan.mappings.end()) {
            drop(kept);
        }
    }
    for (const KeepMapping& wanted : plan.mappings) {
        const auto same = [&](const Kept& kept) { return !kept.leaving && kept.wanted == wanted; };
        if (std::ranges::none_of(kept_, same)) {
            keep(wanted);
        }
    }
}

void Keeper::keep(const KeepMapping& wanted) {
    Kept& kept = kept_.emplace_back(ended_.get_executor(), wanted);
    net::co_spawn(ended_.get_executor(), follow(kept), [this, &kept](const std::exception_ptr& failure) {
        if (failure) {
            std::rethrow_exception(failure);
        }
        std::erase_if(kept_, [&kept](const Kept& one) { return &one == &kept; });
        ended_.cancel();
        tellManager();
    });
}

/// Lets go of a mapping; its coroutine sees that and ends.
void Keeper::drop(Kept& kept) {
    kept.leaving = true;
    if (kept.mapping && command_.leave && ending_) {
        kept.mapping->detach();
    } else if (kept.mapping) {
        kept.mapping->release(net::detached);
    }
    kept.retry.cancel();
}

void Keeper::awaitHangup() {
    hangups_.async_wait([this](net::error_code error, int /*signal*/) {
        if (!error && !ending_) {
            reload();
            awaitHangup();
        }
    });
}

void Keeper::reload() {
    if (!command_.config) {
        output_.warn("there is no file to read anew; everything goes on as it is");
        return;
    }
    manager_.notify(ServiceManager::reloading());
    const auto plan = readPlan(command_);
    if (!plan) {
        output_.warn(fmt::format("{}; everything goes on as it was", plan.error().message));
    } else {
        output_.detail(fmt::format("{} was read anew", *command_.config));
        follow(plan.assume_value());
    }
    manager_.notify("READY=1");
}

/// Deletes or leaves all that is held, within the command's time.
net::awaitable<ExitStatus> Keeper::end() {
    ending_ = true;
    net::error_code ignored;
    hangups_.cancel(ignored);
    watchdog_.cancel();
    manager_.notify("STOPPING=1");
    for (Kept& kept : kept_) {
        if (!kept.leaving) {
            drop(kept);
        }
    }
    while (!kept_.empty()) {
        co_await ended_.async_wait(net::asTuple);
    }
    co_await hooks_.finish(std::chrono::seconds{5});
    co_return ExitStatus::done;
}

} // namespace portolan::cli
