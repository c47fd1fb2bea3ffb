// SPDX-License-Identifier: MIT
module;

#include <optional>
#include <string>
#include <vector>

// The options of a PCP request, as the simulator understands them. Not exported from the module.
export module portolan.simulator:pcp_options;

import portolan.wire;
import :endpoint;
import :config;
import :state;

namespace portolan::simulator {

/// What the options of a request ask for.
struct Asked {
    wire::Address internalAddress; ///< THIRD_PARTY's, else the source's
    bool thirdParty = false;
    bool preferFailure = false;
    std::vector<wire::Filter> filters;      ///< in the order of appearance
    std::optional<std::string> description; ///< as far as it is stored; empty text erases
    std::vector<wire::RawOption> processed; ///< to be copied into a success response; views the request
};

/// Reads the options in order: a malformed or repeated one is MALFORMED_OPTION, an unknown, disabled or unauthorised
/// one whose code is below 128 is UNSUPP_OPTION (RFC 6887 §7.3).
[[nodiscard]] Granted<Asked> readOptions(const Config& config, wire::Opcode opcode, const Endpoint& from,
                                         const wire::Options& options);

/// The filters of a mapping after `asked` ones were applied in order to those it has (RFC 6887 §13.3);
/// EXCESSIVE_REMOTE_PEERS if they would be too many.
[[nodiscard]] Granted<std::vector<wire::Filter>> applyFilters(const Config& config, std::vector<wire::Filter> filters,
                                                              const std::vector<wire::Filter>& asked);

} // namespace portolan::simulator
