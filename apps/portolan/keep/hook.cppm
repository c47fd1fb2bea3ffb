// SPDX-License-Identifier: MIT
// The commands that --exec names. Not exported.
export module portolan.cli:hook;

import portolan.std;
import portolan;
import :hook_process;

namespace portolan::cli {

/// Runs one command at a time, in the order they came. One that fails, or takes too long and is ended, costs a
/// complaint and nothing else.
class HookRunner {
public:
    using Complaint = std::function<void(std::string_view)>;

    HookRunner(const net::any_io_executor& executor, Complaint complaint);

    /// Puts a call into the line; it is ended after `timeout`.
    void run(HookCall call, std::chrono::seconds timeout);

    /// Completes when the line is empty; after `limit` what runs is ended, and what waits is not run. False: a command
    /// cannot be ended, and is still waited for, so the executor has to be stopped before this dies.
    net::awaitable<bool> finish(std::chrono::milliseconds limit);

private:
    struct Waiting {
        HookCall call;
        std::chrono::seconds timeout;
    };

    net::awaitable<void> work();
    net::awaitable<void> runOne(Waiting waiting);
    void endAfter(std::chrono::milliseconds timeout);
    void end();

    Complaint complaint_;
    HookProcess process_;
    net::steady_timer timeout_;
    net::steady_timer idle_; ///< cancelled when the line is empty
    std::deque<Waiting> line_;
    std::uint64_t started_ = 0; ///< how many commands
    std::uint64_t running_ = 0; ///< the number of the one that runs; 0: none
    bool working_ = false;
    bool tookTooLong_ = false;
};

} // namespace portolan::cli
