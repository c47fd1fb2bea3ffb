// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

module portolan.cli;

namespace portolan::cli {

namespace {

constexpr std::size_t octetsPerRow = 8;

/// Hex of the largest datagram, with blanks and comments to spare.
constexpr std::size_t maxInput = 1'000'000;

std::string readStandardInput() {
    std::string text;
    std::array<char, 4096> part{};
    while (text.size() < maxInput) {
        const std::size_t size = std::fread(part.data(), 1, part.size(), stdin);
        if (size == 0) {
            break;
        }
        text.append(part.data(), size);
    }
    return text;
}

ExitStatus answerJson(wire::Bytes datagram, Output& output) {
    MessageJson message = toJson(datagram);
    if (output.verbose()) {
        message.object["fields"] = fieldsOf(datagram);
    }
    output.object(message.object);
    return message.refusal ? ExitStatus::failed : ExitStatus::done;
}

ExitStatus answerText(wire::Bytes datagram, Output& output) {
    if (const auto decoded = wire::decode(datagram)) {
        output.line(fmt::format("{}", decoded.assume_value()));
    }
    explainDatagram(datagram, [&output](std::string_view row) { output.line(row); });
    const MessageJson message = toJson(datagram);
    if (message.refusal) {
        output.remark(fmt::format("no sound message of PCP or NAT-PMP: {} at octet {}",
                                  wire::describe(message.refusal->fault), message.refusal->offset));
        return ExitStatus::failed;
    }
    return ExitStatus::done;
}

ExitStatus answerNoHex(const HexError& error, Output& output) {
    if (output.json()) {
        output.object(Json{{"error", error.message}, {"offset", error.offset}});
    } else {
        output.remark(fmt::format("{}, after {} octets", error.message, error.offset));
    }
    return ExitStatus::failed;
}

/// One who names a file wants its capture read.
HexError withHint(HexError error, const DecodeCommand& command) {
    std::error_code ignored;
    if (command.hex && std::filesystem::is_regular_file(*command.hex, ignored)) {
        error.message += fmt::format("; to read a capture: portolan decode --pcap {}", *command.hex);
    }
    return error;
}

} // namespace

Json fieldsOf(wire::Bytes datagram) {
    Json fields = Json::array();
    wire::annotate(datagram, [&fields](const wire::Field& field) {
        fields.push_back({{"offset", field.offset},
                          {"length", field.length},
                          {"name", field.name},
                          {"value", field.value},
                          {"note", field.note}});
    });
    return fields;
}

void explainDatagram(wire::Bytes datagram, const std::function<void(std::string_view row)>& tell) {
    wire::annotate(datagram, [&](const wire::Field& field) {
        const wire::Bytes octets = datagram.subspan(field.offset, field.length);
        const std::string note = field.note.empty() ? "" : fmt::format(" ({})", field.note);
        for (std::size_t at = 0; at < octets.size(); at += octetsPerRow) {
            const std::string hex = spacedHex(octets.subspan(at, std::min(octetsPerRow, octets.size() - at)));
            tell(at == 0 ? fmt::format("{:4}  {:23}  {:<31} {}{}", field.offset, hex, field.name, field.value, note)
                         : fmt::format("{:4}  {}", field.offset + at, hex));
        }
    });
}

ExitStatus execute(const DecodeCommand& command, Output& output) {
    if (command.pcap) {
        return decodeCapture(command, output);
    }
    const auto octets = parseHex(command.hex ? *command.hex : readStandardInput());
    if (!octets) {
        return answerNoHex(withHint(octets.error(), command), output);
    }
    return output.json() ? answerJson(octets.assume_value(), output) : answerText(octets.assume_value(), output);
}

} // namespace portolan::cli
