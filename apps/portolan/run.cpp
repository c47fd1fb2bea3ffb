// SPDX-License-Identifier: MIT
module;

#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <variant>

module portolan.cli;

namespace portolan::cli {

namespace {

ExitStatus obey(const Wish& wish, Output& output) {
    if (const auto* error = std::get_if<UsageError>(&wish)) {
        return output.fail(explain(*error));
    }
    if (const auto* saying = std::get_if<Saying>(&wish)) {
        output.write(saying->text);
        return ExitStatus::done;
    }
    return std::visit(
        [&output](const auto& command) {
            output.configure(command.common);
            return execute(command, output);
        },
        std::get<Command>(wish));
}

} // namespace

ExitStatus run(std::span<const char* const> arguments, std::FILE* out, std::FILE* err) noexcept {
    try {
        Output output{out, err, wantsJson(arguments)};
        try {
            const ExitStatus status = obey(readCommandLine(arguments), output);
            if (status == ExitStatus::done && !output.good()) {
                output.remark("not everything could be written to standard output");
                return ExitStatus::failed;
            }
            return status;
        } catch (const std::exception& unexpected) {
            return output.fail(unforeseen(unexpected.what()));
        }
    } catch (...) {
        std::fputs("portolan: out of memory\n", err);
        return ExitStatus::failed;
    }
}

} // namespace portolan::cli
