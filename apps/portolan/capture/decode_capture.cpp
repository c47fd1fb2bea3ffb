// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

module portolan.cli;

import portolan.transport;

namespace portolan::cli {

namespace {

using Seconds = std::chrono::duration<double>;

std::string toText(const wire::Address& address, std::uint16_t port) {
    return cli::toText(transport::toAsio(address), port);
}

std::string milliseconds(std::chrono::nanoseconds time) {
    return fmt::format("{:.3f} ms", std::chrono::duration<double, std::milli>{time}.count());
}

std::string_view name(Part part) {
    switch (part) {
    case Part::request:
        return "request";
    case Part::retransmission:
        return "retransmission";
    case Part::answer:
        return "answer";
    case Part::repeatedAnswer:
        return "repeated-answer";
    case Part::announcement:
        return "announcement";
    case Part::unrelated:
        return "unrelated";
    }
    return "";
}

/// What the datagram is to those before it, for a person; a request needs no word.
std::string remarkOf(const Role& role) {
    switch (role.part) {
    case Part::request:
        return "";
    case Part::retransmission:
        return fmt::format("  [transmission {} of #{}]", role.transmissions, role.first);
    case Part::answer:
        return fmt::format(
            "  [answers #{} after {}{}]", role.request, milliseconds(role.roundTrip),
            role.transmissions > 1 ? fmt::format(", transmission {} of #{}", role.transmissions, role.first) : "");
    case Part::repeatedAnswer:
        return fmt::format("  [answers #{} again]", role.request);
    case Part::announcement:
        return "  [announcement]";
    case Part::unrelated:
        return "  [answers nothing that was captured]";
    }
    return "";
}

/// Tells what is in a capture, packet by packet.
class Narration {
public:
    Narration(const DecodeCommand& command, int linkType, Output& output)
        : command_(command), linkType_(linkType), output_(output) {}

    void packet(const CapturedPacket& packet);
    void summarize();

    [[nodiscard]] bool allSound() const { return sound_; }

private:
    [[nodiscard]] bool isOurs(const UdpPacket& udp) const;
    void datagram(const CapturedPacket& packet, const UdpPacket& udp);
    void datagramJson(const CapturedPacket& packet, const UdpPacket& udp, const Role& role, const MessageJson& message);
    void datagramText(const CapturedPacket& packet, const UdpPacket& udp, const Role& role, const MessageJson& message);
    void fragment(const CapturedPacket& packet, const PacketReading& reading);
    void skip(const CapturedPacket& packet, const UdpPacket& udp, std::string_view why);

    [[nodiscard]] double secondsOf(const CapturedPacket& packet) const {
        return Seconds{packet.time - *began_}.count();
    }

