// SPDX-License-Identifier: MIT
#include "support/invariants.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <span>
#include <string>
#include <string_view>
#include <variant>

import portolan.wire;

namespace portolan::testing {

namespace {

using namespace wire;

bool keepsItsMeaning(const Datagram& message) {
    std::array<std::uint8_t, maxMessageSize> room{};
    const auto size = encode(message, room);
    if (!size) {
        return false;
    }
    const auto again = decode(std::span{room}.first(size.value()));
    return again && again.value() == message;
}

bool optionKeepsItsMeaning(const RawOption& raw) {
    const auto option = interpret(raw);
    if (!option) {
        return true;
    }
    std::array<std::uint8_t, 1100> room{};
    OptionWriter writer{room};
    const bool fits =
        std::visit([&writer](const auto& known) { return writer.add(known).has_value(); }, option.value());
    return fits && interpret(*writer.options().begin()) == option;
}

bool optionsAreInOrder(const Options& options, Bytes datagram) {
    for (const RawOption raw : options) {
        const std::size_t end = raw.offset + std::size_t{4} + raw.data.size();
        if (end > datagram.size() || raw.data.data() != datagram.data() + raw.offset + 4 ||
            !optionKeepsItsMeaning(raw)) {
            return false;
        }
    }
    return true;
}

bool optionsAreInOrder(const Datagram& message, Bytes datagram) {
    return std::visit(
        [datagram](const auto& known) {
            if constexpr (requires { known.options; }) {
                return optionsAreInOrder(known.options, datagram);
            } else {
                return true;
            }
        },
        message);
}

bool breachLiesInside(const Datagram& message, Bytes datagram) {
    return std::visit(
        [datagram](const auto& known) {
            if constexpr (requires { check(known); }) {
                const auto breach = check(known);
                return !breach || (breach->offset < datagram.size() && !breach->field.empty());
            } else {
                return true;
            }
        },
        message);
}

/// The same of a GET of the drafts.
bool getKeepsItsMeaning(Bytes datagram) {
    const auto request = drafts::decodeGetRequest(datagram);
    if (!request) {
        return true;
    }
    std::array<std::uint8_t, maxMessageSize> room{};
    const auto size = drafts::encode(request.value(), room);
    const auto breach = drafts::check(request.value());
    return size && drafts::decodeGetRequest(std::span{room}.first(size.value())) == request &&
           optionsAreInOrder(request.value().options, datagram) && (!breach || breach->offset < datagram.size());
}

bool isAnnotatedOnce(Bytes datagram) {
    std::size_t next = 0;
    bool inOrder = true;
    annotate(datagram, [&](const Field& field) {
        inOrder = inOrder && field.offset == next && field.length > 0 && !field.name.empty();
        next = field.offset + field.length;
    });
    return inOrder && next == datagram.size();
}

bool isOneLine(const std::string& text) {
    return !text.empty() && text.find('\n') == std::string::npos;
}

} // namespace

std::string_view brokenInvariant(std::span<const std::uint8_t> datagram) {
    if (!isAnnotatedOnce(datagram)) {
        return "every octet is annotated once";
    }
    const auto read = decode(datagram);
    if (!read) {
        const bool inside = read.error().offset <= datagram.size();
        return inside && isOneLine(fmt::format("{}", read.error())) ? "" : "a refusal points into the datagram";
    }
    const Datagram& message = read.value();
    if (!keepsItsMeaning(message) || !getKeepsItsMeaning(datagram)) {
        return "what is decoded is encoded to the same meaning";
    }
    if (!optionsAreInOrder(message, datagram)) {
        return "options lie inside and keep their meaning";
    }
    if (!breachLiesInside(message, datagram)) {
        return "a broken rule names a field of the message";
    }
    return isOneLine(fmt::format("{}", message)) ? "" : "the text is one line";
}

} // namespace portolan::testing
