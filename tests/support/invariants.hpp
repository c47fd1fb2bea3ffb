// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace portolan::testing {

/// What should hold of any octets that come as a datagram, and does not; empty if all of it does:
/// - a refusal points at an octet of the datagram or right behind it;
/// - what is decoded can be encoded, and means the same then;
/// - options lie inside the datagram, and what is understood of them is written to the same meaning;
/// - every octet is annotated once, in order;
/// - the text is one line.
std::string_view brokenInvariant(std::span<const std::uint8_t> datagram);

} // namespace portolan::testing
