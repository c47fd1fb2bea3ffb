// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <boost/outcome/result.hpp>
#include <boost/outcome/try.hpp>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

module portolan.cli;

import portolan.gateway;
import portolan.transport;
import :beyond;
import :interrupt;
import :survey_text;
import :way;

namespace portolan::cli {

namespace {

constexpr std::string_view noNextHop = "a link without a next hop; name the gateway (--gateway ADDR)";

std::string tableName(std::uint32_t table) {
    switch (table) {
    case gateway::mainTable:
        return "main";
    case gateway::lastTable:
        return "default";
    default:
        return fmt::format("{}", table);
    }
}

std::string_view familyName(gateway::Family family) {
    return family == gateway::Family::v4 ? "ipv4" : "ipv6";
}

/// An address as --gateway and --source take it: a link-local one with its interface.
std::string textOf(const wire::Address& address, const gateway::Gateway& gateway) {
    return transport::toAsio(address, gateway.interfaceIndex).to_string();
}

Json orNull(const std::optional<wire::Address>& address, const gateway::Gateway& gateway) {
    return address ? Json(textOf(*address, gateway)) : Json(nullptr);
}

Json orNull(const std::optional<gateway::Prefix>& prefix) {
    return prefix ? Json(fmt::format("{}/{}", prefix->address, prefix->length)) : Json(nullptr);
}

/// A gateway as it is told of, and which survey is about it.
struct Row {
    gateway::Gateway gateway;
    bool named = false; ///< by the user, not by a route
    bool used = false;  ///< the other commands would ask it
    std::optional<std::size_t> survey{};
};

Json describe(const Row& row, const Survey* survey) {
    const gateway::Gateway& gateway = row.gateway;
    Json told{{"event", "gateway"},
              {"family", familyName(gateway.family)},
              {"address", orNull(gateway.address, gateway)},
              {"interface", gateway.interfaceName},
              {"interface_index", gateway.interfaceIndex},
              {"metric", row.named ? Json(nullptr) : Json(gateway.metric)},
              {"table", row.named ? Json(nullptr) : Json(gateway.table)},
              {"preferred_source", orNull(gateway.preferredSource, gateway)},
              {"only_from", orNull(gateway.onlyFrom)},
              {"split", gateway.split},
              {"used", row.used},
              {"reason", gateway.address ? Json(nullptr) : Json(noNextHop)}};
    addSurvey(told, survey);
    return told;
}

std::string summarize(const Row& row) {
    const gateway::Gateway& gateway = row.gateway;
    std::string line = fmt::format("{} {}", row.used ? '*' : ' ', familyName(gateway.family));
    line += gateway.address ? fmt::format(" {}", textOf(*gateway.address, gateway)) : " (no next hop)";
    if (row.named) {
        return line;
    }
    line += fmt::format(" on {}, metric {}, table {}", gateway.interfaceName, gateway.metric, tableName(gateway.table));
    if (gateway.preferredSource) {
        line += fmt::format(", source {}", textOf(*gateway.preferredSource, gateway));
    }
    if (gateway.onlyFrom) {
        line += fmt::format(", only from {}/{}", gateway.onlyFrom->address, gateway.onlyFrom->length);
    }
    if (gateway.split) {
        line += ", split in parts";
    }
    return gateway.address ? line : fmt::format("{}: {}", line, noNextHop);
}

/// The gateway that the user named.
Row named(const net::ip::udp::endpoint& endpoint) {
    Row row;
    row.named = true;
    row.used = true;
    row.gateway.address = transport::toWire(endpoint.address());
    row.gateway.family = row.gateway.address->isV4() ? gateway::Family::v4 : gateway::Family::v6;
    if (endpoint.address().is_v6()) {
        row.gateway.interfaceIndex = static_cast<std::uint32_t>(endpoint.address().to_v6().scope_id());
    }
    return row;
}

/// Those of the default routes, best first. What is wrong if none of them would be asked is told.
result<std::vector<Row>> routed(Output& output) {
    BOOST_OUTCOME_TRY(const std::vector<gateway::Gateway> ranked, gateway::gateways());
    const auto best = preferred(ranked);
    if (ranked.empty()) {
        return best.error();
    }
    std::vector<Row> rows;
    bool found = false; // only the first of equals is used
    for (const gateway::Gateway& gateway : ranked) {
        const bool used = !found && best && gateway == best.value();
        found = found || used;
        rows.push_back({gateway, false, used});
    }
    if (!best) {
        output.detail(best.error().message());
    }
    return rows;
}

/// Whom to ask; a gateway of several routes once.
std::vector<SurveyTarget> targetsOf(std::vector<Row>& rows) {
    std::vector<SurveyTarget> targets;
    for (Row& row : rows) {
        if (!row.gateway.address) {
            continue;
        }
        SurveyTarget target{transport::toAsio(*row.gateway.address, row.gateway.interfaceIndex),
                            {},
                            row.gateway.interfaceIndex,
                            row.gateway.interfaceName};
        if (const auto source = gateway::sourceAddress(row.gateway)) {
            target.source = transport::toAsio(source.value(), row.gateway.interfaceIndex);
        }
        const auto known = std::ranges::find_if(targets, [&](const SurveyTarget& other) {
            return other.gateway == target.gateway && other.interfaceIndex == target.interfaceIndex &&
                   other.source == target.source;
        });
        row.survey = static_cast<std::size_t>(known - targets.begin());
        if (known == targets.end()) {
            targets.push_back(std::move(target));
        }
    }
    return targets;
}

SurveyOptions optionsOf(const GatewaysCommand& command) {
    SurveyOptions options;
    options.wait = command.common.timeout.value_or(options.wait);
    options.port = command.gateway ? command.gateway->port() : options.port;
    options.searchPort = command.ssdpPort;
    options.onDatagram = command.recording.tap;
    return options;
}

void tell(const Row& row, const Survey* survey, Output& output) {
    if (output.json()) {
        output.object(describe(row, survey));
        return;
    }
    output.line(summarize(row));
    if (survey == nullptr) {
        return;
    }
    for (const std::string& line : surveyRows(*survey)) {
        output.line("    " + line);
    }
    const auto external = survey->externalAddress();
    if (const auto warning = external ? warningOf(*external, survey->gateway.endpoint.address()) : std::nullopt) {
        output.remark(*warning);
    }
    for (const auto* probe : {&survey->pcp, &survey->natPmp}) {
        if (!*probe) {
            output.detail(probe->error().message());
        }
    }
    if (!survey->igd) {
        output.detail(survey->igd.error().message());
    }
}

} // namespace

ExitStatus execute(const GatewaysCommand& command, Output& output) {
    auto rows = command.gateway ? result<std::vector<Row>>{std::vector{named(*command.gateway)}} : routed(output);
    if (!rows) {
        return output.fail(explain(rows.error()));
    }
    std::vector<SurveyTarget> targets;
    if (!command.routesOnly) {
        targets = targetsOf(rows.value());
    }
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        const auto surveys =
            co_await survey(co_await net::this_coro::executor, targets, optionsOf(command), interrupt.token());
        if (!surveys) {
            co_return output.fail(explain(surveys.error()));
        }
        for (const Row& row : rows.value()) {
            tell(row, row.survey ? &surveys.value()[*row.survey] : nullptr, output);
        }
        co_return ExitStatus::done;
    });
}

} // namespace portolan::cli
