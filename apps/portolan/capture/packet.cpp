// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <pcap/dlt.h>
#include <span>
#include <string_view>

module portolan.cli;

namespace portolan::cli {

namespace {

constexpr std::uint8_t udpProtocol = 17;

std::uint16_t load16(wire::Bytes octets, std::size_t at) {
    return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

template <std::size_t Size>
std::array<std::uint8_t, Size> loadArray(wire::Bytes octets, std::size_t at) {
    std::array<std::uint8_t, Size> loaded;
    std::ranges::copy(octets.subspan(at, Size), loaded.begin());
    return loaded;
}

/// Takes the type of Ethernet at `at`, and the VLAN tags behind it; what follows if that is IP.
std::optional<wire::Bytes> behindType(wire::Bytes frame, std::size_t at, std::size_t headerSize) {
    if (frame.size() < headerSize) {
        return std::nullopt;
    }
    std::uint16_t type = load16(frame, at);
    wire::Bytes rest = frame.subspan(headerSize);
    while (type == 0x8100 || type == 0x88a8 || type == 0x9100) { // IEEE 802.1Q, 802.1ad, and its forerunner
        if (rest.size() < 4) {
            return std::nullopt;
        }
        type = load16(rest, 2);
        rest = rest.subspan(4);
    }
    return type == 0x0800 || type == 0x86dd ? std::optional{rest} : std::nullopt;
}

/// The packet of IP in a frame of this kind of link; nothing if there is something else in it.
std::optional<wire::Bytes> ipWithin(int linkType, wire::Bytes frame) {
    switch (linkType) {
    case DLT_EN10MB:
        return behindType(frame, 12, 14);
    case DLT_LINUX_SLL:
        return behindType(frame, 14, 16);
    case DLT_LINUX_SLL2:
        return behindType(frame, 0, 20);
    case DLT_NULL:
    case DLT_LOOP: // an address family before it, whose numbers differ from system to system
        return frame.size() < 4 ? std::nullopt : std::optional{frame.subspan(4)};
    default:
        return frame;
    }
}

PacketReading malformed(PacketReading so, std::string_view fault) {
    so.shape = Shape::malformed;
    so.fault = fault;
    return so;
}

/// Reads the header of UDP, of which IP says that `size` octets follow, and the payload as far as it is there.
PacketReading readUdp(PacketReading so, wire::Bytes body, std::size_t size, bool fragment) {
    constexpr std::size_t udpSize = 8;
    if (body.size() < udpSize) {
        if (body.size() >= 4) {
            so.udp.sourcePort = load16(body, 0);
            so.udp.destinationPort = load16(body, 2);
        }
        return malformed(so, "the header of UDP is cut short");
    }
    so.udp.sourcePort = load16(body, 0);
    so.udp.destinationPort = load16(body, 2);
    const std::size_t length = load16(body, 4);
    if (length < udpSize) {
        return malformed(so, "the length of UDP is less than its header");
    }
    if (fragment) {
        so.shape = Shape::firstFragment;
        return so;
    }
    if (length > size) {
        return malformed(so, "the length of UDP reaches past the end of the packet");
    }
    so.shape = Shape::whole;
    so.udp.payload = body.subspan(udpSize, std::min(length, body.size()) - udpSize);
    so.udp.missing = length - udpSize - so.udp.payload.size();
    return so;
}

PacketReading readIpv4(wire::Bytes packet) {
    if (packet.size() < 20) {
        return malformed({}, "the header of IPv4 is cut short");
    }
    PacketReading so;
    so.udp.source = wire::Address::v4(loadArray<4>(packet, 12));
    so.udp.destination = wire::Address::v4(loadArray<4>(packet, 16));
    if (packet[9] != udpProtocol) {
        return so;
    }
    const std::size_t headerSize = (packet[0] & 0xfU) * 4;
    // A length of 0 is left by segmentation offload, which cuts the packet up after the capture.
    const std::size_t total = load16(packet, 2) == 0 ? packet.size() : load16(packet, 2);
    if (headerSize < 20 || total < headerSize) {
        return malformed(so, "the lengths in the header of IPv4 make no sense");
    }
    if (packet.size() < headerSize) {
        return malformed(so, "the header of IPv4 is cut short");
    }
    const std::uint16_t place = load16(packet, 6);
    so.fragmentId = load16(packet, 4);
    if ((place & 0x1fff) != 0) {
        so.shape = Shape::laterFragment;
        return so;
    }
    const wire::Bytes body = packet.subspan(headerSize, std::min(total, packet.size()) - headerSize);
    return readUdp(so, body, total - headerSize, (place & 0x2000) != 0);
}

/// What stands behind the extension headers of IPv6 (RFC 8200 §4).
struct Extensions {
    std::uint8_t next = 0; ///< the protocol
    std::size_t size = 0;  ///< of all of them
    bool fragment = false;
    std::uint16_t place = 0; ///< of a fragment, in octets, and in the last bit whether more follow
    std::uint32_t id = 0;
};

/// Nothing if they are cut short.
std::optional<Extensions> skipExtensions(std::uint8_t next, wire::Bytes rest) {
    constexpr std::uint8_t fragmentHeader = 44;
    constexpr std::uint8_t authenticationHeader = 51;
    Extensions found{next};
    while (found.next == 0 || found.next == 43 || found.next == 60 || found.next == fragmentHeader ||
           found.next == authenticationHeader) {
        if (rest.size() < found.size + 8) {
            return std::nullopt;
        }
        const wire::Bytes header = rest.subspan(found.size);
        std::size_t size = (std::size_t{header[1]} + 1) * 8;
        if (found.next == fragmentHeader) {
            found.fragment = true;
            found.place = load16(header, 2);
            found.id = std::uint32_t{load16(header, 4)} << 16 | load16(header, 6);
            size = 8;
        } else if (found.next == authenticationHeader) {
            size = (std::size_t{header[1]} + 2) * 4;
        }
        found.next = header[0];
        found.size += size;
        if (found.fragment && (found.place & 0xfff8) != 0) {
            break; // what follows is no header
        }
    }
    return rest.size() < found.size ? std::nullopt : std::optional{found};
}

PacketReading readIpv6(wire::Bytes packet) {
    constexpr std::size_t headerSize = 40;
    if (packet.size() < headerSize) {
        return malformed({}, "the header of IPv6 is cut short");
    }
    PacketReading so;
    so.udp.source = {loadArray<16>(packet, 8)};
    so.udp.destination = {loadArray<16>(packet, 24)};
    const std::size_t captured = packet.size() - headerSize;
    const std::size_t length = load16(packet, 4) == 0 ? captured : load16(packet, 4);
    const wire::Bytes rest = packet.subspan(headerSize, std::min(length, captured));
    const auto extensions = skipExtensions(packet[6], rest);
    if (!extensions) {
        return malformed(so, "the extension headers of IPv6 are cut short");
    }
    so.fragmentId = extensions->id;
    if (extensions->next != udpProtocol) {
        return so;
    }
    if ((extensions->place & 0xfff8) != 0) {
        so.shape = Shape::laterFragment;
        return so;
    }
    return readUdp(so, rest.subspan(extensions->size), length - extensions->size, (extensions->place & 1) != 0);
}

} // namespace

bool isKnownLink(int linkType) noexcept {
    constexpr std::array known{DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL,
                               DLT_LOOP,   DLT_RAW,       DLT_IPV4,       DLT_IPV6};
    return std::ranges::find(known, linkType) != known.end();
}

PacketReading readPacket(int linkType, wire::Bytes octets) noexcept {
    const auto packet = ipWithin(linkType, octets);
    if (!packet || packet->empty()) {
        return {};
    }
    switch (packet->front() >> 4) {
    case 4:
        return readIpv4(*packet);
    case 6:
        return readIpv6(*packet);
    default:
        return {};
    }
}

} // namespace portolan::cli
