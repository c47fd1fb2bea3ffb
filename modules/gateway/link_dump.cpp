// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::netlink {

namespace {

constexpr std::uint16_t newLink = 16; // RTM_NEWLINK
constexpr std::uint16_t getLink = 18; // RTM_GETLINK

// struct ifinfomsg: family 1, nothing 1, type 2, index 4, flags 4, changed flags 4.
constexpr std::size_t linkHeaderSize = 16;
constexpr std::size_t indexAt = 4;
constexpr std::size_t flagsAt = 8;

constexpr std::uint32_t flagsOfUse = 0x1 | 0x40; // IFF_UP, as its owner wants it, and IFF_RUNNING, as its cable has it

constexpr std::uint16_t interfaceName = 3; // IFLA_IFNAME, which ends with a zero

} // namespace

LinkDump::LinkDump() noexcept : Dump(newLink) {}

void LinkDump::clear() {
    interfaces_.clear();
}

bool LinkDump::take(wire::Bytes body) {
    if (body.size() < linkHeaderSize) {
        return false;
    }
    if (body[0] != 0) {
        return true; // a port of a bridge
    }
    Interface found;
    const bool whole = eachAttribute(body.subspan(linkHeaderSize), [&](const Attribute& attribute) {
        if (attribute.type == interfaceName) {
            const auto end = std::ranges::find(attribute.value, std::uint8_t{0});
            found.name.assign(attribute.value.begin(), end);
        }
        return true;
    });
    if (!whole) {
        return false;
    }
    found.index = load<std::uint32_t>(body, indexAt);
    found.up = (load<std::uint32_t>(body, flagsAt) & flagsOfUse) == flagsOfUse;
    interfaces_.push_back(std::move(found));
    return true;
}

std::array<std::uint8_t, linkRequestSize> linkRequest(std::uint32_t sequence) noexcept {
    std::array<std::uint8_t, linkRequestSize> octets{};
    storeDumpHeader(octets, getLink, sequence);
    return octets;
}

} // namespace portolan::gateway::netlink
