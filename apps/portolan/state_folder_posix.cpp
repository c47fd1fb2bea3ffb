// SPDX-License-Identifier: MIT
module;

#include <string>

module portolan.cli;

import :service;
import :way;

namespace portolan::cli {

std::string stateFolder() {
    if (const std::string folder = environmentVariable("STATE_DIRECTORY"); !folder.empty()) {
        return folder.substr(0, folder.find(':'));
    }
    if (const std::string folder = environmentVariable("XDG_STATE_HOME"); folder.starts_with('/')) {
        return folder + "/portolan";
    }
    const std::string home = environmentVariable("HOME");
    return home.empty() ? "" : home + "/.local/state/portolan";
}

} // namespace portolan::cli
