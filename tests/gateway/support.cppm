// SPDX-License-Identifier: MIT
module;

#include "../support/octets.hpp"

/// Recorded and made-up netlink dumps, and gateways as text.
export module portolan.test.gateway;

import portolan.std;
import portolan.gateway;

export namespace portolan::testing {

/// The datagrams of tests/vectors/netlink/`name`.hex, which carry sequence number 1. Throws where there is none.
[[nodiscard]] std::vector<Octets> recording(std::string_view name);

/// Address from text: dotted for IPv4; IPv6 in groups, of which "::" may leave out any number.
[[nodiscard]] wire::Address address(std::string_view text);

/// "v4 192.168.1.1 dev 2 metric 100 table 254 src 192.168.1.2", and what else is not usual.
[[nodiscard]] std::string describe(const gateway::Gateway& gateway);

/// The same, one to a line.
[[nodiscard]] std::string describe(std::span<const gateway::Gateway> gateways);

/// Builds netlink messages in the host's byte order, as the kernel does (RFC 3549 §2.3.2).
class Writer {
public:
    /// Starts a message; its length is filled in by the next one or by `octets()`.
    Writer& message(std::uint16_t type, std::uint16_t flags = 0x02, std::uint32_t sequence = 1);
    /// A struct rtmsg: a unicast route of the table "main", if nothing else is said.
    Writer& route(gateway::Family family, std::uint8_t destinationLength = 0, std::uint8_t type = 1,
                  std::uint8_t table = 254, std::uint32_t flags = 0);
    Writer& attribute(std::uint16_t type, std::span<const std::uint8_t> value);
    Writer& attribute(std::uint16_t type, std::uint32_t value);
    /// An address in the 4 or 16 octets of its family.
    Writer& attribute(std::uint16_t type, const wire::Address& value);
    Writer& number8(std::uint8_t value);
    Writer& number32(std::uint32_t value);
    /// The message that ends a dump.
    Writer& done();

    [[nodiscard]] const Octets& octets();

private:
    void close();

    Octets octets_;
    std::size_t start_ = 0;
};

} // namespace portolan::testing
