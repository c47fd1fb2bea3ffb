// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <span>

import portolan.cli;

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN); // a reader that went away must not keep us from releasing a mapping
    const std::span<const char* const> arguments{argv, static_cast<std::size_t>(argc)};
    return static_cast<int>(portolan::cli::run(arguments, stdout, stderr));
}
