// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

constexpr std::uint64_t maxPort = 65'535;
constexpr double maxTimeoutSeconds = 86'400;

struct NamedProtocol {
    std::string_view name;
    std::uint8_t number;
};

/// Protocols without ports that hosts behind gateways have, by their keywords in IANA's registry.
constexpr std::array portlessProtocols{
    NamedProtocol{"icmp", 1},  NamedProtocol{"igmp", 2},  NamedProtocol{"ipv4", 4},       NamedProtocol{"ipv6", 41},
    NamedProtocol{"rsvp", 46}, NamedProtocol{"gre", 47},  NamedProtocol{"esp", 50},       NamedProtocol{"ah", 51},
    NamedProtocol{"ospf", 89}, NamedProtocol{"pim", 103}, NamedProtocol{"ipv6-icmp", 58}, NamedProtocol{"vrrp", 112},
    NamedProtocol{"l2tp", 115}};

/// The whole of `text` as a number; none if anything is left over.
template <class Number>
std::optional<Number> wholeNumber(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

Parsed<std::uint16_t> parseInternalPortNumber(std::string_view text) {
    if (text == "all") {
        return std::uint16_t{0};
    }
    if (wholeNumber<std::uint64_t>(text) == 0) {
        return UsageError{"port 0 is no port; say \"all\" for all ports"};
    }
    BOOST_OUTCOME_TRY(const std::uint64_t port, parseNumber(text, 1, maxPort, "port"));
    return static_cast<std::uint16_t>(port);
}

} // namespace

Parsed<std::uint64_t> parseNumber(std::string_view text, std::uint64_t low, std::uint64_t high, std::string_view what) {
    const auto value = wholeNumber<std::uint64_t>(text);
    if (!value || *value < low || *value > high) {
        return UsageError{fmt::format("{} is a number from {} to {}, not \"{}\"", what, low, high, text)};
    }
    return *value;
}

Parsed<Protocol> parseProtocol(std::string_view text) {
    constexpr std::array known{Protocol::all,  Protocol::tcp,  Protocol::udp,
                               Protocol::dccp, Protocol::sctp, Protocol::udplite};
    const auto named =
        std::find_if(known.begin(), known.end(), [text](Protocol protocol) { return wire::name(protocol) == text; });
    if (named != known.end()) {
        return *named;
    }
    const auto portless = std::ranges::find(portlessProtocols, text, &NamedProtocol::name);
    if (portless != portlessProtocols.end()) {
        return static_cast<Protocol>(portless->number);
    }
    const auto number = wholeNumber<std::uint8_t>(text);
    if (!number) {
        return UsageError{fmt::format("protocol is tcp, udp, sctp, dccp, udplite, all, or a number from 0 to 255, "
                                      "not \"{}\"",
                                      text)};
    }
    return static_cast<Protocol>(*number);
}

Parsed<PortSpec> parseInternalPort(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        return UsageError{fmt::format("a mapping is PROTO:PORT, as in tcp:8080, not \"{}\"", text)};
    }
    PortSpec spec;
    BOOST_OUTCOME_TRY(spec.protocol, parseProtocol(text.substr(0, colon)));
    BOOST_OUTCOME_TRY(spec.internalPort, parseInternalPortNumber(text.substr(colon + 1)));
    if (spec.protocol == Protocol::all && spec.internalPort != 0) {
        return UsageError{"all protocols can only be mapped with all ports (all:all)"};
    }
    return spec;
}

Parsed<PortSpec> parsePortSpec(std::string_view text) {
    const std::size_t first = text.find(':');
    const std::size_t second = first == std::string_view::npos ? first : text.find(':', first + 1);
    BOOST_OUTCOME_TRY(PortSpec spec, parseInternalPort(text.substr(0, second)));
    if (second != std::string_view::npos) {
        BOOST_OUTCOME_TRY(const std::uint64_t port, parseNumber(text.substr(second + 1), 1, maxPort, "external port"));
        spec.externalPort = static_cast<std::uint16_t>(port);
    }
    if (spec.internalPort == 0 && spec.externalPort != 0) {
        return UsageError{"all ports cannot be mapped to one external port"};
    }
    return spec;
}

