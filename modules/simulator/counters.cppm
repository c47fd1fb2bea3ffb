// SPDX-License-Identifier: MIT
export module portolan.simulator:counters;

import portolan.std;

export namespace portolan::simulator {

/// What the gateway has seen and done since it was made.
struct Counters {
    std::uint64_t datagramsIn = 0;
    std::uint64_t answers = 0;                       ///< before any quirk multiplied them
    std::uint64_t ignored = 0;                       ///< datagrams that got no answer
    std::uint64_t announcements = 0;                 ///< datagrams of announcements, all destinations counted
    std::uint64_t updates = 0;                       ///< datagrams of Mapping Updates
    std::array<std::uint64_t, 128> pcpRequests{};    ///< of version 2, by opcode
    std::array<std::uint64_t, 128> natPmpRequests{}; ///< of version 0, by opcode
    std::uint64_t otherVersions = 0;                 ///< requests of any other version
};

} // namespace portolan::simulator
