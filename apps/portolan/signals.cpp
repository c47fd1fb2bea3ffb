// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <initializer_list>
#include <vector>

module portolan.cli;

import :signals;

namespace portolan::cli {

void hear(net::signal_set& signals, std::initializer_list<Sign> asked) {
    std::vector<int> heard;
    for (const SystemSignal& one : systemSignals()) {
        if (std::ranges::find(asked, one.sign) != asked.end()) {
            signals.add(one.number);
            heard.push_back(one.number);
        }
    }
    unblock(heard);
}

Sign signOf(int number) noexcept {
    const auto known = systemSignals();
    const auto found = std::ranges::find(known, number, &SystemSignal::number);
    return found == known.end() ? Sign::terminate : found->sign;
}

} // namespace portolan::cli
