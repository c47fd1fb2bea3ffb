// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.transport;

namespace portolan::cli {

namespace {

using Octets = std::vector<std::uint8_t>;
using enum wire::OptionCode;

constexpr std::string_view asHex = "HEX";

constexpr std::array options{
    OptionHelp{thirdParty, "ADDR"},
    OptionHelp{preferFailure, ""},
    OptionHelp{filter, "ADDR/LEN[:PORT]|flush"},
    OptionHelp{nonce, asHex},
    OptionHelp{authenticationTag, asHex},
    OptionHelp{paAuthenticationTag, asHex},
    OptionHelp{eapPayload, asHex},
    OptionHelp{prf, asHex},
    OptionHelp{macAlgorithm, asHex},
    OptionHelp{sessionLifetime, asHex},
    OptionHelp{receivedPak, asHex},
    OptionHelp{idIndicator, asHex},
    OptionHelp{thirdPartyId, asHex},
    OptionHelp{description, "TEXT"},
    OptionHelp{prefix64, "[ADDR/LEN]"},
    OptionHelp{portSet, "SIZE[:FIRST][:parity]"},
    OptionHelp{checkpointRequired, ""},
};

void put16(Octets& to, std::size_t value) {
    to.push_back(static_cast<std::uint8_t>(value >> 8));
    to.push_back(static_cast<std::uint8_t>(value));
}

Parsed<Octets> hexData(std::string_view value) {
    auto octets = parseHex(value);
    if (!octets) {
        return UsageError{fmt::format("the data of an option is hex: {}", octets.error().message)};
    }
    return std::move(octets.assume_value());
}

Parsed<Octets> filterData(std::string_view value) {
    Filter filter;
    if (value == "flush") {
        filter.prefixLength = 0; // removes all that there are (RFC 6887 §13.3)
    } else {
        BOOST_OUTCOME_TRY(filter, parseFilter(value));
    }
    Octets data{0, filter.prefixLength};
    put16(data, filter.remotePort);
    data.insert(data.end(), filter.remoteAddress.octets.begin(), filter.remoteAddress.octets.end());
    return data;
}

/// RFC 7225 §4.1: the prefix, the octets behind it, and no IPv4 prefixes. Nothing asks with ::/96.
Parsed<Octets> prefix64Data(std::string_view value) {
    const std::size_t slash = value.find('/');
    std::uint64_t bits = 96;
    net::ip::address_v6 prefix;
    if (!value.empty()) {
        net::error_code error;
        prefix = net::ip::make_address_v6(std::string{value.substr(0, slash)}, error);
        if (error || slash == std::string_view::npos) {
            return UsageError{
                fmt::format("a prefix is an IPv6 address and a length, as in 64:ff9b::/96, not \"{}\"", value)};
        }
        BOOST_OUTCOME_TRY(bits, parseNumber(value.substr(slash + 1), 32, 96, "prefix length"));
    }
    if (bits % 8 != 0 || (bits > 64 && bits < 96)) {
        return UsageError{"the length of a prefix is 32, 40, 48, 56, 64 or 96 (RFC 6052)"};
    }
    Octets data;
    put16(data, bits / 8);
    const auto octets = prefix.to_bytes();
    data.insert(data.end(), octets.begin(), octets.begin() + 12);
    put16(data, 0);
    return data;
}

/// RFC 7753 §4.
Parsed<Octets> portSetData(std::string_view value, std::uint16_t internalPort) {
    constexpr std::string_view parity = ":parity";
    const bool keepsParity = value.ends_with(parity);
    if (keepsParity) {
        value.remove_suffix(parity.size());
    }
    const std::size_t colon = value.find(':');
    BOOST_OUTCOME_TRY(const std::uint64_t size,
                      parseNumber(value.substr(0, colon), 0, 65'535, "the size of a port set"));
    std::uint64_t first = internalPort;
    if (colon != std::string_view::npos) {
        BOOST_OUTCOME_TRY(first, parseNumber(value.substr(colon + 1), 0, 65'535, "the first port of a set"));
    }
    Octets data;
    put16(data, size);
    put16(data, first);
    data.push_back(keepsParity ? 1 : 0);
    return data;
}

Parsed<Octets> thirdPartyData(std::string_view value) {
    BOOST_OUTCOME_TRY(const net::ip::address address, parseAddress(value));
    const wire::Address octets = transport::toWire(address);
    return Octets{octets.octets.begin(), octets.octets.end()};
}

Parsed<Octets> dataOf(const OptionHelp& option, std::string_view value, std::uint16_t internalPort) {
    if (option.shape.empty()) {
        return value.empty() ? Parsed<Octets>{Octets{}}
                             : UsageError{fmt::format("{} has no value", wire::name(option.code))};
    }
    switch (option.code) {
    case thirdParty:
        return thirdPartyData(value);
    case filter:
        return filterData(value);
    case description:
        return Octets{value.begin(), value.end()};
    case prefix64:
        return prefix64Data(value);
    case portSet:
        return portSetData(value, internalPort);
    default:
        return hexData(value);
    }
}

} // namespace

std::span<const OptionHelp> shellOptions() noexcept {
    return options;
}

Parsed<ShellOption> parseOption(std::string_view text, std::uint16_t internalPort) {
    const std::size_t equals = text.find('=');
    const std::string name = lowered(text.substr(0, equals));
    const std::string_view value = equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
    const auto known = std::ranges::find_if(
        options, [&](const OptionHelp& option) { return lowered(wire::name(option.code)) == name; });
    if (known != options.end()) {
        BOOST_OUTCOME_TRY(Octets data, dataOf(*known, value, internalPort));
        return ShellOption{known->code, std::move(data)};
    }
    const auto number = parseNumber(name, 0, 255, "option");
    if (!number) {
        return UsageError{fmt::format("there is no field or option \"{}\" (see help options)", name)};
    }
    BOOST_OUTCOME_TRY(Octets data, hexData(value));
    return ShellOption{static_cast<wire::OptionCode>(number.assume_value()), std::move(data)};
}

} // namespace portolan::cli
