// SPDX-License-Identifier: MIT
export module portolan.cli:hex;

import portolan.std;
import portolan.wire;

export namespace portolan::cli {

/// Why a text is no datagram in hex, and at which octet.
struct HexError {
    std::string message;
    std::size_t offset = 0; ///< octets that were read before
};

using HexOctets =
    boost::outcome_v2::basic_result<std::vector<std::uint8_t>, HexError, boost::outcome_v2::policy::terminate>;

/// More octets than any datagram has are refused.
inline constexpr std::size_t maxHexOctets = 65'535;

/// Reads octets as people write them: two hex digits each, in either case, with blanks, line ends, colons, commas and
/// dashes between octets, "0x" before them, and comments from '#' to the end of the line.
[[nodiscard]] HexOctets parseHex(std::string_view text);

/// Octets as "02 01 00 00".
[[nodiscard]] std::string spacedHex(wire::Bytes octets);

/// Octets as "02010000".
[[nodiscard]] std::string plainHex(wire::Bytes octets);

} // namespace portolan::cli