    const DecodeCommand& command_;
    int linkType_;
    Output& output_;
    std::optional<std::chrono::nanoseconds> began_;
    Conversation conversation_;
    std::set<std::tuple<wire::Address, wire::Address, std::uint32_t>> fragments_; ///< of our ports
    std::uint64_t packets_ = 0;
    std::uint64_t datagrams_ = 0;
    std::uint64_t skipped_ = 0;
    std::uint64_t malformed_ = 0; ///< of which not even the ports are known
    bool sound_ = true;
};

bool Narration::isOurs(const UdpPacket& udp) const {
    return std::ranges::any_of(
        command_.ports, [&udp](std::uint16_t port) { return udp.sourcePort == port || udp.destinationPort == port; });
}

void Narration::packet(const CapturedPacket& packet) {
    ++packets_;
    if (!began_) {
        began_ = packet.time;
    }
    const PacketReading reading = readPacket(linkType_, packet.octets);
    switch (reading.shape) {
    case Shape::whole:
        if (isOurs(reading.udp)) {
            datagram(packet, reading.udp);
        }
        break;
    case Shape::firstFragment:
    case Shape::laterFragment:
        fragment(packet, reading);
        break;
    case Shape::malformed:
        if (isOurs(reading.udp)) {
            skip(packet, reading.udp, reading.fault);
        } else if (reading.udp.sourcePort == 0) {
            ++malformed_;
        }
        break;
    case Shape::foreign:
        break;
    }
}

/// PCP and NAT-PMP need no fragments. Those that begin on our ports are named, with what follows them.
void Narration::fragment(const CapturedPacket& packet, const PacketReading& reading) {
    const std::tuple key{reading.udp.source, reading.udp.destination, reading.fragmentId};
    if (reading.shape == Shape::firstFragment && isOurs(reading.udp)) {
        fragments_.insert(key);
        skip(packet, reading.udp, "the first fragment of a datagram, which is not put together");
    } else if (reading.shape == Shape::laterFragment && fragments_.contains(key)) {
        skip(packet, reading.udp, "a further fragment of a datagram");
    }
}

void Narration::skip(const CapturedPacket& packet, const UdpPacket& udp, std::string_view why) {
    ++skipped_;
    if (output_.json()) {
        output_.object({{"event", "skipped"},
                        {"frame", packet.frame},
                        {"time_s", secondsOf(packet)},
                        {"from", toJson(transport::toAsio(udp.source), udp.sourcePort)},
                        {"to", toJson(transport::toAsio(udp.destination), udp.destinationPort)},
                        {"reason", why}});
        return;
    }
    output_.line(fmt::format("#{:<4} {:>11.6f}  {} > {}  skipped: {}", packet.frame, secondsOf(packet),
                             transport::toAsio(udp.source).to_string(), transport::toAsio(udp.destination).to_string(),
                             why));
}

void Narration::datagram(const CapturedPacket& packet, const UdpPacket& udp) {
    ++datagrams_;
    const Role role = conversation_.add(packet.frame, packet.time, udp);
    const MessageJson message = toJson(udp.payload);
    sound_ = sound_ && !message.refusal;
    if (output_.json()) {
        datagramJson(packet, udp, role, message);
    } else {
        datagramText(packet, udp, role, message);
    }
}

void Narration::datagramJson(const CapturedPacket& packet, const UdpPacket& udp, const Role& role,
                             const MessageJson& message) {
    const bool answer = role.part == Part::answer || role.part == Part::repeatedAnswer;
    Json object{{"event", "datagram"},
                {"frame", packet.frame},
                {"time_s", secondsOf(packet)},
                {"from", toJson(transport::toAsio(udp.source), udp.sourcePort)},
                {"to", toJson(transport::toAsio(udp.destination), udp.destinationPort)},
                {"part", name(role.part)},
                {"request_frame", answer ? Json(role.request) : Json(nullptr)},
                {"first_frame", role.first == 0 ? Json(nullptr) : Json(role.first)},
                {"transmissions", role.first == 0 ? Json(nullptr) : Json(role.transmissions)},
                {"round_trip_s", role.part == Part::answer ? Json(Seconds{role.roundTrip}.count()) : Json(nullptr)},
                {"octets", udp.payload.size() + udp.missing},
                {"missing", udp.missing},
                {"message", message.object}};
    if (output_.verbose()) {
        object["message"]["fields"] = fieldsOf(udp.payload);
    }
    output_.object(object);
}

void Narration::datagramText(const CapturedPacket& packet, const UdpPacket& udp, const Role& role,
                             const MessageJson& message) {
    std::string what;
    if (const auto decoded = wire::decode(udp.payload)) {
        what = fmt::format("{}", decoded.assume_value());
    }
    if (message.refusal) {
        what += fmt::format("{}no sound message: {} at octet {}", what.empty() ? "" : "; ",
                            wire::describe(message.refusal->fault), message.refusal->offset);
    }
    if (udp.missing != 0) {
        what +=
            fmt::format(" (the capture has {} of its {} octets)", udp.payload.size(), udp.payload.size() + udp.missing);
    }
    output_.line(fmt::format("#{:<4} {:>11.6f}  {} > {}  {}{}", packet.frame, secondsOf(packet),
                             toText(udp.source, udp.sourcePort), toText(udp.destination, udp.destinationPort), what,
                             remarkOf(role)));
    if (output_.verbose()) {
        explainDatagram(udp.payload, [this](std::string_view row) { output_.line(row); });
    }
}

void Narration::summarize() {
    const std::vector<std::uint64_t> unanswered = conversation_.unanswered();
    if (output_.json()) {
        output_.object({{"event", "capture"},
                        {"packets", packets_},
                        {"datagrams", datagrams_},
                        {"skipped", skipped_},
                        {"malformed", malformed_},
                        {"unanswered", unanswered}});
        return;
    }
    std::string line =
        fmt::format("{} of {} packets {} of PCP or NAT-PMP", datagrams_, packets_, datagrams_ == 1 ? "is" : "are");
    if (datagrams_ == 0) {
        line += fmt::format(" (UDP ports {}; name others with --port)", fmt::join(command_.ports, ", "));
    }
    if (!unanswered.empty()) {
        line += fmt::format("; without an answer: #{}", fmt::join(unanswered, ", #"));
    }
    if (skipped_ != 0) {
        line += fmt::format("; {} skipped", skipped_);
    }
    if (malformed_ != 0) {
        line += fmt::format("; {} packets could not be read", malformed_);
    }
    output_.line(line);
}

} // namespace

ExitStatus decodeCapture(const DecodeCommand& command, Output& output) {
    const auto opened = CaptureReader::open(*command.pcap);
    if (!opened) {
        return output.fail(opened.error());
    }
    CaptureReader& reader = *opened.assume_value();
    Narration narration{command, reader.linkType(), output};
    while (true) {
        const auto packet = reader.next();
        if (!packet || !packet.assume_value()) {
            narration.summarize();
            if (!packet) {
                return output.fail(packet.error());
            }
            return narration.allSound() ? ExitStatus::done : ExitStatus::failed;
        }
        narration.packet(*packet.assume_value());
    }
}

} // namespace portolan::cli
