// SPDX-License-Identifier: MIT
export module portolan.simulator:extension_config;

import portolan.std;
import portolan.wire;

export namespace portolan::simulator {

/// What THIRD_PARTY_ID carries; empty for a host that has none (RFC 7843).
using PartyId = std::vector<std::uint8_t>;

/// A prefix and suffix of the gateway's NAT64, and the destinations they are for.
struct Nat64Prefix {
    wire::Prefix64 prefix{};              ///< without a list
    std::vector<wire::Ipv4Prefix> ipv4{}; ///< none: all destinations

    friend bool operator==(const Nat64Prefix&, const Nat64Prefix&) noexcept = default;
};

/// PREFIX64 (RFC 7225).
struct Nat64Config {
    std::vector<Nat64Prefix> prefixes;                           ///< none: there is no NAT64, and no option
    std::map<wire::Address, std::vector<Nat64Prefix>> ofClients; ///< instead of those, for these hosts
    bool unasked = false;                                        ///< in MAP responses to requests without it (§4.2)
    bool announced = true; ///< in announcements, unless there are lists of clients, where it must not be (§4.2)
};

/// THIRD_PARTY_ID (RFC 7843).
struct ThirdPartyIdConfig {
    bool enabled = false;              ///< off: the option is unknown
    std::vector<PartyId> known;        ///< any other is THIRD_PARTY_ID_UNKNOWN
    std::optional<std::size_t> length; ///< any other is UNSUPP_THIRD_PARTY_ID_LENGTH; not set: any is supported
};

/// What never became a standard (`wire::drafts`).
struct DraftConfig {
    bool get = false; ///< off: GET is answered UNSUPP_OPCODE
    wire::drafts::NextVersion next = wire::drafts::NextVersion::withNonce;
    bool portReservation = false; ///< off: PORT_RESERVATION is ignored
    bool oldDescription = true;   ///< off: DESCRIPTION under its old number is unknown
};

} // namespace portolan::simulator
