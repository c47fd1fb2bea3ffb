// SPDX-License-Identifier: MIT
module;

#include <optional>
#include <string>

module portolan.cli;

import :way;

namespace portolan::cli {

namespace {

/// The file of the identity; empty where there is no place for it.
std::string pathFor(const GatewayOptions& via) {
    if (via.identity) {
        return *via.identity;
    }
    const std::string folder = stateFolder();
    return folder.empty() ? "" : folder + "/identity";
}

} // namespace

std::optional<Identity> identityFor(const GatewayOptions& via, Output& output) {
    const std::string path = pathFor(via);
    if (path.empty()) {
        return std::nullopt;
    }
    const KeptIdentity kept = keptIdentity(path);
    if (kept.warning) {
        output.warn(kept.warning->message());
    }
    return kept.identity;
}

std::optional<Identity> knownIdentity(const GatewayOptions& via) {
    const std::string path = pathFor(via);
    return path.empty() ? std::nullopt : readIdentity(path);
}

} // namespace portolan::cli
