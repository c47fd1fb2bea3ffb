// SPDX-License-Identifier: MIT
module;

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

module portolan.gateway;

namespace portolan::gateway::netlink {

namespace {

constexpr std::uint16_t newAddress = 20; // RTM_NEWADDR
constexpr std::uint16_t getAddress = 22; // RTM_GETADDR

// struct ifaddrmsg: family, prefix length, flags, scope: one octet each; interface 4.
constexpr std::size_t addressHeaderSize = 8;
constexpr std::size_t prefixLengthAt = 1;
constexpr std::size_t flagsAt = 2;
constexpr std::size_t interfaceAt = 4;

// IFA_F_*. The first means "secondary" for IPv4.
constexpr std::uint32_t flagTemporary = 0x01;
constexpr std::uint32_t flagOptimistic = 0x04; // usable though not yet proved unique (RFC 4429 §3.3)
constexpr std::uint32_t flagDuplicate = 0x08;
constexpr std::uint32_t flagDeprecated = 0x20;
constexpr std::uint32_t flagTentative = 0x40;

/// IFA_*.
enum AddressAttribute : std::uint16_t {
    peerAddress = 1, ///< the other end of a point-to-point link, where `localAddress` is there too
    localAddress = 2,
    allFlags = 8, ///< the header's octet has no room for the later ones
};

} // namespace

AddressDump::AddressDump(Family family) noexcept : Dump(newAddress), family_(family) {}

void AddressDump::clear() {
    addresses_.clear();
}

bool AddressDump::take(wire::Bytes body) {
    if (body.size() < addressHeaderSize) {
        return false;
    }
    const std::uint8_t family = number(family_);
    if (body[0] != family) {
        return true;
    }
    std::optional<wire::Address> local;
    std::optional<wire::Address> peer;
    std::optional<std::uint32_t> flags = body[flagsAt];
    const bool whole = eachAttribute(body.subspan(addressHeaderSize), [&](const Attribute& attribute) {
        switch (attribute.type) {
        case peerAddress:
            peer = loadAddress(family, attribute.value);
            return peer.has_value();
        case localAddress:
            local = loadAddress(family, attribute.value);
            return local.has_value();
        case allFlags:
            flags = loadAll<std::uint32_t>(attribute.value);
            return flags.has_value();
        default:
            return true;
        }
    });
    const std::optional<wire::Address> address = local ? local : peer;
    if (!whole || !address) {
        return false;
    }
    const bool unproved = (*flags & flagTentative) != 0 && (*flags & flagOptimistic) == 0;
    addresses_.push_back({.address = *address,
                          .prefixLength = body[prefixLengthAt],
                          .interfaceIndex = load<std::uint32_t>(body, interfaceAt),
                          .usable = !unproved && (*flags & flagDuplicate) == 0,
                          .deprecated = (*flags & flagDeprecated) != 0,
                          .temporary = family_ == Family::v6 && (*flags & flagTemporary) != 0});
    return true;
}

std::array<std::uint8_t, addressRequestSize> addressRequest(Family family, std::uint32_t sequence) noexcept {
    std::array<std::uint8_t, addressRequestSize> octets{};
    storeDumpHeader(octets, getAddress, sequence);
    octets[messageHeaderSize] = number(family);
    return octets;
}

} // namespace portolan::gateway::netlink
