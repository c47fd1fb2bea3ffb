// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

module portolan.cli;

import portolan.gateway;
import portolan.transport;

namespace portolan::cli {

namespace {

/// "fe80::1%eth0" and "192.0.2.1" as they are, "[fe80::1%eth0]" without its brackets, and what follows it.
struct Bracketed {
    std::string_view address;
    std::string_view rest;
    bool inBrackets = false;
};

std::optional<Bracketed> unbracket(std::string_view text) {
    if (!text.starts_with('[')) {
        return Bracketed{text, {}, false};
    }
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    return Bracketed{text.substr(1, end - 1), text.substr(end + 1), true};
}

UsageError noAddress(std::string_view text) {
    return {fmt::format("\"{}\" is no IPv4 or IPv6 address", text)};
}

/// An address of any kind, IPv4-mapped ones as IPv4.
Parsed<net::ip::address> parseAnyAddress(std::string_view text) {
    const auto parts = unbracket(text);
    net::error_code error;
    const auto address =
        parts && parts->rest.empty() ? net::ip::make_address(std::string{parts->address}, error) : net::ip::address{};
    if (!parts || !parts->rest.empty() || error || (parts->inBrackets && !address.is_v6())) {
        return noAddress(text);
    }
    const wire::Address octets = transport::toWire(address);
    return octets.isV4() ? transport::toAsio(octets) : address;
}

/// What is wrong with "%zone" in the text of an IPv6 address, if it has one: it names an interface of this host, and
/// stands behind link-local addresses only (RFC 4007 §11).
std::optional<UsageError> zoneProblem(std::string_view text, const net::ip::address& address) {
    const std::size_t percent = text.find('%');
    if (percent == std::string_view::npos) {
        return std::nullopt;
    }
    if (!address.is_v6() || !address.to_v6().is_link_local()) {
        return UsageError{fmt::format("{} needs no interface behind a %, which only link-local addresses have", text)};
    }
    const std::string zone{text.substr(percent + 1, text.find(']') - percent - 1)};
    const auto index = static_cast<std::uint32_t>(address.to_v6().scope_id());
    const bool exists = index != 0 && !gateway::interfaceName(index).empty();
    if (!exists || (gateway::interfaceIndex(zone) != index && zone != std::to_string(index))) {
        return UsageError{fmt::format("{} names no interface of this host: there is no {}", text, zone)};
    }
    return std::nullopt;
}

Parsed<std::uint16_t> parsePort(std::string_view text, std::uint64_t lowest = 1) {
    BOOST_OUTCOME_TRY(const std::uint64_t port, parseNumber(text, lowest, 65'535, "port"));
    return static_cast<std::uint16_t>(port);
}

/// ADDR and, behind a colon, PORT; an IPv6 address without brackets has no port behind it.
struct Split {
    std::string_view address;
    std::optional<std::string_view> port;
};

Split splitPort(std::string_view text) {
    const bool bracketed = text.starts_with('[');
    const std::size_t colon = bracketed ? text.find("]:") : text.find(':');
    if (colon == std::string_view::npos || (!bracketed && text.find(':', colon + 1) != std::string_view::npos)) {
        return {text, std::nullopt};
    }
    const std::size_t end = bracketed ? colon + 1 : colon;
    return {text.substr(0, end), text.substr(end + 1)};
}

/// Whether it can be the name of a host (RFC 1123 §2.1): no address, for its last label is no number.
bool isHostName(std::string_view text) {
    constexpr std::size_t longest = 253;
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const std::string_view last = text.substr(text.find_last_of('.') + 1);
    const bool sound = text.find_first_not_of(std::string{letters} + "0123456789-_.") == std::string_view::npos;
    return sound && text.size() <= longest && last.find_first_of(letters) != std::string_view::npos;
}

} // namespace

Parsed<net::ip::address> parseAddress(std::string_view text) {
    BOOST_OUTCOME_TRY(const net::ip::address address, parseAnyAddress(text));
    if (address.is_unspecified()) {
        return UsageError{fmt::format("{} stands for any address; name the one of a host", text)};
    }
    if (address.is_multicast() || address == net::ip::address_v4::broadcast()) {
        return UsageError{fmt::format("{} is the address of many hosts; name the one of a host", text)};
    }
    if (const auto problem = zoneProblem(text, address)) {
        return *problem;
    }
    if (address.is_v6() && address.to_v6().is_link_local() && address.to_v6().scope_id() == 0) {
        return UsageError{fmt::format("{} is link-local and needs an interface of this host (fe80::1%eth0)", text)};
    }
    return address;
}

Parsed<std::string> parseInterface(std::string_view text) {
    constexpr std::size_t longest = 15; // IFNAMSIZ, without the zero at the end
    if (text.empty() || text.size() > longest || text.find_first_of("/ \t\n%") != std::string_view::npos) {
        return UsageError{fmt::format("\"{}\" cannot be the name of an interface", text)};
    }
    return std::string{text};
}

Parsed<net::ip::udp::endpoint> parseEndpoint(std::string_view text, std::uint16_t defaultPort) {
    const Split split = splitPort(text);
    BOOST_OUTCOME_TRY(const net::ip::address address, parseAddress(split.address));
    std::uint16_t port = defaultPort;
    if (split.port) {
        BOOST_OUTCOME_TRY(port, parsePort(*split.port, defaultPort == 0 ? 0 : 1));
    }
    return net::ip::udp::endpoint{address, port};
}

Parsed<ServerSpec> parseServer(std::string_view text) {
    ServerSpec spec;
    const Split split = splitPort(text);
    if (isHostName(split.address)) {
        spec.name = split.address;
        spec.port = wire::serverPort;
        if (split.port) {
            BOOST_OUTCOME_TRY(spec.port, parsePort(*split.port));
        }
        return spec;
    }
    for (bool more = true; more;) {
        const std::string_view address = text.substr(0, text.find(','));
        BOOST_OUTCOME_TRY(const net::ip::udp::endpoint endpoint, parseEndpoint(address, wire::serverPort));
        spec.server.addresses.push_back(endpoint);
        more = address.size() < text.size();
        text.remove_prefix(std::min(address.size() + 1, text.size()));
    }
    return spec;
}

Parsed<Filter> parseFilter(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return UsageError{fmt::format("a filter is ADDR/LEN[:PORT], as in 198.51.100.0/24:80, not \"{}\"", text)};
    }
    BOOST_OUTCOME_TRY(const net::ip::address address, parseAnyAddress(text.substr(0, slash)));
    const std::string_view rest = text.substr(slash + 1);
    const std::size_t colon = rest.find(':');
    // Length 0 would remove all filters (RFC 6887 §13.3); everyone is let in when there is none.
    const std::uint64_t bits = address.is_v4() ? 32 : 128;
    BOOST_OUTCOME_TRY(const std::uint64_t length, parseNumber(rest.substr(0, colon), 1, bits, "filter prefix length"));
    Filter filter;
    filter.prefixLength = static_cast<std::uint8_t>(128 - bits + length);
    filter.remoteAddress = transport::toWire(address);
    if (colon != std::string_view::npos) {
        BOOST_OUTCOME_TRY(filter.remotePort, parsePort(rest.substr(colon + 1)));
    }
    return filter;
}

} // namespace portolan::cli
