// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

module portolan.servers;

namespace portolan::servers {

namespace {

constexpr std::size_t v4Size = 4;
constexpr std::size_t v6Size = 16;
constexpr std::size_t leastV4Data = 1 + v4Size; // RFC 7291 §4.1

// Options of DHCPv4 without length and data (RFC 2132 §3).
constexpr std::uint8_t padOption = 0;
constexpr std::uint8_t endOption = 255;

Error malformed(std::string_view what, std::size_t offset) {
    return {std::make_error_code(std::errc::bad_message), fmt::format("{} at octet {}", what, offset)};
}

/// Whether it can be the address of a server elsewhere (RFC 7291 §3.2, §4.2).
bool isUsable(const wire::Address& address) {
    if (address.isAny()) {
        return false;
    }
    if (address.isV4()) {
        const std::uint8_t first = address.v4Octets()[0];
        const bool multicastAndBeyond = first >= 224; // 240.0.0.0/4 is reserved, 255.255.255.255 broadcast
        return first != 0 && first != 127 && !multicastAndBeyond;
    }
    wire::Address loopback;
    loopback.octets.back() = 1;
    return address.octets[0] != 0xff && address != loopback;
}

void append(Server& server, const wire::Address& address) {
    if (isUsable(address) && std::ranges::find(server, address) == server.end()) {
        server.push_back(address);
    }
}

Server listOfV4(wire::Bytes octets) {
    Server server;
    for (std::size_t at = 0; at < octets.size(); at += v4Size) {
        append(server, wire::Address::v4(octets[at], octets[at + 1], octets[at + 2], octets[at + 3]));
    }
    return server;
}

std::size_t u16(wire::Bytes octets, std::size_t at) {
    return static_cast<std::size_t>(octets[at]) << 8U | octets[at + 1];
}

} // namespace

result<std::vector<Server>> readDhcpV4(wire::Bytes data) {
    if (data.size() < leastV4Data) {
        return malformed("too short for a list of PCP servers", data.size());
    }
    std::vector<Server> servers;
    for (std::size_t at = 0; at < data.size();) {
        const std::size_t length = data[at];
        if (length == 0 || length % v4Size != 0) {
            return malformed(fmt::format("{} octets are no list of IPv4 addresses", length), at);
        }
        if (length > data.size() - at - 1) {
            return malformed("a list of PCP servers goes beyond the option", at);
        }
        if (Server server = listOfV4(data.subspan(at + 1, length)); !server.empty()) {
            servers.push_back(std::move(server));
        }
        at += 1 + length;
    }
    return servers;
}

result<std::vector<Server>> readDhcpV6(wire::Bytes data) {
    if (data.empty() || data.size() % v6Size != 0) {
        return malformed(fmt::format("{} octets are no list of IPv6 addresses", data.size()), 0);
    }
    Server server;
    for (std::size_t at = 0; at < data.size(); at += v6Size) {
        wire::Address address;
        std::ranges::copy(data.subspan(at, v6Size), address.octets.begin());
        append(server, address);
    }
    return server.empty() ? std::vector<Server>{} : std::vector<Server>{std::move(server)};
}

result<std::vector<Server>> readDhcpV4Options(wire::Bytes options) {
    std::vector<std::uint8_t> joined;
    bool found = false;
    for (std::size_t at = 0; at < options.size() && options[at] != endOption;) {
        if (options[at] == padOption) {
            ++at;
            continue;
        }
        if (options.size() - at < 2 || options[at + 1] > options.size() - at - 2) {
            return malformed("an option of DHCPv4 goes beyond the message", at);
        }
        if (options[at] == dhcpV4Option) {
            found = true;
            std::ranges::copy(options.subspan(at + 2, options[at + 1]), std::back_inserter(joined));
        }
        at += 2U + options[at + 1];
    }
    return found ? readDhcpV4(joined) : std::vector<Server>{};
}

result<std::vector<Server>> readDhcpV6Options(wire::Bytes options) {
    constexpr std::size_t headerSize = 4;
    std::vector<Server> servers;
    for (std::size_t at = 0; at < options.size();) {
        if (options.size() - at < headerSize || u16(options, at + 2) > options.size() - at - headerSize) {
            return malformed("an option of DHCPv6 goes beyond the message", at);
        }
        const std::size_t length = u16(options, at + 2);
        if (u16(options, at) == dhcpV6Option) {
            BOOST_OUTCOME_TRY(auto server, readDhcpV6(options.subspan(at + headerSize, length)));
            std::ranges::move(server, std::back_inserter(servers));
        }
        at += headerSize + length;
    }
    return servers;
}

} // namespace portolan::servers
