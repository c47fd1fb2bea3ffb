// SPDX-License-Identifier: MIT
// What `map` and `peer` do with a mapping once they have it. Not exported.
export module portolan.cli:held;

import portolan.std;
import portolan;
import :exit_status;
import :interrupt;
import :output;

namespace portolan::cli {

/// What came back, for --verbose.
[[nodiscard]] std::string summarize(const result<Mapping>& mapping);

/// "PCP of 192.168.1.1:5351"; by UPnP without a port, as it has none of its own.
[[nodiscard]] std::string holder(const MappingInfo& info);

/// "3600 s", or "as long as the gateway runs".
[[nodiscard]] std::string lifetimeText(const MappingInfo& info);

/// Two lines for a person: what is mapped to what, and by whom for how long.
void reportMapping(const MappingInfo& info, Output& output);

/// Keeps the mappings until the user has enough, then lets go of each and says `released`, as an event and in words.
net::awaitable<ExitStatus> keepMappings(std::vector<Mapping> mappings, Interrupt& interrupt, Output& output);

/// What came of the options that a gateway need not know of, as an object.
[[nodiscard]] Json optionsJson(const MappingInfo& info);

/// The same for a person. `wanted` is the size of the port set that was asked for; 0: none was.
void reportOptions(const MappingInfo& info, unsigned wanted, Output& output);

} // namespace portolan::cli
