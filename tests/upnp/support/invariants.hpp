// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace portolan::testing {

// What should hold of whatever a gateway at 192.168.1.1 says, and does not; empty if all of it does.

/// A datagram of SSDP: nobody but the gateway becomes a candidate.
std::string_view brokenSsdp(std::span<const std::uint8_t> octets);

/// A response of HTTP, in pieces whose size the first octet tells: what is kept of it is within its limits, and does
/// not depend on the pieces.
std::string_view brokenHttp(std::span<const std::uint8_t> octets);

/// A description: its URLs are the gateway's and fit a request line, its texts one line of a terminal.
std::string_view brokenDescription(std::span<const std::uint8_t> octets);

/// The body of an answer, to each action: what is read is in range, what is told is one line of a terminal.
std::string_view brokenSoap(std::span<const std::uint8_t> octets);

/// A gateway that says this whatever it is asked: nobody else is asked, little is asked, and the control point neither
/// ends in a circle nor tells what is not fit to be shown.
std::string_view brokenConversation(std::span<const std::uint8_t> octets);

} // namespace portolan::testing
