// SPDX-License-Identifier: MIT
// What `portolan keep` is to keep, and what it does on a change.
export module portolan.cli:keep_plan;

import portolan.std;
import portolan;
import :arguments;

export namespace portolan::cli {

/// What is done when something changed.
struct KeepReaction {
    std::string exec;     ///< a command line for the shell; empty = none
    std::string portFile; ///< a file that holds the external port; empty = none

    friend bool operator==(const KeepReaction&, const KeepReaction&) = default;
};

/// One mapping to keep.
struct KeepMapping {
    PortSpec ports;
    std::chrono::seconds lifetime{7200};
    bool preferFailure = false;
    bool reserve = false; ///< hold the port of this host meanwhile
    KeepReaction reaction;

    friend bool operator==(const KeepMapping&, const KeepMapping&) = default;
};

/// All that is to be kept.
struct KeepPlan {
    std::vector<KeepMapping> mappings;
    std::chrono::seconds execTimeout{30};

    friend bool operator==(const KeepPlan&, const KeepPlan&) = default;
};

/// Reads a configuration in TOML; `defaults` holds for what it does not say. A `UsageError` names the line.
[[nodiscard]] Parsed<KeepPlan> parseKeepPlan(std::string_view toml, const KeepPlan& defaults);

/// Why mappings cannot be kept together; nothing if they can.
[[nodiscard]] std::optional<UsageError> conflict(const KeepPlan& plan);

} // namespace portolan::cli
