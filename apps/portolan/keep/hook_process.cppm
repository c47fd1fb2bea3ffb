// SPDX-License-Identifier: MIT
// A command of the shell while it runs; one file a system defines it. Not exported.
export module portolan.cli:hook_process;

import portolan.std;
import portolan;

namespace portolan::cli {

/// A command to run because something changed.
struct HookCall {
    std::string subject;                  ///< what it is about: a later call about the same takes its place in the line
    std::string command;                  ///< for the shell
    std::vector<std::string> environment; ///< "NAME=value", besides our own
};

/// Runs one command after the other by the system's shell, each with all that it starts. A command has nothing to read,
/// and what it writes goes to standard error.
class HookProcess {
public:
    explicit HookProcess(const net::any_io_executor& executor);
    HookProcess(const HookProcess&) = delete;
    HookProcess& operator=(const HookProcess&) = delete;
    ~HookProcess();

    /// Starts a command; why it could not be started. Until it has ended no other may be started.
    [[nodiscard]] std::error_code start(const HookCall& call);

    /// Completes when the command has ended: "ended with status 3", or nothing where all went well.
    net::awaitable<std::string> ended();

    /// Asks the command, and what it started, to end.
    void askToEnd();

    /// Ends them.
    void end();

private:
    struct System;

    std::shared_ptr<System> system_;
};

} // namespace portolan::cli
