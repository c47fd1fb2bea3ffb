// SPDX-License-Identifier: MIT
export module portolan.cli:failure;

import portolan.std;
import portolan;
import :exit_status;
import :arguments;

export namespace portolan::cli {

/// Why the command failed, as it is told.
struct Failure {
    ExitStatus status = ExitStatus::failed;
    std::string kind;    ///< "usage", "no-gateway", "timeout", ...: docs/json.md lists them
    std::string code;    ///< "NOT_AUTHORIZED", ...
    std::string message; ///< what was tried, what came back, and what to do; one line
    std::optional<std::chrono::seconds> retryAfter{};
    std::optional<net::ip::address> gatewayExternal{}; ///< where the refusal gave it away
};

[[nodiscard]] Failure explain(const UsageError& error);

/// `advice` is what to do about it, where the command knows better than the error alone; may be empty.
[[nodiscard]] Failure explain(const Error& error, std::string advice = {});

/// Something that nothing above expects.
[[nodiscard]] Failure unforeseen(std::string message);

} // namespace portolan::cli
