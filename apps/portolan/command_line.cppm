// SPDX-License-Identifier: MIT
export module portolan.cli:command_line;

import portolan.std;
import :arguments;
import :commands;

export namespace portolan::cli {

/// What --help and --version ask for: a text for standard output, and nothing else to do.
struct Saying {
    std::string text;
};

/// What the user wants.
using Wish = std::variant<Command, Saying, UsageError>;

/// Reads the arguments; the first is the program's name. Sends nothing and prints nothing.
[[nodiscard]] Wish readCommandLine(std::span<const char* const> arguments);

/// Whether errors are to be told as JSON, even those of arguments that cannot be read.
[[nodiscard]] bool wantsJson(std::span<const char* const> arguments);

} // namespace portolan::cli
