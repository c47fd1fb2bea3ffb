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
    std::uint64_t searches = 0;                      ///< datagrams that arrived on the SSDP port
    std::uint64_t httpRequests = 0;
    std::map<std::string, std::uint64_t, std::less<>> upnpActions; ///< invoked, by name, refused ones too
    std::uint64_t packetsIn = 0; ///< let in from outside, and what is below likewise: what the data plane was told of
    std::uint64_t packetsOut = 0;
    std::uint64_t octetsIn = 0;
    std::uint64_t octetsOut = 0;
};

} // namespace portolan::simulator
