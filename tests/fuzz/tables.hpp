// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace portolan::testing {

/// Has every reader of routing tables read what a kernel might have said: a datagram of rtnetlink, and a dump and a
/// datagram of the route sockets of each other system. What does not hold of what they made of it; empty if all does.
[[nodiscard]] std::string_view brokenTableInvariant(std::span<const std::uint8_t> octets);

} // namespace portolan::testing
