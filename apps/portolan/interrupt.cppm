// SPDX-License-Identifier: MIT
// How a command waits: an event loop, and the user's Ctrl-C. Not exported.
export module portolan.cli:interrupt;

import portolan.std;
import portolan;
import :exit_status;

namespace portolan::cli {

/// What a hangup, the end of the terminal, means.
enum class Hangup : std::uint8_t {
    ends,    ///< as Ctrl-C does
    ignored, ///< it is somebody else's to hear
};

/// The wish to end: Ctrl-C, SIGTERM, a hangup, or what the system has in their place. The first one is taken gently, a
/// second one ends the program.
class Interrupt {
public:
    Interrupt(const net::any_io_executor& executor, Hangup hangup);

    /// A completion token for an operation of the client that is cancelled by an interrupt. One at a time.
    [[nodiscard]] auto token() { return net::bind_cancellation_slot(cancellation_.slot(), net::useAwaitable); }

    /// Waits for an interrupt.
    net::awaitable<void> wait();

    /// Behaves as if interrupted, now.
    void raise();

    /// Leaves signals to the system again.
    void close();

    /// Has `runTask` end with its task, and what the task left to be done in the background undone.
    void leaveTheRest() noexcept { leavesRest_ = true; }

    [[nodiscard]] bool leavesRest() const noexcept { return leavesRest_; }

private:
    net::signal_set signals_;
    net::steady_timer waiting_;
    net::cancellation_signal cancellation_;
    bool raised_ = false;
    bool leavesRest_ = false;
};

using Task = std::function<net::awaitable<ExitStatus>(Interrupt& interrupt)>;

/// Runs `task` and then what it left to be done in the background, such as deleting a mapping that was given up, unless
/// it leaves that.
ExitStatus runTask(const Task& task, Hangup hangup = Hangup::ends);

/// Has writes go on that a signal interrupts for which there is a handler by now. Asio's have them fail (EINTR), and
/// then the streams of C lose what they had to write, and are broken for good. Not so of SIGTERM, by which a program
/// ends even if nobody reads what it says.
void finishWrites() noexcept;

} // namespace portolan::cli
