// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>
#include <span>
#include <string_view>
#include <variant>

module portolan.wire;

namespace portolan::wire {

namespace {

/// The name of a code in the registry, or else in the drafts; empty if it has none.
template <class Code>
std::string_view nameAnywhere(Code code) {
    if constexpr (requires { drafts::name(code); }) {
        return name(code).empty() ? drafts::name(code) : name(code);
    } else {
        return name(code);
    }
}

template <class Code>
void appendCode(Text& to, Code code) {
    if (const std::string_view known = nameAnywhere(code); !known.empty()) {
        appendText(to, known);
    } else {
        fmt::format_to(std::back_inserter(to), "{}", static_cast<unsigned>(code));
    }
}

void appendV4(Text& to, const std::array<std::uint8_t, 4>& octets) {
    fmt::format_to(std::back_inserter(to), "{}.{}.{}.{}", octets[0], octets[1], octets[2], octets[3]);
}

/// The 16-bit groups of an IPv6 address that "::" stands for: the longest run of zeros, the first of equals, never
/// a single group (RFC 5952 §4.2). An empty run where there is none.
struct ZeroRun {
    std::size_t first = 8;
    std::size_t count = 0;
};

ZeroRun longestZeroRun(const std::array<std::uint16_t, 8>& groups) {
    ZeroRun longest;
    for (std::size_t at = 0; at < groups.size();) {
        std::size_t end = at;
        while (end < groups.size() && groups[end] == 0) {
            ++end;
        }
        if (end - at > longest.count && end - at > 1) {
            longest = {at, end - at};
        }
        at = end + 1;
    }
    return longest;
}

void appendV6(Text& to, const Address& address) {
    std::array<std::uint16_t, 8> groups{};
    for (std::size_t i = 0; i < groups.size(); ++i) {
        groups[i] = load16(address.octets.data() + 2 * i);
    }
    const ZeroRun zeros = longestZeroRun(groups);
    for (std::size_t i = 0; i < groups.size();) {
        if (i == zeros.first) {
            appendText(to, "::");
            i += zeros.count;
            continue;
        }
        const bool first = i == 0 || i == zeros.first + zeros.count;
        fmt::format_to(std::back_inserter(to), "{}{:x}", first ? "" : ":", groups[i]);
        ++i;
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

void appendText(Text& to, std::string_view text) {
    to.append(text.data(), text.data() + text.size());
}

void appendHex(Text& to, Bytes octets) {
    for (const std::uint8_t octet : octets) {
        fmt::format_to(std::back_inserter(to), "{:02x}", octet);
    }
}

void appendQuoted(Text& to, Bytes text) {
    to.push_back('"');
    for (std::size_t size = 0; !text.empty(); text = text.subspan(size)) {
        size = utf8CharacterSize(text);
        if (size == 0) {
            break; // not UTF-8 from here on
        }
        appendEscaped(to, text.first(size));
    }
    to.push_back('"');
}

void append(Text& to, const Address& address) {
    if (address.isV4()) {
        appendV4(to, address.v4Octets());
    } else {
        appendV6(to, address);
    }
}

void append(Text& to, const Nonce& nonce) {
    appendHex(to, nonce.octets);
}

void append(Text& to, Opcode opcode) {
    appendCode(to, opcode);
}

void append(Text& to, Protocol protocol) {
    appendCode(to, protocol);
}

void append(Text& to, ResultCode code) {
    appendCode(to, code);
}

void append(Text& to, NatPmpResult code) {
    appendCode(to, code);
}

void append(Text& to, OptionCode code) {
    appendCode(to, code);
}

void append(Text& to, Fault fault) {
    appendText(to, describe(fault));
}

void append(Text& to, Refusal refusal) {
    fmt::format_to(std::back_inserter(to), "{} at octet {}", refusal.fault, refusal.offset);
}

void append(Text& to, Rule rule) {
    appendText(to, describe(rule));
}

void append(Text& to, const Breach& breach) {
    fmt::format_to(std::back_inserter(to), "{}: {}", breach.field, breach.rule);
}

void append(Text& to, const ThirdParty& option) {
    fmt::format_to(std::back_inserter(to), "THIRD_PARTY {}", option.internalAddress);
}

void append(Text& to, PreferFailure /*option*/) {
    appendText(to, "PREFER_FAILURE");
}

void append(Text& to, const Filter& option) {
    if (option.prefixLength == 0) {
        appendText(to, "FILTER none");
        return;
    }
    // The length counts the 128-bit form; a person expects that of the address as it is printed.
    const int mapped = option.remoteAddress.isV4() && option.prefixLength >= 96 ? 96 : 0;
    fmt::format_to(std::back_inserter(to), "FILTER {}/{}", option.remoteAddress, option.prefixLength - mapped);
    if (option.remotePort != 0) {
        fmt::format_to(std::back_inserter(to), " port {}", option.remotePort);
    }
}

void append(Text& to, const RawOption& option) {
    if (nameAnywhere(option.code).empty()) {
        appendText(to, "option ");
    }
    append(to, option.code);
    if (!option.data.empty()) {
        fmt::format_to(std::back_inserter(to), " ({} octets) ", option.data.size());
        appendHex(to, option.data);
    }
}

void append(Text& to, const ThirdPartyId& option) {
    append(to, RawOption{OptionCode::thirdPartyId, option.id});
}

void append(Text& to, const Description& option) {
    appendText(to, "DESCRIPTION ");
    appendQuoted(to, option.text);
}

void append(Text& to, const Ipv4Prefix& prefix) {
    appendV4(to, prefix.address);
    fmt::format_to(std::back_inserter(to), "/{}", prefix.length);
}

void append(Text& to, const Prefix64& option) {
    fmt::format_to(std::back_inserter(to), "PREFIX64 {}/{}", option.prefixAddress(), option.prefix().size() * 8);
    if (std::ranges::any_of(option.suffix(), [](std::uint8_t octet) { return octet != 0; })) {
        appendText(to, " suffix ");
        appendHex(to, option.suffix());
    }
    bool first = true;
    for (const Ipv4Prefix prefix : option.ipv4) {
        fmt::format_to(std::back_inserter(to), "{}{}", first ? " for " : ", ", prefix);
        first = false;
    }
}

void append(Text& to, const PortSet& option) {
    fmt::format_to(std::back_inserter(to), "PORT_SET {} ports from {}{}", option.size, option.firstInternalPort,
                   option.parity ? ", parity kept" : "");
}

void append(Text& to, CheckpointRequired /*option*/) {
    appendText(to, "CHECKPOINT_REQUIRED");
}

void append(Text& to, const Option& option) {
    std::visit([&to](const auto& known) { append(to, known); }, option);
}

void append(Text& to, const Options& options) {
    bool first = true;
    for (const RawOption raw : options) {
        appendText(to, first ? "" : "; ");
        first = false;
        if (const auto option = interpret(raw)) {
            append(to, option.assume_value());
        } else {
            append(to, raw);
        }
    }
}

} // namespace portolan::wire
