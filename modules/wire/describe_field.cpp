// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <span>
#include <string_view>

module portolan.wire;

import :describe_field;

namespace portolan::wire {

namespace {

std::uint32_t numberOf(Bytes octets) {
    std::uint32_t number = 0;
    for (const std::uint8_t octet : octets) {
        number = number << 8 | octet;
    }
    return number;
}

bool allZero(Bytes octets) {
    return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
}

void number(FieldText& text, Bytes octets, std::string_view noteOfZero = {}) {
    const std::uint32_t value = numberOf(octets);
    fmt::format_to(std::back_inserter(text.value), "{}", value);
    if (value == 0) {
        remark(text, noteOfZero);
    }
}

/// The text in quotes, safe for a terminal: control characters, quotes and backslashes are escaped. Octets that are
/// not UTF-8 are shown in hex.
void quoted(FieldText& text, Bytes octets) {
    if (!isUtf8(octets)) {
        appendHex(text.value, octets);
        remark(text, "not UTF-8");
        return;
    }
    text.value.push_back('"');
    while (!octets.empty()) {
        const std::size_t size = utf8CharacterSize(octets);
        const std::uint8_t first = octets[0];
        const bool control = first < 0x20 || first == 0x7f || (first == 0xc2 && octets[1] < 0xa0);
        if (control || first == '"' || first == '\\') {
            fmt::format_to(std::back_inserter(text.value), "\\u{:04x}", control && size == 2 ? octets[1] : first);
        } else {
            text.value.append(octets.data(), octets.data() + size);
        }
        octets = octets.subspan(size);
    }
    text.value.push_back('"');
}

void address(FieldText& text, Bytes octets, std::string_view noteOfAny = {}) {
    const Address read{loadArray<16>(octets.data())};
    append(text.value, read);
    if (read.isAny()) {
        remark(text, noteOfAny);
    }
}

void opcode(FieldText& text, std::uint8_t octet) {
    append(text.value, static_cast<Opcode>(octet & 0x7f));
    remark(text, (octet & 0x80) != 0 ? "response" : "request");
}

std::string_view natPmpMeaning(std::uint8_t opcode) {
    switch (opcode) {
    case 0x00:
        return "external address request";
    case 0x01:
        return "map UDP request";
    case 0x02:
        return "map TCP request";
    case 0x80:
        return "external address response";
    case 0x81:
        return "map UDP response";
    case 0x82:
        return "map TCP response";
    default:
        return (opcode & 0x80) != 0 ? "response" : "request";
    }
}

void natPmpOpcode(FieldText& text, Bytes octets) {
    number(text, octets);
    remark(text, natPmpMeaning(octets[0]));
}

void filterPrefix(FieldText& text, Bytes octets) {
    number(text, octets, "removes all filters");
    if (octets[0] > 96 && octets[0] <= 128) {
        fmt::format_to(std::back_inserter(text.note), "/{} if IPv4", octets[0] - 96);
    }
}

void optionCode(FieldText& text, std::uint8_t octet) {
    const auto code = static_cast<OptionCode>(octet);
    append(text.value, code);
    remark(text, isMandatory(code) ? "mandatory to process" : "optional to process");
}

void parity(FieldText& text, std::uint8_t octet) {
    fmt::format_to(std::back_inserter(text.value), "{}", octet & 1);
    remark(text, (octet & 1) != 0 ? "parity to be preserved" : "");
    remark(text, (octet & 0xfe) != 0 ? "reserved bits not zero" : "");
}

} // namespace

void remark(FieldText& text, std::string_view note) {
    if (!note.empty()) {
        appendText(text.note, text.note.size() == 0 ? "" : "; ");
        appendText(text.note, note);
    }
}

void describeField(FieldText& text, Shape shape, Bytes octets) {
    switch (shape) {
    case Shape::number:
        number(text, octets);
        return;
    case Shape::opcode:
        opcode(text, octets[0]);
        return;
    case Shape::natPmpOpcode:
        natPmpOpcode(text, octets);
        return;
    case Shape::reserved:
        appendHex(text.value, octets);
        remark(text, allZero(octets) ? "" : "not zero, ignored");
        return;
    case Shape::resultCode:
        append(text.value, static_cast<ResultCode>(octets[0]));
        return;
    case Shape::natPmpResult:
        append(text.value, static_cast<NatPmpResult>(numberOf(octets)));
        return;
    case Shape::requestedLifetime:
    case Shape::seconds:
        number(text, octets);
        remark(text, "seconds");
        return;
    case Shape::protocol:
        append(text.value, static_cast<Protocol>(octets[0]));
        return;
    case Shape::address:
        address(text, octets);
        return;
    case Shape::suggestedAddress:
        address(text, octets, "no preference");
        return;
    case Shape::suggestedPort:
        number(text, octets, "no preference");
        return;
    case Shape::internalPort:
        number(text, octets, "all ports");
        return;
    case Shape::filterPort:
        number(text, octets, "any port");
        return;
    case Shape::filterPrefix:
        filterPrefix(text, octets);
        return;
    case Shape::ipv4Address:
        append(text.value, Address::v4(loadArray<4>(octets.data())));
        return;
    case Shape::optionCode:
        optionCode(text, octets[0]);
        return;
    case Shape::parity:
        parity(text, octets[0]);
        return;
    case Shape::text:
        quoted(text, octets);
        return;
    case Shape::octets:
        appendHex(text.value, octets);
        return;
    }
}

} // namespace portolan::wire
