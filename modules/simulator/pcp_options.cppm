// SPDX-License-Identifier: MIT
// The options of a PCP request, as the simulator understands them. Not exported from the module.
export module portolan.simulator:pcp_options;

import portolan.std;
import portolan.wire;
import :endpoint;
import :extension_config;
import :config;
import :state;

namespace portolan::simulator {

/// What the options of a request ask for.
struct Asked {
    wire::Address internalAddress; ///< THIRD_PARTY's, else the source's
    bool thirdParty = false;
    bool preferFailure = false;
    PartyId partyId;                      ///< THIRD_PARTY_ID's
    std::optional<wire::PortSet> portSet; ///< of two ports at least
    bool prefix64 = false;
    bool checkpoint = false;
    bool portReservation = false;
    std::vector<wire::Filter> filters;      ///< in the order of appearance
    std::optional<std::string> description; ///< as far as it is stored; empty text erases
    std::vector<wire::RawOption> processed; ///< to be copied into a success response; views the request

    /// How many ports are asked for, on each side.
    [[nodiscard]] std::uint16_t ports() const noexcept { return portSet ? portSet->size : std::uint16_t{1}; }
};

/// Reads the options in order: a malformed or repeated one is MALFORMED_OPTION, an unknown, disabled or unauthorised
/// one whose code is below 128 is UNSUPP_OPTION (RFC 6887 §7.3). A deletion may have what a request otherwise may not.
[[nodiscard]] Granted<Asked> readOptions(const Config& config, wire::Opcode opcode, bool deletes, const Endpoint& from,
                                         const wire::Options& options);

/// The filters of a mapping after `asked` ones were applied in order to those it has (RFC 6887 §13.3);
/// EXCESSIVE_REMOTE_PEERS if they would be too many.
[[nodiscard]] Granted<std::vector<wire::Filter>> applyFilters(const Config& config, std::vector<wire::Filter> filters,
                                                              const std::vector<wire::Filter>& asked);

} // namespace portolan::simulator
