// SPDX-License-Identifier: MIT
export module portolan.gateway:monitor;

import portolan.std;
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
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;
    ~Monitor();

    /// Takes the present state as what changes are changes of. Does nothing while it runs. `errc::not_supported` on
    /// systems that are not asked for news; other errors are the system's.
    result<void> start();

    /// Tells no more; `start` begins anew.
    void stop();

    [[nodiscard]] bool isRunning() const noexcept { return ears_ != nullptr; }

    /// The state at the last report, or at the start.
    [[nodiscard]] const Snapshot& snapshot() const noexcept { return snapshot_; }

private:
    /// What hears the system; one file a kind of system defines it.
    struct Ears;

    /// Begins to listen: `heard` is called from then on.
    result<void> listen();
    static void deafen(Ears& ears);
    void waitForNews(const std::shared_ptr<Ears>& ears);
    void waitForResume(const std::shared_ptr<Ears>& ears);
    /// Something may have changed.
    void heard();
    void arm();
    void look();

    net::any_io_executor strand_;
    net::steady_timer timer_;
    Handler handler_;
    std::function<Clocks()> clocks_;
    std::shared_ptr<Ears> ears_; ///< while it runs; what is left of earlier ones is ignored
    Clocks read_;
    Snapshot snapshot_;
    Debouncer debouncer_;
};

/// The state of this host's networks now. Blocks as `gateways()` does, and has its errors.
[[nodiscard]] result<Snapshot> snapshot();

} // namespace portolan::gateway