bool canBeReserved(const PortSpec& ports) {
    return ports.internalPort != 0 && (ports.protocol == Protocol::tcp || ports.protocol == Protocol::udp);
}

std::string toText(const PortSpec& ports) {
    std::string text = fmt::format("{}:", ports.protocol);
    text += ports.internalPort == 0 ? "all" : fmt::format("{}", ports.internalPort);
    if (ports.externalPort != 0) {
        text += fmt::format(":{}", ports.externalPort);
    }
    return text;
}

Parsed<std::chrono::seconds> parseLifetime(std::string_view text) {
    BOOST_OUTCOME_TRY(const std::uint64_t seconds, parseNumber(text, 1, 0xffff'ffff, "lifetime in seconds"));
    return std::chrono::seconds{seconds};
}

Parsed<std::chrono::milliseconds> parseTimeout(std::string_view text) {
    const auto seconds = wholeNumber<double>(text);
    if (!seconds || !(*seconds >= 0.001 && *seconds <= maxTimeoutSeconds)) {
        return UsageError{
            fmt::format("timeout in seconds is a number from 0.001 to {}, not \"{}\"", maxTimeoutSeconds, text)};
    }
    return std::chrono::milliseconds{std::llround(*seconds * 1000)};
}

Parsed<Nonce> parseNonce(std::string_view text) {
    const auto octets = parseHex(text);
    Nonce nonce;
    if (!octets || octets.assume_value().size() != nonce.octets.size()) {
        return UsageError{fmt::format("a nonce is 24 hex digits, not \"{}\"", text)};
    }
    std::ranges::copy(octets.assume_value(), nonce.octets.begin());
    return nonce;
}

Parsed<std::string> parseDescription(std::string_view text) {
    if (text.size() > wire::longestText) {
        return UsageError{"a description has at most 1016 octets"};
    }
    const bool sound = wire::isUtf8(wire::Description::of(text).text) && text.find('\0') == std::string_view::npos;
    return sound ? Parsed<std::string>{std::string{text}} : UsageError{"a description is text in UTF-8"};
}

Parsed<PortSetWish> parsePortSet(std::string_view text) {
    PortSetWish wish;
    const std::size_t colon = text.find(':');
    BOOST_OUTCOME_TRY(const std::uint64_t size, parseNumber(text.substr(0, colon), 1, maxPort, "size of a port set"));
    wish.size = static_cast<std::uint16_t>(size);
    wish.parity = colon != std::string_view::npos;
    if (wish.parity && text.substr(colon) != ":parity") {
        return UsageError{fmt::format("a port set is N or N:parity, not \"{}\"", text)};
    }
    return wish;
}

Parsed<std::vector<std::uint8_t>> parseThirdPartyId(std::string_view text) {
    const auto octets = parseHex(text);
    if (!octets || octets.assume_value().empty() || octets.assume_value().size() > wire::longestText) {
        return UsageError{fmt::format("the name of a third party is hex of 1 to 1016 octets, not \"{}\"", text)};
    }
    return std::vector<std::uint8_t>(octets.assume_value().begin(), octets.assume_value().end());
}

Parsed<Gateways> parseGateways(std::string_view text) {
    if (text == "default" || text == "all") {
        return text == "all" ? Gateways::all : Gateways::preferred;
    }
    return UsageError{fmt::format("\"{}\" is neither default nor all", text)};
}

Parsed<Families> parseFamilies(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, Families>, 4> names{
        {{"auto", Families::any}, {"4", Families::v4}, {"6", Families::v6}, {"both", Families::both}}};
    for (const auto& [name, families] : names) {
        if (text == name) {
            return families;
        }
    }
    return UsageError{fmt::format("\"{}\" is no choice of families: auto, 4, 6 or both", text)};
}

Parsed<Speak> parseSpeak(std::string_view text) {
    if (text == "auto") {
        return Speak::any;
    }
    if (text == "pcp") {
        return Speak::pcp;
    }
    if (text == "nat-pmp") {
        return Speak::natPmp;
    }
    if (text == "upnp") {
        return Speak::upnp;
    }
    if (text == "strict") {
        return Speak::strict;
    }
    return UsageError{fmt::format("protocol to speak is auto, pcp, nat-pmp, upnp or strict, not \"{}\"", text)};
}

} // namespace portolan::cli
