// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map> // the comparison of its iterators, which importers of the table do not see
#include <utility>

module portolan.simulator;

import :ports;
import :random;
import :table;

// Contiguous ports, for PORT_SET (RFC 7753) and for pairs.
namespace portolan::simulator {

namespace {

// The host may refuse ports the table knows nothing of; so many runs are begun for one mapping at most.
constexpr unsigned maxRefusals = 64;

bool mayBegin(const Wish& wish, std::uint16_t port, RunStart start) noexcept {
    const unsigned parity = start == RunStart::likeInternal ? wish.internal.port & 1U : 0U;
    return start == RunStart::anywhere || (port & 1U) == parity;
}

} // namespace

std::optional<PortRun> Ports::chooseRun(TimePoint now, const Wish& wish, std::uint16_t wanted, RunStart start) {
    const auto address = addressFor(wish);
    if (!address) {
        return std::nullopt;
    }
    const bool fixed = fixesPort(wish) || *address == wish.internal.address;
    const Endpoint preferred{*address, fixed ? wish.internal.port : wish.suggested.port};
    PortRun run;
    if (preferred.port != 0 && mayBegin(wish, preferred.port, start)) {
        run = runAt(now, wish, preferred, wanted);
    }
    if (run.ports < wanted && !fixed && !wish.exact) {
        const PortRun other = searchRun(now, wish, *address, wanted, start);
        run = other.ports > run.ports ? other : run;
    }
    return run.ports == 0 ? std::nullopt : std::optional{run};
}

PortRun Ports::runAt(TimePoint now, const Wish& wish, const Endpoint& first, std::uint16_t wanted) {
    PortRun run{first, 0};
    Wish each = wish;
    Endpoint external = first;
    while (run.ports < wanted && usable(now, each, external)) {
        ++run.ports;
        if (external.port == 65535 || each.internal.port == 65535) {
            break;
        }
        ++external.port;
        ++each.internal.port;
    }
    return run;
}

// The host is asked last, and only for ports that are free otherwise.
PortRun Ports::searchRun(TimePoint now, const Wish& wish, const wire::Address& address, std::uint16_t wanted,
                         RunStart start) {
    const auto [first, last] = ownChoices();
    PortRun best;
    if (first > last) {
        return best;
    }
    const std::uint32_t count = std::uint32_t{last} - first + 1;
    const std::uint32_t begin = random_.below(count);
    Wish quiet = wish;
    quiet.inbound = false;
    unsigned refusals = 0;
    for (std::uint32_t step = 0; step < count && best.ports < wanted && refusals < maxRefusals; ++step) {
        const Endpoint candidate{address, static_cast<std::uint16_t>(first + (begin + step) % count)};
        if (!mayBegin(wish, candidate.port, start)) {
            continue;
        }
        PortRun run = runAt(now, quiet, candidate, wanted);
        step += run.ports == 0 ? 0U : run.ports - 1U; // what follows a run cannot be had
        if (run.ports > best.ports && wish.inbound && available_) {
            const std::uint16_t free = run.ports;
            run = runAt(now, wish, candidate, free);
            refusals += run.ports < free ? 1U : 0U;
        }
        best = run.ports > best.ports ? run : best;
    }
    return best;
}

} // namespace portolan::simulator
