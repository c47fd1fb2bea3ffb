// SPDX-License-Identifier: MIT
module;

#include <cerrno>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

module portolan.cli;

import :interrupt;
import :way;

namespace portolan::cli {

namespace {

Failure noScript(const std::string& path) {
    return {ExitStatus::usage, "usage", "INVALID_ARGUMENT",
            fmt::format("--script: {} cannot be read: {}", path,
                        std::error_code{errno, std::generic_category()}.message())};
}

ExitStatus runScript(const ShellCommand& command, Output& output) {
    const int file = openScript(*command.script);
    if (file < 0) {
        return output.fail(noScript(*command.script));
    }
    Shell shell{command, output};
    const ExitStatus status = shell.run(linesOf(file, shell.probe(), {}, output), *command.script);
    ::close(file);
    return status;
}

/// The commands of whoever sits at the terminal.
ExitStatus converse(const ShellCommand& command, Output& output) {
    Shell shell{command, output};
    if (command.common.json) {
        return shell.run(linesOf(STDIN_FILENO, shell.probe(), {}, output), {});
    }
    output.line("Speak to a gateway by hand; help tells how, Ctrl-D ends.");
    const std::string folder = stateFolder();
    const ExitStatus status =
        shell.run(typedLines(shell.probe(), folder.empty() ? "" : folder + "/shell_history", output), {});
    return status;
}

} // namespace

Shell::Shell(const ShellCommand& command, Output& output)
    : command_(command), output_(output), server_(command.via.gateway), source_(command.via.source) {
    if (command.via.speak == Speak::natPmp) {
        version_ = wire::natPmpVersion;
    }
    timeout_ = command.common.timeout.value_or(timeout_);
    hex_ = command.common.verbose;
    drafts_ = command.drafts;
    finishWrites();
}

ExitStatus Shell::run(const LineSource& lines, const std::string& script) {
    ExitStatus first = ExitStatus::done;
    for (std::uint64_t number = 1; !quit_ && !probe_.isEnded(); ++number) {
        const auto line = lines();
        if (!line) {
            break;
        }
        place_ = script.empty() ? "" : fmt::format("{}, line {}: ", script, number);
        const ExitStatus status = obey(*line);
        if (script.empty()) {
            probe_.resume(); // Ctrl-C ended a wait, and no more than that
            continue;
        }
        first = first == ExitStatus::done ? status : first;
        if (probe_.isInterrupted() || (status != ExitStatus::done && !command_.keepGoing)) {
            break;
        }
    }
    if (!script.empty() && probe_.isInterrupted() && first == ExitStatus::done) {
        return fail({ExitStatus::failed, "cancelled", "CANCELLED", "interrupted"});
    }
    return first;
}

ExitStatus Shell::obey(std::string_view line) {
    const auto words = splitWords(line);
    if (!words) {
        return failUsage(words.error().message);
    }
    return words.assume_value().empty() ? ExitStatus::done : obeyWords(words.assume_value());
}

ExitStatus Shell::obeyWords(Words words) {
    const std::string& command = words[0];
    if (isRequest(command)) {
        return request(words).status;
    }
    using Function = ExitStatus (Shell::*)(Words);
    constexpr std::pair<std::string_view, Function> others[]{
        {"get", &Shell::get},   {"repeat", &Shell::repeat}, {"listen", &Shell::listen},
        {"wait", &Shell::wait}, {"expect", &Shell::expect}, {"set", &Shell::set},
        {"show", &Shell::show}, {"help", &Shell::help},     {"?", &Shell::help},
    };
    for (const auto& [name, function] : others) {
        if (name == command) {
            return (this->*function)(words);
        }
    }
    if (command == "quit" || command == "exit") {
        quit_ = true;
        return ExitStatus::done;
    }
    return failUsage(fmt::format("there is no command \"{}\" (see help)", command));
}

ExitStatus Shell::fail(const Failure& failure) {
    Failure placed = failure;
    placed.message = place_ + placed.message;
    return output_.fail(placed);
}

ExitStatus Shell::failUsage(std::string message) {
    return fail(explain(UsageError{std::move(message)}));
}

ExitStatus execute(const ShellCommand& command, Output& output) {
    if (command.script && *command.script != "-") {
        return runScript(command, output);
    }
    if (command.script || ::isatty(STDIN_FILENO) == 0) {
        Shell shell{command, output};
        return shell.run(linesOf(STDIN_FILENO, shell.probe(), {}, output), "standard input");
    }
    return converse(command, output);
}

} // namespace portolan::cli
