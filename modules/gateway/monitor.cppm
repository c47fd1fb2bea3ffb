// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

export module portolan.gateway:monitor;

import portolan.error;
import portolan.net;
import :change;
import :debounce;
import :suspend;

export namespace portolan::gateway {

/// Tells what becomes of this host's networks: default routes, addresses, interfaces, and that the machine was
/// suspended.
///
/// The system's own news only say that it is time to look; what changed is found by comparing, so that a burst gives
/// one report, what comes back within it none, and news that got lost are made up for. Everything happens on the
/// executor given, which must run one handler at a time (a strand). While it runs there is work for the executor.
class Monitor : public std::enable_shared_from_this<Monitor> {
public:
    /// What changed since the last report; never nothing. `snapshot()` is what it came to.
    using Handler = std::function<void(const std::vector<Change>& changes)>;

    /// `clocks` is the system's, but for tests.
    Monitor(net::any_io_executor strand, Handler handler, std::function<Clocks()> clocks = {});

    /// Takes the present state as what changes are changes of. Does nothing while it runs. `errc::not_supported` on
    /// systems that are not asked for news; other errors are the system's.
    result<void> start();

    /// Tells no more; `start` begins anew.
    void stop();

    [[nodiscard]] bool isRunning() const noexcept { return running_; }

    /// The state at the last report, or at the start.
    [[nodiscard]] const Snapshot& snapshot() const noexcept { return snapshot_; }

private:
    void waitForNews();
    void waitForResume();
    void heard();
    void arm();
    void look();

    net::posix::stream_descriptor news_;
    net::posix::stream_descriptor resume_; ///< readable when the machine may have been suspended; often closed
    net::steady_timer timer_;
    Handler handler_;
    std::function<Clocks()> clocks_;
    Clocks read_;
    Snapshot snapshot_;
    Debouncer debouncer_;
    bool running_ = false;
    unsigned generation_ = 0; ///< of the run; what is left of an earlier one is ignored
};

/// The state of this host's networks now. Blocks as `gateways()` does, and has its errors.
[[nodiscard]] result<Snapshot> snapshot();

} // namespace portolan::gateway
