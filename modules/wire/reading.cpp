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

import :reading;

namespace portolan::wire {

namespace {

std::uint32_t numberOf(Bytes octets) {
    std::uint32_t number = 0;
    for (const std::uint8_t octet : octets) {
        number = number << 8 | octet;
    }
    return number;
}

void numberOrZero(FieldText& text, Bytes octets, std::string_view noteOfZero) {
    asNumber(text, octets);
    remark(text, numberOf(octets) == 0 ? noteOfZero : "");
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

/// The code point of one UTF-8 character.
std::uint32_t codePointOf(Bytes character) {
    if (character.size() == 1) {
        return character[0];
    }
    std::uint32_t code = character[0] & (0xffU >> (character.size() + 1));
    for (const std::uint8_t octet : character.subspan(1)) {
        code = code << 6 | (octet & 0x3fU);
    }
    return code;
}

/// Whether it ends the line, or has what stands around it shown in another order than it comes: the marks, embeddings,
/// overrides and isolates of the Unicode bidirectional algorithm (UAX 9), U+2028 and U+2029.
bool reordersText(std::uint32_t code) {
    return code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

/// Appends one UTF-8 character, so that it cannot disturb a terminal, the order of what is shown or the quotes around
/// it: control characters of all kinds, quotes and backslashes as \u and four hex digits.
void appendEscaped(Text& to, Bytes character) {
    const std::uint32_t code = codePointOf(character);
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0) || reordersText(code);
    if (control || code == '"' || code == '\\') {
        fmt::format_to(std::back_inserter(to), "\\u{:04x}", code);
    } else {
        to.append(character.data(), character.data() + character.size());
    }
}

} // namespace

void remark(FieldText& text, std::string_view note) {
    if (!note.empty()) {
        appendText(text.note, text.note.size() == 0 ? "" : "; ");
        appendText(text.note, note);
    }
}

void asNumber(FieldText& text, Bytes octets) {
    fmt::format_to(std::back_inserter(text.value), "{}", numberOf(octets));
}

void asSeconds(FieldText& text, Bytes octets) {
    asNumber(text, octets);
    remark(text, "seconds");
}

void asRequestedLifetime(FieldText& text, Bytes octets) {
    asSeconds(text, octets);
}

void asOpcode(FieldText& text, Bytes octets) {
    append(text.value, static_cast<Opcode>(octets[0] & 0x7f));
    remark(text, (octets[0] & 0x80) != 0 ? "response" : "request");
}

void asNatPmpOpcode(FieldText& text, Bytes octets) {
    asNumber(text, octets);
    remark(text, natPmpMeaning(octets[0]));
}

void asReserved(FieldText& text, Bytes octets) {
    asHex(text, octets);
    const bool zero = std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
    remark(text, zero ? "" : "not zero, ignored");
}

void asResultCode(FieldText& text, Bytes octets) {
    append(text.value, static_cast<ResultCode>(octets[0]));
}

void asNatPmpResult(FieldText& text, Bytes octets) {
    append(text.value, static_cast<NatPmpResult>(load16(octets.data())));
}

void asProtocol(FieldText& text, Bytes octets) {
    append(text.value, static_cast<Protocol>(octets[0]));
}

void asAddress(FieldText& text, Bytes octets) {
    append(text.value, Address{loadArray<16>(octets.data())});
}

void asSuggestedAddress(FieldText& text, Bytes octets) {
    asAddress(text, octets);
    remark(text, Address{loadArray<16>(octets.data())}.isAny() ? "no preference" : "");
}

void asIpv4Address(FieldText& text, Bytes octets) {
    append(text.value, Address::v4(loadArray<4>(octets.data())));
}

void asSuggestedPort(FieldText& text, Bytes octets) {
    numberOrZero(text, octets, "no preference");
}

void asInternalPort(FieldText& text, Bytes octets) {
    numberOrZero(text, octets, "all ports");
}

void asFilterPort(FieldText& text, Bytes octets) {
    numberOrZero(text, octets, "any port");
}

void asFilterPrefix(FieldText& text, Bytes octets) {
    numberOrZero(text, octets, "removes all filters");
    if (octets[0] > 96 && octets[0] <= 128) {
        fmt::format_to(std::back_inserter(text.note), "/{} if IPv4", octets[0] - 96);
    }
}

void asOptionCode(FieldText& text, Bytes octets) {
    const auto code = static_cast<OptionCode>(octets[0]);
    append(text.value, code);
    remark(text, isMandatory(code) ? "mandatory to process" : "optional to process");
}

void asParity(FieldText& text, Bytes octets) {
    const bool keep = (octets[0] & 1) != 0;
    appendText(text.value, keep ? "1" : "0");
    remark(text, keep ? "parity to be preserved" : "");
    remark(text, (octets[0] & 0xfe) != 0 ? "reserved bits not zero" : "");
}

void asText(FieldText& text, Bytes octets) {
    if (!isUtf8(octets)) {
        asHex(text, octets);
        remark(text, "not UTF-8");
        return;
    }
    text.value.push_back('"');
    while (!octets.empty()) {
        const std::size_t size = utf8CharacterSize(octets);
        appendEscaped(text.value, octets.first(size));
        octets = octets.subspan(size);
    }
    text.value.push_back('"');
}

void asHex(FieldText& text, Bytes octets) {
    appendHex(text.value, octets);
}

} // namespace portolan::wire
