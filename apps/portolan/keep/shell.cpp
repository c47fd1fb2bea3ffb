// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <unistd.h>
#include <vector>

module portolan.cli;

import :hook;

namespace portolan::cli {

namespace {

/// What posix_spawn is told: standard input from nowhere, standard output to standard error (ours is for programs that
/// read what we say), default signals, and a process group to be ended as a whole.
class SpawnSettings {
public:
    SpawnSettings() {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&files_, STDERR_FILENO, STDOUT_FILENO);
        ::posix_spawnattr_init(&attributes_);
        sigset_t signals;
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes_, &signals);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD}) {
            ::sigaddset(&signals, number);
        }
        ::posix_spawnattr_setsigdefault(&attributes_, &signals);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }

    ~SpawnSettings() {
        ::posix_spawn_file_actions_destroy(&files_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;

    [[nodiscard]] const posix_spawn_file_actions_t* files() const { return &files_; }

    [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

} // namespace

pid_t startShell(const HookCall& call) {
    std::vector<std::string> own = call.environment;
    std::vector<char*> environment;
    for (std::string& variable : own) {
        environment.push_back(variable.data());
    }
    for (char** inherited = environ; *inherited != nullptr; ++inherited) {
        const std::string_view variable = *inherited;
        const std::string_view assignment = variable.substr(0, variable.find('=') + 1);
        if (std::ranges::none_of(own, [&](const std::string& mine) { return mine.starts_with(assignment); })) {
            environment.push_back(*inherited);
        }
    }
    environment.push_back(nullptr);
    std::string shell = "sh";
    std::string option = "-c";
    std::string command = call.command;
    const std::array<char*, 4> arguments{shell.data(), option.data(), command.data(), nullptr};
    const SpawnSettings settings;
    pid_t child = 0;
    const int error =
        ::posix_spawn(&child, "/bin/sh", settings.files(), settings.attributes(), arguments.data(), environment.data());
    return error == 0 ? child : -error;
}

} // namespace portolan::cli
