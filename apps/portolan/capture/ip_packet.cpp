// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

constexpr std::size_t ipv4Size = 20;
constexpr std::size_t ipv6Size = 40;
constexpr std::size_t udpSize = 8;
constexpr std::uint8_t udpProtocol = 17;
constexpr std::uint8_t usualHops = 64;

void put16(std::uint8_t* at, std::size_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}

/// The sum of RFC 1071, not yet folded.
std::uint32_t sumOf(wire::Bytes octets, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i < octets.size(); ++i) {
        sum += i % 2 == 0 ? std::uint32_t{octets[i]} << 8 : std::uint32_t{octets[i]};
    }
    return sum;
}

std::uint16_t folded(std::uint32_t sum) {
    while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(~sum);
}

/// What goes to many hosts does not leave the link.
std::uint8_t hopsTo(const wire::Address& address) {
    const bool toMany = address.isV4() ? address.octets[12] >= 224 : address.octets[0] == 0xff;
    return toMany ? 1 : usualHops;
}

void putIpv4(std::span<std::uint8_t> packet, const UdpPacket& datagram) {
    packet[0] = 0x45; // version 4, five words
    put16(&packet[2], packet.size());
    packet[6] = 0x40; // do not fragment
    packet[8] = hopsTo(datagram.destination);
    packet[9] = udpProtocol;
    std::ranges::copy(datagram.source.v4Octets(), &packet[12]);
    std::ranges::copy(datagram.destination.v4Octets(), &packet[16]);
    put16(&packet[10], folded(sumOf(packet.first(ipv4Size))));
}

void putIpv6(std::span<std::uint8_t> packet, const UdpPacket& datagram) {
    packet[0] = 0x60;
    put16(&packet[4], packet.size() - ipv6Size);
    packet[6] = udpProtocol;
    packet[7] = hopsTo(datagram.destination);
    std::ranges::copy(datagram.source.octets, &packet[8]);
    std::ranges::copy(datagram.destination.octets, &packet[24]);
}

/// RFC 768, with the pseudo-headers of both families: the addresses are what precedes the datagram in either.
std::uint16_t udpChecksum(wire::Bytes addresses, wire::Bytes datagram) {
    const auto pseudo = static_cast<std::uint32_t>(udpProtocol + datagram.size());
    const std::uint16_t sum = folded(sumOf(datagram, sumOf(addresses, pseudo)));
    return sum == 0 ? 0xffff : sum; // 0 would mean that there is none
}

} // namespace

std::vector<std::uint8_t> ipPacket(const UdpPacket& datagram) {
    const bool v4 = datagram.source.isV4() && datagram.destination.isV4();
    const std::size_t ipSize = v4 ? ipv4Size : ipv6Size;
    std::vector<std::uint8_t> packet(ipSize + udpSize + datagram.payload.size());
    const std::span udp = std::span{packet}.subspan(ipSize);
    put16(&udp[0], datagram.sourcePort);
    put16(&udp[2], datagram.destinationPort);
    put16(&udp[4], udp.size());
    std::ranges::copy(datagram.payload, udp.begin() + udpSize);
    if (v4) {
        putIpv4(packet, datagram);
    } else {
        putIpv6(packet, datagram);
    }
    const std::size_t addressesAt = v4 ? 12 : 8;
    put16(&udp[6], udpChecksum(wire::Bytes{packet}.subspan(addressesAt, ipSize - addressesAt), udp));
    return packet;
}

} // namespace portolan::cli
