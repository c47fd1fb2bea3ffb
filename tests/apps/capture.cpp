// SPDX-License-Identifier: MIT
#include "capture.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <pcap/pcap.h>
#include <stdexcept>

namespace portolan::testing {

namespace {

constexpr std::size_t udpSize = 8;

std::size_t load16(const Octets& octets, std::size_t at) {
    return static_cast<std::size_t>(octets.at(at)) << 8 | octets.at(at + 1);
}

void store16(Octets& octets, std::size_t at, std::size_t value) {
    octets.at(at) = static_cast<std::uint8_t>(value >> 8);
    octets.at(at + 1) = static_cast<std::uint8_t>(value);
}

/// The Internet checksum over all of these, whose own place counts as it stands: 0 if it is right (RFC 1071).
std::size_t checksum(const Octets& octets) {
    std::size_t sum = 0;
    for (std::size_t at = 0; at < octets.size(); at += 2) {
        sum += static_cast<std::size_t>(octets[at]) << 8 | (at + 1 < octets.size() ? octets[at + 1] : 0);
    }
    while (sum > 0xffff) {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    return 0xffff - sum;
}

Octets udpOf(const Octets& payload, bool back) {
    Octets udp = octets(back ? "14 e7 9c 40 00 00 00 00" : "9c 40 14 e7 00 00 00 00"); // no checksum
    udp.insert(udp.end(), payload.begin(), payload.end());
    store16(udp, 4, udp.size());
    return udp;
}

void require(bool right, const char* what) {
    if (!right) {
        throw std::runtime_error{what};
    }
}

} // namespace

Octets joined(const Octets& a, const Octets& b) {
    Octets whole = a;
    whole.insert(whole.end(), b.begin(), b.end());
    return whole;
}

Octets ipv4Packet(const Octets& payload, bool back) {
    Octets packet = octets(back ? "45 00 00 00 00 01 00 00 40 11 00 00 c0 00 02 01 c0 00 02 02"
                                : "45 00 00 00 00 01 00 00 40 11 00 00 c0 00 02 02 c0 00 02 01");
    packet = joined(packet, udpOf(payload, back));
    store16(packet, 2, packet.size());
    store16(packet, 10, checksum({packet.begin(), packet.begin() + 20}));
    return packet;
}

Octets ipv6Packet(const Octets& payload, bool back) {
    const Octets gateway = octets("20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01");
    const Octets host = octets("20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02");
    const Octets udp = udpOf(payload, back);
    Octets packet = octets("60 00 00 00 00 00 11 40");
    store16(packet, 4, udp.size());
    return joined(joined(packet, back ? joined(gateway, host) : joined(host, gateway)), udp);
}

Octets payloadOf(const Octets& packet) {
    const bool v4 = packet.at(0) >> 4 == 4;
    const std::size_t ipSize = v4 ? 20 : 40;
    require(packet.size() >= ipSize + udpSize, "the packet is too short");
    require(packet.at(v4 ? 9 : 6) == 17, "it is not UDP");
    require((v4 ? load16(packet, 2) : load16(packet, 4) + ipSize) == packet.size(), "the length of IP is wrong");
    require(load16(packet, ipSize + 4) == packet.size() - ipSize, "the length of UDP is wrong");
    require(!v4 || checksum({packet.begin(), packet.begin() + 20}) == 0, "the checksum of IP is wrong");
    require(load16(packet, ipSize + 6) != 0, "there is no checksum of UDP");
    // The pseudo-header: addresses, protocol, length.
    Octets summed{packet.begin() + (v4 ? 12 : 8), packet.end()};
    summed = joined(octets("00 11 00 00"), summed);
    store16(summed, 2, packet.size() - ipSize);
    require(checksum(summed) == 0, "the checksum of UDP is wrong");
    return {packet.begin() + static_cast<std::ptrdiff_t>(ipSize + udpSize), packet.end()};
}

Capture readCapture(const std::string& path) {
    std::array<char, PCAP_ERRBUF_SIZE> error{};
    pcap_t* file = pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error.data());
    if (file == nullptr) {
        throw std::runtime_error{error.data()};
    }
    Capture capture{pcap_datalink(file), {}};
    pcap_pkthdr* header = nullptr;
    const u_char* at = nullptr;
    int outcome = 0;
    while ((outcome = pcap_next_ex(file, &header, &at)) == 1) {
        capture.packets.push_back(
            {{at, at + header->caplen}, std::int64_t{header->ts.tv_sec} * 1'000'000'000 + header->ts.tv_usec});
    }
    const std::string complaint = outcome == PCAP_ERROR_BREAK ? "" : pcap_geterr(file);
    pcap_close(file);
    require(complaint.empty(), complaint.c_str());
    return capture;
}

void writeCapture(const std::string& path, int linkType, const std::vector<Octets>& packets, std::size_t limit) {
    pcap_t* file = pcap_open_dead(linkType, 65'535);
    pcap_dumper_t* dumper = pcap_dump_open(file, path.c_str());
    require(dumper != nullptr, "the capture cannot be written");
    long milliseconds = 0;
    for (const Octets& packet : packets) {
        pcap_pkthdr header{};
        header.ts = {1'700'000'000 + milliseconds / 1000, milliseconds % 1000 * 1000};
        header.len = static_cast<bpf_u_int32>(packet.size());
        header.caplen = static_cast<bpf_u_int32>(std::min(packet.size(), limit));
        pcap_dump(reinterpret_cast<u_char*>(dumper), &header, packet.data());
        ++milliseconds;
    }
    pcap_dump_close(dumper);
    pcap_close(file);
}

} // namespace portolan::testing
