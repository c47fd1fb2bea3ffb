// SPDX-License-Identifier: MIT
// Captures, read and written by libpcap itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/octets.hpp"

namespace portolan::testing {

/// A packet of a capture.
struct Captured {
    Octets octets;
    std::int64_t time = 0; ///< nanoseconds since the epoch of Unix
};

struct Capture {
    int linkType = 0; ///< DLT_
    std::vector<Captured> packets;
};

/// Reads a whole capture; throws what libpcap has to say against it.
Capture readCapture(const std::string& path);

/// Writes packets as if captured one millisecond after another. Of those longer than `limit` octets the rest is left
/// out.
void writeCapture(const std::string& path, int linkType, const std::vector<Octets>& packets,
                  std::size_t limit = 65'535);

/// UDP over IPv4 from 192.0.2.2:40000 to 192.0.2.1:5351, or the way back.
Octets ipv4Packet(const Octets& payload, bool back = false);

/// The same over IPv6, between 2001:db8::2 and 2001:db8::1.
Octets ipv6Packet(const Octets& payload, bool back = false);

/// The octets behind the headers of IP without options and UDP. Throws unless the lengths and both checksums are right.
Octets payloadOf(const Octets& packet);

/// One behind the other.
Octets joined(const Octets& a, const Octets& b);

} // namespace portolan::testing
