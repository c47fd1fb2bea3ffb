// SPDX-License-Identifier: MIT
// The console edits lines, and has a history of them, by itself.
module;

#include <cstdio>
#include <string>

module portolan.cli;

namespace portolan::cli {

LineSource typedLines(Probe& probe, const std::string&, Output& output) {
    return linesOf(::_fileno(stdin), probe, "portolan> ", output);
}

} // namespace portolan::cli
