// SPDX-License-Identifier: MIT
module;

#include <cstdint>
#include <optional>

// Checks of what the drafts send, as `:rules` has them for the standards.
export module portolan.wire:draft_rules;

import :refusal;
import :codes;
import :option_code;
import :option;
import :options;
import :drafts;
import :rule;
import :option_rules;
import :rules;

namespace portolan::wire::drafts {

/// A GET has one NEXT at most, whose data has at least the octets of its earlier form.
constexpr std::optional<Breach> checkNext(const Options& options) noexcept {
    bool seen = false;
    for (const RawOption raw : options) {
        std::optional<Rule> broken;
        if (raw.code != next) {
            broken = optionRule(raw.code) ? std::optional{Rule::optionFitsOpcode} : std::nullopt;
        } else if (seen) {
            broken = Rule::optionOnce;
        } else if (raw.data.size() < nextSize(NextVersion::withoutNonce)) {
            broken = Rule::optionLength;
        }
        seen = seen || raw.code == next;
        if (broken) {
            return breachBy(raw, *broken, options, getSize);
        }
    }
    return std::nullopt;
}

} // namespace portolan::wire::drafts

export namespace portolan::wire::drafts {

/// The first rule that the request breaks, if any.
[[nodiscard]] constexpr std::optional<Breach> check(const GetRequest& request) noexcept {
    const GetFilter& filter = request.filter;
    if (filter.protocol == Protocol::all && filter.internalPort != 0) {
        return Breach{Rule::filterPortNeedsProtocol, "filter_internal_port", 60};
    }
    if (filter.protocol == Protocol::all && filter.externalPort != 0) {
        return Breach{Rule::filterPortNeedsProtocol, "filter_external_port", 62};
    }
    if (const auto breach = checkSize(getSize, request.options.octets())) {
        return breach;
    }
    return checkNext(request.options);
}

} // namespace portolan::wire::drafts
