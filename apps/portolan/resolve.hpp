// SPDX-License-Identifier: MIT
// To be included by implementation units of portolan.cli after their imports, as command_options.hpp: where a unit
// imports a partition, clang 19 refuses the variant of all commands.
#pragma once

namespace portolan::cli {

/// Moves the servers that were named to those that are asked, in their order: a name is looked up now, and has to be
/// waited for. An error if the system knows no address of one.
[[nodiscard]] result<void> resolve(GatewayOptions& via);

} // namespace portolan::cli
