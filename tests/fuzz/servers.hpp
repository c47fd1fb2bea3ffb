// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace portolan::testing {

/// Has every reader of what a DHCP server says of PCP servers read these octets: options of both families, alone and in
/// a message, and the files of leases. What does not hold of what they made of it; empty if all does.
[[nodiscard]] std::string_view brokenServersInvariant(std::span<const std::uint8_t> octets);

} // namespace portolan::testing
