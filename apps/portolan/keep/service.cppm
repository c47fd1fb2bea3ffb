// SPDX-License-Identifier: MIT
// What a service does for its surroundings. Not exported.
export module portolan.cli:service;

import portolan.std;

namespace portolan::cli {

/// A variable of the environment; empty where there is none.
[[nodiscard]] std::string environmentVariable(const char* name);

/// The service manager that started us, told by the protocol of sd_notify(3). Without one, nothing is told.
class ServiceManager {
public:
    /// From the environment: NOTIFY_SOCKET, and WATCHDOG_USEC where WATCHDOG_PID is this process or not given.
    ServiceManager();

    /// Sends "NAME=value" lines, which may be lost while the manager is busy.
    void notify(std::string_view lines) const noexcept;

    /// The same of what must not be lost, as the manager waits for it: a busy one is given a second to take it.
    void notifyState(std::string_view lines) const noexcept;

    /// The state of reading the configuration anew, with the time it began (sd_notify(3)).
    [[nodiscard]] static std::string reloading();

    /// How often the manager wants to hear "WATCHDOG=1", halved as it recommends.
    [[nodiscard]] std::optional<std::chrono::microseconds> watchdog() const noexcept { return watchdog_; }

private:
    void send(std::string_view lines, std::chrono::seconds patience) const noexcept;

    std::string socket_;
    std::optional<std::chrono::microseconds> watchdog_;
};

/// Puts `text` into the file at `path`, whole or not at all: who reads it meanwhile finds the old text or the new one.
[[nodiscard]] std::error_code writeWhole(const std::string& path, std::string_view text);

} // namespace portolan::cli
