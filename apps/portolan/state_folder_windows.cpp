// SPDX-License-Identifier: MIT
module;

#include <string>

module portolan.cli;

import :service;
import :way;

namespace portolan::cli {

std::string stateFolder() {
    const std::string folder = environmentVariable("LOCALAPPDATA");
    return folder.empty() ? "" : folder + "/portolan";
}

} // namespace portolan::cli
