// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

export module portolan.wire:option_rules;

import :refusal;
import :address;
import :codes;
import :octets;
import :option_code;
import :option;
import :options;
import :drafts;
import :rule;
import :utf8;

export namespace portolan::wire {

/// How an option may be used, as its definition says.
struct OptionRule {
    OptionCode code{};
    std::uint8_t opcodes = 0;        ///< bit n: opcode n may have it
    bool repeatable = false;         ///< more than once in a request
    bool inRequests = true;          ///< not only in responses
    std::uint16_t minimumLength = 0; ///< octets of data
    std::uint16_t maximumLength = 0;

    [[nodiscard]] constexpr bool fits(Opcode opcode) const noexcept {
        const auto bit = static_cast<unsigned>(opcode);
        return bit < 8 && ((opcodes >> bit) & 1U) != 0;
    }
};

/// The rule of an option; none of a code without a definition.
[[nodiscard]] constexpr std::optional<OptionRule> optionRule(OptionCode code) noexcept;

} // namespace portolan::wire

namespace portolan::wire {

constexpr std::uint8_t onOpcodes(std::initializer_list<Opcode> opcodes) noexcept {
    unsigned bits = 0;
    for (const Opcode opcode : opcodes) {
        bits |= 1U << static_cast<unsigned>(opcode);
    }
    return static_cast<std::uint8_t>(bits);
}

inline constexpr std::uint8_t onMap = onOpcodes({Opcode::map});
inline constexpr std::uint8_t onMappings = onOpcodes({Opcode::map, Opcode::peer});
inline constexpr std::uint8_t onAuthentication = onOpcodes({Opcode::authentication});

/// What is left of 1100 octets for the data of one option on an AUTHENTICATION message (RFC 7652 §5).
inline constexpr std::uint16_t longestEap = 1064;

/// RFC 6887 §13, RFC 7652 §5, RFC 7843 §4, RFC 7220 §2, RFC 7225 §4.1, RFC 7753 §4 and RFC 7767 §3.1.
inline constexpr std::array optionRules{
    OptionRule{OptionCode::thirdParty, onMappings, false, true, 16, 16},
    OptionRule{OptionCode::preferFailure, onMap, false, true, 0, 0},
    OptionRule{OptionCode::filter, onMap, true, true, 20, 20},
    OptionRule{OptionCode::nonce, onAuthentication, false, true, 4, 4},
    OptionRule{OptionCode::authenticationTag, onOpcodes({Opcode::announce, Opcode::map, Opcode::peer}), false, true, 12,
               longestText},
    OptionRule{OptionCode::paAuthenticationTag, onAuthentication, false, true, 4, longestEap},
    OptionRule{OptionCode::eapPayload, onAuthentication, false, true, 0, longestEap},
    OptionRule{OptionCode::prf, onAuthentication, true, true, 4, 4},
    OptionRule{OptionCode::macAlgorithm, onAuthentication, true, true, 4, 4},
    OptionRule{OptionCode::sessionLifetime, onAuthentication, false, false, 4, 4},
    OptionRule{OptionCode::receivedPak, onAuthentication, false, true, 4, 4},
    OptionRule{OptionCode::idIndicator, onAuthentication, false, false, 0, longestEap},
    OptionRule{OptionCode::thirdPartyId, onMappings, false, true, 0, longestText},
    OptionRule{OptionCode::description, onMappings, false, true, 0, longestText},
    OptionRule{OptionCode::prefix64, onOpcodes({Opcode::announce, Opcode::map}), false, true, 14, 16},
    OptionRule{OptionCode::portSet, onMap, false, true, 5, 5},
    OptionRule{OptionCode::checkpointRequired, onMappings, false, true, 0, 0},
    OptionRule{drafts::portReservation, onMap, false, true, 0, 0},
    OptionRule{drafts::next, 0, false, true, 44, longestText}, // on GET alone, which has rules of its own
};

constexpr std::optional<OptionRule> optionRule(OptionCode code) noexcept {
    for (const OptionRule& rule : optionRules) {
        if (rule.code == code) {
            return rule;
        }
    }
    return std::nullopt;
}

/// What the rules of options need to know of the request around them.
struct RequestFacts {
    Opcode opcode{};
    std::uint32_t lifetimeSeconds = 0;
    Address clientAddress{};
    std::uint16_t internalPort = 0;
    std::uint16_t suggestedPort = 0;
};

constexpr std::optional<Rule> brokenByFilter(const RawOption& raw, const RequestFacts& request) noexcept {
    if (request.lifetimeSeconds == 0) {
        return Rule::filterNotOnDeletion;
    }
    const auto option = interpret(raw);
    const Filter* filter = option ? std::get_if<Filter>(&option.assume_value()) : nullptr;
    if (filter == nullptr || (filter->remoteAddress.isV4() && filter->prefixLength == 96)) {
        return Rule::filterPrefixLength;
    }
    if (filter->prefixLength == 0 && (filter->remotePort != 0 || !filter->remoteAddress.isAny())) {
        return Rule::filterFlushIsEmpty;
    }
    return std::nullopt;
}

constexpr std::optional<Rule> brokenByPortSet(Bytes data, const RequestFacts& request) noexcept {
    constexpr std::uint32_t asManyAsThereAre = 0xffff; // RFC 7753 §4.1
    const std::uint32_t size = load16(data.data());
    if (size == 0) {
        return Rule::portSetSize;
    }
    if (load16(data.data() + 2) != request.internalPort) {
        return Rule::portSetFirstPort;
    }
    if ((data[4] & 0xfe) != 0) {
        return Rule::portSetReserved;
    }
    if (request.internalPort == 0) {
        return Rule::portSetNeedsPort;
    }
    if (size != asManyAsThereAre && request.internalPort + size > 0x10000) {
        return Rule::portSetStaysBelow65536;
    }
    return size == 1 ? std::optional{Rule::portSetNotForOnePort} : std::nullopt;
}

constexpr std::optional<Rule> brokenByPrefix64(Bytes data) noexcept {
    const bool allZero = std::ranges::all_of(data.subspan(2), [](std::uint8_t octet) { return octet == 0; });
    const bool asks = load16(data.data()) == 12 && data.size() % 2 == 0 && allZero;
    return asks ? std::nullopt : std::optional{Rule::prefix64RequestForm};
}

/// The rule that the contents of an option break in this request. The length has been checked.
constexpr std::optional<Rule> brokenByContents(const RawOption& raw, const RequestFacts& request) noexcept {
    switch (raw.code) {
    case OptionCode::thirdParty:
        return Address{loadArray<16>(raw.data.data())} == request.clientAddress
                   ? std::optional{Rule::thirdPartyIsAnother}
                   : std::nullopt;
    case OptionCode::preferFailure:
        if (request.lifetimeSeconds == 0) {
            return Rule::preferFailureNotOnDeletion;
        }
        return request.suggestedPort == 0 ? std::optional{Rule::preferFailureNeedsPort} : std::nullopt;
    case OptionCode::filter:
        return brokenByFilter(raw, request);
    case OptionCode::description:
        return isUtf8(raw.data) && (raw.data.empty() || raw.data.back() != 0) ? std::nullopt
                                                                              : std::optional{Rule::descriptionIsText};
    case OptionCode::prefix64:
        return brokenByPrefix64(raw.data);
    case OptionCode::portSet:
        return brokenByPortSet(raw.data, request);
    default:
        return std::nullopt;
    }
}

/// The rule that one option breaks, taken by itself.
constexpr std::optional<Rule> brokenByOption(const RawOption& raw, const RequestFacts& request) noexcept {
    const auto rule = optionRule(raw.code);
    if (!rule) {
        return std::nullopt;
    }
    if (!rule->fits(request.opcode)) {
        return Rule::optionFitsOpcode;
    }
    if (!rule->inRequests) {
        return Rule::optionBelongsInRequest;
    }
    if (raw.data.size() < rule->minimumLength || raw.data.size() > rule->maximumLength) {
        return Rule::optionLength;
    }
    return brokenByContents(raw, request);
}

/// A breach that an option is blamed for. The options start at `offset` of the message.
constexpr Breach breachBy(const RawOption& raw, Rule rule, const Options& options, std::size_t offset) noexcept {
    const auto at = raw.data.data() - 4 - options.octets().data();
    const std::string_view known = name(raw.code).empty() ? drafts::name(raw.code) : name(raw.code);
    return {rule, known, static_cast<std::uint16_t>(offset + static_cast<std::size_t>(at))};
}

/// The first rule that the options break, alone or together. They start at `offset` of the message.
constexpr std::optional<Breach> checkOptions(const Options& options, const RequestFacts& request,
                                             std::size_t offset) noexcept {
    std::array<bool, 256> seen{};
    const auto has = [&seen](OptionCode code) -> bool& { return seen[static_cast<std::uint8_t>(code)]; };
    for (const RawOption raw : options) {
        auto broken = brokenByOption(raw, request);
        const auto rule = optionRule(raw.code);
        if (!broken && has(raw.code) && rule && !rule->repeatable) {
            broken = Rule::optionOnce;
        }
        has(raw.code) = true;
        if (!broken && has(OptionCode::portSet) && has(OptionCode::preferFailure)) {
            broken = Rule::portSetNotWithPreferFailure;
        }
        if (!broken && has(OptionCode::portSet) && has(drafts::portReservation)) {
            broken = Rule::reservationNotWithPortSet;
        }
        if (broken) {
            return breachBy(raw, *broken, options, offset);
        }
    }
    if (has(OptionCode::thirdPartyId) && !has(OptionCode::thirdParty)) {
        const RawOption lonely = *std::ranges::find(options, OptionCode::thirdPartyId, &RawOption::code);
        return breachBy(lonely, Rule::thirdPartyIdNeedsThirdParty, options, offset);
    }
    return std::nullopt;
}

} // namespace portolan::wire
