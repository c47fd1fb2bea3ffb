// SPDX-License-Identifier: MIT
/// What holds in every world at every step. Each function stands in a file of its name, and says what is wrong.
export module portolan.simulation:invariants;

import portolan.std;
import :world;

export namespace portolan::simulation {

using Complaint = std::optional<std::string>;

/// A mapping that a client reports as held is held by the gateway, within the time the RFCs allow to notice: not
/// beyond its lifetime by the client's clock, and not long after the gateway showed that it had lost its state.
[[nodiscard]] Complaint heldMappingsExist(const World& world);

/// After the last fault every wanted mapping is held again, within a bound, and stays held.
[[nodiscard]] Complaint wantedMappingsReturn(const World& world);

/// No more requests await their answer than the window admits, no second sees more datagrams than the mappings
/// explain, and no client runs in circles.
[[nodiscard]] Complaint packetCeilingHolds(const World& world);

/// A client that hears forged datagrams does what its shadow does, which hears none.
[[nodiscard]] Complaint forgeriesChangeNothing(const World& world);

/// Of a mapping that was released nothing is left at the gateway soon after; where datagrams were lost, after its
/// lifetime.
[[nodiscard]] Complaint releasedMappingsVanish(const World& world);

/// No internal endpoint has two mappings, and none has one that nobody asked for.
[[nodiscard]] Complaint nothingIsMappedTwice(const World& world);

/// Events tell one consistent story: granted before renewed, nothing twice, nothing after the end, and what they say
/// is what the session says and the gateway has.
[[nodiscard]] Complaint eventsAreConsistent(const World& world);

struct Invariant {
    const char* name;
    Complaint (*complaint)(const World&);
};

inline constexpr std::array<Invariant, 7> invariants{{
    {"heldMappingsExist", heldMappingsExist},
    {"wantedMappingsReturn", wantedMappingsReturn},
    {"packetCeilingHolds", packetCeilingHolds},
    {"forgeriesChangeNothing", forgeriesChangeNothing},
    {"releasedMappingsVanish", releasedMappingsVanish},
    {"nothingIsMappedTwice", nothingIsMappedTwice},
    {"eventsAreConsistent", eventsAreConsistent},
}};

} // namespace portolan::simulation
