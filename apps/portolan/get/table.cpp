// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.session;
import portolan.transport;
import :table;

namespace portolan::cli {

namespace {

constexpr std::string_view rowShape = "{:<8} {:<28} {:<28} {:>10}  {}";

std::string side(const wire::Address& address, std::uint16_t port) {
    return toText(transport::toAsio(address), port);
}

/// What an option is, as `decode` has it but for its place, which is of no use here.
Json optionsJson(wire::Bytes options) {
    MessageJson described;
    describeOptions(wire::Options::readable(options), described);
    for (Json& option : described.object["options"]) {
        option.erase("offset");
    }
    return described.object["options"];
}

Json mappingJson(const session::WalkedMapping& found, wire::drafts::NextVersion version) {
    const wire::drafts::Next& mapping = found.mapping;
    const bool hasNonce = version == wire::drafts::NextVersion::withNonce;
    return {{"event", "mapping"},
            {"protocol", fmt::format("{}", mapping.protocol)},
            {"internal", toJson(transport::toAsio(mapping.internalAddress), mapping.internalPort)},
            {"external", toJson(transport::toAsio(mapping.externalAddress), mapping.externalPort)},
            {"remaining_s", mapping.remainingSeconds},
            {"nonce", hasNonce ? Json(fmt::format("{}", mapping.nonce)) : Json(nullptr)},
            {"options", optionsJson(found.options)}};
}

std::string row(const session::WalkedMapping& found, wire::drafts::NextVersion version) {
    const wire::drafts::Next& mapping = found.mapping;
    std::string more = version == wire::drafts::NextVersion::withNonce ? fmt::format("{}", mapping.nonce) : "";
    if (!found.options.empty()) {
        more += fmt::format("{}{}", more.empty() ? "" : "  ", wire::Options::readable(found.options));
    }
    std::string text = fmt::format(
        rowShape, fmt::format("{}", mapping.protocol), side(mapping.internalAddress, mapping.internalPort),
        side(mapping.externalAddress, mapping.externalPort), fmt::format("{} s", mapping.remainingSeconds), more);
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

} // namespace

Parsed<wire::OptionCode> parseOptionName(std::string_view text) {
    for (unsigned number = 0; number <= 255; ++number) {
        const auto code = static_cast<wire::OptionCode>(number);
        if (const std::string_view known = wire::name(code); !known.empty() && lowered(known) == lowered(text)) {
            return code;
        }
    }
    const auto number = parseNumber(text, 0, 255, "option");
    if (!number) {
        return UsageError{fmt::format("there is no option \"{}\"", text)};
    }
    return static_cast<wire::OptionCode>(number.assume_value());
}

Parsed<wire::drafts::NextVersion> parseNext(std::string_view text) {
    BOOST_OUTCOME_TRY(const std::uint64_t number, parseNumber(text, 1, 2, "the form of NEXT"));
    return static_cast<wire::drafts::NextVersion>(number);
}

Parsed<TableQuery> parseTableQuery(std::span<const std::string> words) {
    TableQuery query;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        const std::string_view key = std::string_view{word}.substr(0, equals);
        const std::string_view value =
            equals == std::string::npos ? std::string_view{} : std::string_view{word}.substr(equals + 1);
        if (equals == std::string::npos) {
            BOOST_OUTCOME_TRY(const PortSpec ports, parsePortSpec(word));
            query.setPorts(ports);
        } else if (key == "internal") {
            BOOST_OUTCOME_TRY(const net::ip::address address, parseAddress(value));
            query.filter.internalAddress = transport::toWire(address);
        } else if (key == "external") {
            BOOST_OUTCOME_TRY(const net::ip::address address, parseAddress(value));
            query.filter.externalAddress = transport::toWire(address);
        } else if (key == "with") {
            BOOST_OUTCOME_TRY(const wire::OptionCode code, parseOptionName(value));
            query.options.push_back(code);
        } else if (key == "next") {
            BOOST_OUTCOME_TRY(query.next, parseNext(value));
        } else {
            return UsageError{fmt::format("get has no \"{}\" (see help get)", key)};
        }
    }
    return query;
}

session::TableWalk walkOf(const TableQuery& query) {
    return session::TableWalk{query.filter, query.next, query.options};
}

void TableTeller::tell(const session::WalkedMapping& found) {
    if (output_.json()) {
        output_.object(mappingJson(found, version_));
    } else {
        if (count_ == 0) {
            output_.line(fmt::format(rowShape, "PROTOCOL", "INTERNAL", "EXTERNAL", "LEFT",
                                     version_ == wire::drafts::NextVersion::withNonce ? "NONCE" : ""));
        }
        output_.line(row(found, version_));
    }
    ++count_;
}

void TableTeller::end() {
    if (output_.json()) {
        output_.object({{"event", "table"}, {"mappings", count_}});
    } else {
        output_.line(fmt::format("{} mapping{}", count_, count_ == 1 ? "" : "s"));
    }
}

} // namespace portolan::cli
