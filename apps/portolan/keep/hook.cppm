// SPDX-License-Identifier: MIT
module;

#include <sys/types.h>

// The commands that --exec names. Not exported.
export module portolan.cli:hook;

import portolan.std;
import portolan;

namespace portolan::cli {

/// A command to run because something changed.
struct HookCall {
    std::string subject;                  ///< what it is about: a later call about the same takes its place in the line
    std::string command;                  ///< for the shell
    std::vector<std::string> environment; ///< "NAME=value", besides our own
};

/// Runs one command at a time, in the order they came. A command has nothing to read, and what it writes goes to
/// standard error. One that fails, or takes too long and is ended, costs a complaint and nothing else.
class HookRunner {
public:
    using Complaint = std::function<void(std::string_view)>;

    HookRunner(const net::any_io_executor& executor, Complaint complaint);

    /// Puts a call into the line; it is ended after `timeout`.
    void run(HookCall call, std::chrono::seconds timeout);

    /// Completes when the line is empty; after `limit` what runs is ended, and what waits is not run.
    net::awaitable<void> finish(std::chrono::milliseconds limit);

private:
    struct Waiting {
        HookCall call;
        std::chrono::seconds timeout;
    };

    net::awaitable<void> work();
    net::awaitable<void> runOne(Waiting waiting);
    net::awaitable<int> ended(pid_t child);
    void endAfter(pid_t child, std::chrono::milliseconds timeout);
    void end(pid_t child);

    Complaint complaint_;
    net::signal_set children_;
    net::steady_timer timeout_;
    net::steady_timer idle_; ///< cancelled when the line is empty
    std::deque<Waiting> line_;
    std::optional<pid_t> running_;
    bool working_ = false;
    bool tookTooLong_ = false;
};

/// Starts the command by the shell, in a process group of its own; the error number, negative, if that fails.
[[nodiscard]] pid_t startShell(const HookCall& call);

} // namespace portolan::cli
