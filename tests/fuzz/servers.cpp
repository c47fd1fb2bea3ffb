// SPDX-License-Identifier: MIT
#include "servers.hpp"

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

import portolan.servers;

namespace portolan::testing {

using namespace servers;

namespace {

bool mayBeServed(const wire::Address& address) {
    const bool multicast = address.isV4() ? address.v4Octets()[0] >= 224 : address.octets[0] == 0xff;
    const bool loopback = address.isV4() && address.v4Octets()[0] == 127;
    return !address.isAny() && !multicast && !loopback;
}

std::string_view broken(const std::vector<Server>& servers, std::size_t octets) {
    std::size_t addresses = 0;
    for (const Server& server : servers) {
        addresses += server.size();
        if (server.empty()) {
            return "a server has an address";
        }
        if (std::set<wire::Address>{server.begin(), server.end()}.size() != server.size()) {
            return "no address of a server is named twice";
        }
        if (!std::ranges::all_of(server, mayBeServed)) {
            return "no server is at a multicast, loopback or unspecified address";
        }
    }
    return addresses * 4 > octets ? "there are no more addresses than octets of them" : "";
}

std::string_view broken(const result<std::vector<Server>>& servers, std::size_t octets) {
    if (servers) {
        return broken(servers.value(), octets);
    }
    const bool says = servers.error().detail.find(" at octet ") != std::string::npos;
    return says && servers.error().code == std::errc::bad_message ? "" : "a refusal says where";
}

} // namespace

std::string_view brokenServersInvariant(std::span<const std::uint8_t> octets) {
    for (const auto read : {readDhcpV4, readDhcpV6, readDhcpV4Options, readDhcpV6Options}) {
        if (const auto what = broken(read(octets), octets.size()); !what.empty()) {
            return what;
        }
    }
    const std::string text{octets.begin(), octets.end()};
    for (const Lease& lease : readDhclientLeases(text)) {
        if (const auto what = broken(lease.servers, text.size()); !what.empty()) {
            return what;
        }
    }
    return broken(readKeyValueLease(text).servers, text.size());
}

} // namespace portolan::testing
