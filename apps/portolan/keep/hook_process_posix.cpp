// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

module portolan.cli;

import :hook_process;
import :signals;

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

/// The variables of `call` and, of ours, those that it does not set anew.
std::vector<char*> environmentOf(std::vector<std::string>& own) {
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
    return environment;
}

std::string describe(int status) {
    if (WIFSIGNALED(status)) {
        return fmt::format("was ended by signal {}", WTERMSIG(status));
    }
    return status == 0 ? "" : fmt::format("ended with status {}", WEXITSTATUS(status));
}

} // namespace

struct HookProcess::System {
    explicit System(const net::any_io_executor& executor) : children(executor) { hear(children, {Sign::childEnded}); }

    net::signal_set children;
    pid_t child = 0; ///< and its group
};

HookProcess::HookProcess(const net::any_io_executor& executor) : system_(std::make_shared<System>(executor)) {}

HookProcess::~HookProcess() = default;

std::error_code HookProcess::start(const HookCall& call) {
    std::vector<std::string> own = call.environment;
    const std::vector<char*> environment = environmentOf(own);
    std::string shell = "sh";
    std::string option = "-c";
    std::string command = call.command;
    const std::array<char*, 4> arguments{shell.data(), option.data(), command.data(), nullptr};
    const SpawnSettings settings;
    return {::posix_spawn(&system_->child, "/bin/sh", settings.files(), settings.attributes(), arguments.data(),
                          environment.data()),
            std::generic_category()};
}

net::awaitable<std::string> HookProcess::ended() {
    int status = 0;
    while (::waitpid(system_->child, &status, WNOHANG) == 0) {
        co_await system_->children.async_wait(net::asTuple);
    }
    co_return describe(status);
}

void HookProcess::askToEnd() {
    ::kill(-system_->child, SIGTERM);
}

void HookProcess::end() {
    ::kill(-system_->child, SIGKILL);
    ::kill(system_->child, SIGKILL); // which may have left the group
}

} // namespace portolan::cli
