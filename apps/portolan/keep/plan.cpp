// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <array>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <type_traits>
#include <utility>

module portolan.cli;

import :keep_plan;

namespace portolan::cli {

namespace {

UsageError at(const toml::node& node, std::string_view what) {
    return {fmt::format("line {}: {}", node.source().begin.line, what)};
}

/// A key that nothing reads is a mistake of the writer, who would wonder why it does nothing.
template <std::size_t Size>
std::optional<UsageError> unknownKey(const toml::table& table, const std::array<std::string_view, Size>& known) {
    for (const auto& [key, value] : table) {
        if (std::ranges::find(known, key.str()) == known.end()) {
            return at(value,
                      fmt::format("there is no key \"{}\" here; known are {}", key.str(), fmt::join(known, ", ")));
        }
    }
    return std::nullopt;
}

/// Sets `into` to the value of the key, if there is one.
template <class Value>
Parsed<void> read(const toml::table& table, std::string_view key, std::string_view type, Value& into) {
    if (const toml::node* node = table.get(key)) {
        const auto value = node->value_exact<Value>();
        if (!value) {
            return at(*node, fmt::format("{} is to be a {}", key, type));
        }
        into = *value;
        if constexpr (std::is_same_v<Value, std::string>) {
            if (into.find('\0') != std::string::npos) {
                return at(*node, fmt::format("{} holds a NUL character", key));
            }
        }
    }
    return boost::outcome_v2::success();
}

/// The line of a key so long that its tables, one in another, would exhaust the stack; nothing if there is none.
std::optional<std::size_t> tooDeep(std::string_view toml) {
    constexpr std::ptrdiff_t mostDots = 1000;
    std::size_t number = 1;
    for (std::size_t begin = 0; begin < toml.size(); ++number) {
        const std::size_t end = std::min(toml.find('\n', begin), toml.size());
        if (std::ranges::count(toml.substr(begin, end - begin), '.') > mostDots) {
            return number;
        }
        begin = end + 1;
    }
    return std::nullopt;
}

Parsed<void> readSeconds(const toml::table& table, std::string_view key, std::int64_t highest,
                         std::chrono::seconds& into) {
    std::int64_t seconds = into.count();
    BOOST_OUTCOME_TRY(read(table, key, "whole number of seconds", seconds));
    if (seconds < 1 || seconds > highest) {
        return at(*table.get(key), fmt::format("{} is a number of seconds from 1 to {}", key, highest));
    }
    into = std::chrono::seconds{seconds};
    return boost::outcome_v2::success();
}

Parsed<void> readCommon(const toml::table& table, KeepMapping& into) {
    BOOST_OUTCOME_TRY(readSeconds(table, "lifetime", 0xffffffff, into.lifetime));
    BOOST_OUTCOME_TRY(read(table, "exec", "string", into.reaction.exec));
    return read(table, "port_file", "string", into.reaction.portFile);
}

Parsed<KeepMapping> readMapping(const toml::table& table, KeepMapping mapping) {
    constexpr std::array<std::string_view, 6> known{"ports",   "lifetime", "prefer_failure",
                                                    "reserve", "exec",     "port_file"};
    if (const auto error = unknownKey(table, known)) {
        return *error;
    }
    std::string ports;
    BOOST_OUTCOME_TRY(read(table, "ports", "string such as \"tcp:6881\"", ports));
    const auto spec = parsePortSpec(ports);
    if (!spec) {
        const toml::node* node = table.get("ports");
        return at(node != nullptr ? *node : static_cast<const toml::node&>(table),
                  node != nullptr ? spec.error().message : "a [[mapping]] needs ports, such as \"tcp:6881\"");
    }
    mapping.ports = spec.assume_value();
    BOOST_OUTCOME_TRY(read(table, "prefer_failure", "true or false", mapping.preferFailure));
    BOOST_OUTCOME_TRY(read(table, "reserve", "true or false", mapping.reserve));
    BOOST_OUTCOME_TRY(readCommon(table, mapping));
    return mapping;
}

Parsed<KeepPlan> readPlan(const toml::table& table, const KeepPlan& defaults) {
    constexpr std::array<std::string_view, 5> known{"mapping", "lifetime", "exec", "exec_timeout", "port_file"};
    if (const auto error = unknownKey(table, known)) {
        return *error;
    }
    KeepPlan plan = defaults;
    plan.mappings.clear();
    BOOST_OUTCOME_TRY(readSeconds(table, "exec_timeout", 86400, plan.execTimeout));
    KeepMapping common;
    BOOST_OUTCOME_TRY(readCommon(table, common));
    const toml::node* mappings = table.get("mapping");
    if (mappings == nullptr) {
        return plan;
    }
    if (!mappings->is_array_of_tables()) {
        return at(*mappings, "mappings are written as [[mapping]], with two brackets");
    }
    for (const toml::node& element : *mappings->as_array()) {
        BOOST_OUTCOME_TRY(auto mapping, readMapping(*element.as_table(), common));
        plan.mappings.push_back(std::move(mapping));
    }
    return plan;
}

} // namespace

Parsed<KeepPlan> parseKeepPlan(std::string_view toml, const KeepPlan& defaults) {
    if (const auto line = tooDeep(toml)) {
        return UsageError{fmt::format("line {}: too many dots", *line)};
    }
    try {
        return readPlan(toml::parse(toml), defaults);
    } catch (const toml::parse_error& error) {
        return UsageError{fmt::format("line {}: {}", error.source().begin.line, error.description())};
    }
}

std::optional<UsageError> conflict(const KeepPlan& plan) {
    if (plan.mappings.empty()) {
        return UsageError{"there is nothing to keep: name mappings such as tcp:6881, or a file with them (--config)"};
    }
    for (auto one = plan.mappings.begin(); one != plan.mappings.end(); ++one) {
        if (one->preferFailure && one->ports.externalPort == 0) {
            return UsageError{
                fmt::format("{}: prefer-failure needs the external port, as in tcp:8080:443", toText(one->ports))};
        }
        if (one->reserve && !canBeReserved(one->ports)) {
            return UsageError{fmt::format("{}: only a single port of tcp or udp can be reserved", toText(one->ports))};
        }
        for (auto other = std::next(one); other != plan.mappings.end(); ++other) {
            if (one->ports.protocol == other->ports.protocol && one->ports.internalPort == other->ports.internalPort) {
                return UsageError{fmt::format("{} is to be kept twice", toText(one->ports))};
            }
            if (!one->reaction.portFile.empty() && one->reaction.portFile == other->reaction.portFile) {
                return UsageError{fmt::format("{} and {} would both be written to {}; give each [[mapping]] a "
                                              "port_file of its own",
                                              toText(one->ports), toText(other->ports), one->reaction.portFile)};
            }
        }
    }
    return std::nullopt;
}

} // namespace portolan::cli
