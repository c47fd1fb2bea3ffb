// SPDX-License-Identifier: MIT
module;

#include <cstdlib>
#include <optional>
#include <string>

module portolan.cli;

import :way;

namespace portolan::cli {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name); // nobody writes to the environment
    return value == nullptr ? "" : value;
}

/// Where programs keep their state: of a service (systemd.exec(5)), or of a user (XDG Base Directory Specification).
std::string stateFolder() {
    if (const std::string folder = variable("STATE_DIRECTORY"); !folder.empty()) {
        return folder.substr(0, folder.find(':'));
    }
    if (const std::string folder = variable("XDG_STATE_HOME"); folder.starts_with('/')) {
        return folder + "/portolan";
    }
    const std::string home = variable("HOME");
    return home.empty() ? "" : home + "/.local/state/portolan";
}

} // namespace

std::optional<Identity> identityFor(const GatewayOptions& via, Output& output) {
    std::string path;
    if (via.identity) {
        path = *via.identity;
    } else if (const std::string folder = stateFolder(); !folder.empty()) {
        path = folder + "/identity";
    } else {
        return std::nullopt;
    }
    const KeptIdentity kept = keptIdentity(path);
    if (kept.warning) {
        output.warn(kept.warning->message());
    }
    return kept.identity;
}

} // namespace portolan::cli
