// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

module portolan.cli;

import :interrupt;
import :keeper;

namespace portolan::cli {

namespace {

/// More than anybody writes by hand.
constexpr std::size_t longestConfig = std::size_t{1} << 20;

/// The whole of a regular file: neither a folder, nor a pipe that has to be waited for.
Parsed<std::string> readConfig(const std::string& path) {
    const std::filesystem::path name{std::u8string{path.begin(), path.end()}}; // as Windows wants it
    std::error_code error;
    if (!std::filesystem::is_regular_file(name, error)) {
        return UsageError{
            fmt::format("{} cannot be read: {}", path, error ? error.message() : "it is no regular file")};
    }
    std::ifstream file{name, std::ios::binary};
    std::string text(longestConfig + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (!file.eof() || file.bad()) {
        return UsageError{fmt::format("{} {}", path, file.bad() ? "cannot be read" : "is longer than a mebibyte")};
    }
    return text;
}

} // namespace

/// What the arguments and the file say together: mappings of the arguments first.
Parsed<KeepPlan> readPlan(const KeepCommand& command) {
    KeepPlan plan = command.plan;
    if (command.config) {
        BOOST_OUTCOME_TRY(const std::string text, readConfig(*command.config));
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
    if (const auto error = conflict(command.via, plan)) {
        return *error;
    }
    return plan;
}

ExitStatus execute(const KeepCommand& command, Output& output) {
    auto plan = readPlan(command);
    if (!plan) {
        return output.fail(explain(plan.error()));
    }
    const auto keep = [&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        Keeper keeper{co_await net::this_coro::executor, command, output};
        co_return co_await keeper.run(std::move(plan.assume_value()), interrupt);
    };
    return runTask(keep, command.config ? Hangup::ignored : Hangup::ends); // which has the file read anew
}

} // namespace portolan::cli
