// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

module portolan.cli;

import :interrupt;
import :keeper;

namespace portolan::cli {

/// What the arguments and the file say together: mappings of the arguments first.
Parsed<KeepPlan> readPlan(const KeepCommand& command) {
    KeepPlan plan = command.plan;
    if (command.config) {
        std::ifstream file{*command.config};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        if (!file) {
            return UsageError{fmt::format("{} cannot be read", *command.config)};
        }
        auto written = parseKeepPlan(text, plan);
        if (!written) {
            return UsageError{fmt::format("{}, {}", *command.config, written.error().message)};
        }
        for (KeepMapping& mapping : written.assume_value().mappings) {
            plan.mappings.push_back(std::move(mapping));
        }
        plan.execTimeout = written.assume_value().execTimeout;
    }
    if (const auto error = conflict(plan)) {
        return *error;
    }
    return plan;
}

ExitStatus execute(const KeepCommand& command, Output& output) {
    auto plan = readPlan(command);
    if (!plan) {
        return output.fail(explain(plan.error()));
    }
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        Keeper keeper{co_await net::this_coro::executor, command, output};
        co_return co_await keeper.run(std::move(plan.assume_value()), interrupt);
    });
}

} // namespace portolan::cli
