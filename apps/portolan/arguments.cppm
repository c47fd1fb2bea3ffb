// SPDX-License-Identifier: MIT
export module portolan.cli:arguments;

import portolan.std;
import portolan;

export namespace portolan::cli {

/// Why an argument makes no sense: one line, lower case, without a full stop.
struct UsageError {
    std::string message;
};

/// What an argument means, or why it means nothing.
template <class T>
using Parsed = boost::outcome_v2::basic_result<T, UsageError, boost::outcome_v2::policy::terminate>;

/// The ports of a mapping, as PROTO:PORT[:EXTERNAL] names them.
struct PortSpec {
    Protocol protocol = Protocol::tcp;
    std::uint16_t internalPort = 0; ///< 0 = all
    std::uint16_t externalPort = 0; ///< 0 = any

    friend bool operator==(const PortSpec&, const PortSpec&) = default;
};

/// A whole number from `low` to `high`, in decimal and nothing else. `what` names it in the error.
[[nodiscard]] Parsed<std::uint64_t> parseNumber(std::string_view text, std::uint64_t low, std::uint64_t high,
                                                std::string_view what);

/// "tcp", "udp", "sctp", "dccp", "udplite", "all", the keyword of a protocol without ports ("icmp", "gre", "esp", ...),
/// or an IANA protocol number 0..255.
[[nodiscard]] Parsed<Protocol> parseProtocol(std::string_view text);

/// PROTO:PORT[:EXTERNAL]. PORT is 1..65535, or "all"; a number 0 is refused, as scripts give it by mistake. Only
/// "all" goes with the protocol "all" (RFC 6887 §11.1).
[[nodiscard]] Parsed<PortSpec> parsePortSpec(std::string_view text);

/// PROTO:PORT, of a mapping to delete.
[[nodiscard]] Parsed<PortSpec> parseInternalPort(std::string_view text);

/// "tcp:8080", "tcp:8080:443", "all:all": what `parsePortSpec` reads.
[[nodiscard]] std::string toText(const PortSpec& ports);

/// An address of a host: not unspecified, not multicast, not 255.255.255.255. An IPv6 one may be in brackets; a
/// link-local one needs its interface ("fe80::1%eth0"). An IPv4-mapped one is taken for the IPv4 one.
[[nodiscard]] Parsed<net::ip::address> parseAddress(std::string_view text);

/// The name of an interface, as systems allow them; whether there is one is another question.
[[nodiscard]] Parsed<std::string> parseInterface(std::string_view text);

/// ADDR[:PORT], where an IPv6 address with a port is in brackets. No port: `defaultPort`. Port 0 is taken only where it
/// is the default.
[[nodiscard]] Parsed<net::ip::udp::endpoint> parseEndpoint(std::string_view text, std::uint16_t defaultPort);

/// Whether a program can hold this port of its host for itself: one port of TCP or UDP.
[[nodiscard]] bool canBeReserved(const PortSpec& ports);

/// Seconds from 1 to 2^32 - 1.
[[nodiscard]] Parsed<std::chrono::seconds> parseLifetime(std::string_view text);

/// Seconds, with a fraction if need be, from 0.001 to a day.
[[nodiscard]] Parsed<std::chrono::milliseconds> parseTimeout(std::string_view text);

/// 24 hex digits, which blanks, colons and dashes may part.
[[nodiscard]] Parsed<Nonce> parseNonce(std::string_view text);

/// Text in UTF-8 without NUL, of at most 1016 octets (RFC 7220 §2).
[[nodiscard]] Parsed<std::string> parseDescription(std::string_view text);

/// N[:parity], N from 1 to 65535.
[[nodiscard]] Parsed<PortSetWish> parsePortSet(std::string_view text);

/// Hex digits of 1 to 1016 octets, which blanks, colons and dashes may part.
[[nodiscard]] Parsed<std::vector<std::uint8_t>> parseThirdPartyId(std::string_view text);

/// ADDR/LEN[:PORT], where an IPv6 address may be in brackets. LEN counts the bits of the address's own family.
[[nodiscard]] Parsed<Filter> parseFilter(std::string_view text);

/// A PCP server as it was named: by its addresses, or by a name that the system is to know them of.
struct ServerSpec {
    PcpServer server;       ///< without an address where there is a name
    std::string name;       ///< of a host; empty: none
    std::uint16_t port = 0; ///< of the addresses of that name

    friend bool operator==(const ServerSpec&, const ServerSpec&) = default;
};

/// ADDR[:PORT], and more of them behind commas; or NAME[:PORT].
[[nodiscard]] Parsed<ServerSpec> parseServer(std::string_view text);

/// "default" or "all".
[[nodiscard]] Parsed<Gateways> parseGateways(std::string_view text);

/// "auto", "4", "6" or "both".
[[nodiscard]] Parsed<Families> parseFamilies(std::string_view text);

/// An option of PCP by its name in the registry, in either case, or by its number.
[[nodiscard]] Parsed<wire::OptionCode> parseOptionName(std::string_view text);

/// The form of NEXT (`wire::drafts`): "1" or "2".
[[nodiscard]] Parsed<wire::drafts::NextVersion> parseNext(std::string_view text);

/// "auto", "pcp", "nat-pmp", "upnp" or "strict".
[[nodiscard]] Parsed<Speak> parseSpeak(std::string_view text);

} // namespace portolan::cli
