// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Wire bytes as spaced hex. In a pattern, ".." stands for any octet.
export module portolan.testing.session:hex;

export namespace portolan::testing {

using Octets = std::vector<std::uint8_t>;

/// The octets that the hex digits of `text` say; everything else in it is space.
[[nodiscard]] Octets octets(std::string_view text);

/// The octets as pairs of digits, four pairs to a group.
[[nodiscard]] std::string hex(std::span<const std::uint8_t> octets);

/// Whether the octets are those of the pattern, octet for octet.
[[nodiscard]] bool matches(std::span<const std::uint8_t> octets, std::string_view pattern);

} // namespace portolan::testing
