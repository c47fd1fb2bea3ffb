// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <span>
#include <unistd.h>

import portolan.cli;

namespace {

/// Has nothing that is opened from here on taken for a standard stream that whoever started us had closed.
void fillStandardStreams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) < 0) {
            static_cast<void>(::open("/dev/null", O_RDWR)); // the lowest number that is free
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    fillStandardStreams();
    std::signal(SIGPIPE, SIG_IGN); // a reader that went away must not keep us from releasing a mapping
    const std::span<const char* const> arguments{argv, static_cast<std::size_t>(argc)};
    return static_cast<int>(portolan::cli::run(arguments, stdout, stderr));
}
