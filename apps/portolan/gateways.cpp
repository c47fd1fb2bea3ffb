// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

module portolan.cli;

import portolan.gateway;
import portolan.transport;
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

Json describe(const gateway::Gateway& gateway, bool used) {
    return {{"event", "gateway"},
            {"family", familyName(gateway.family)},
            {"address", orNull(gateway.address, gateway)},
            {"interface", gateway.interfaceName},
            {"interface_index", gateway.interfaceIndex},
            {"metric", gateway.metric},
            {"table", gateway.table},
            {"preferred_source", orNull(gateway.preferredSource, gateway)},
            {"only_from", orNull(gateway.onlyFrom)},
            {"split", gateway.split},
            {"used", used},
            {"reason", gateway.address ? Json(nullptr) : Json(noNextHop)}};
}

std::string summarize(const gateway::Gateway& gateway, bool used) {
    std::string line = fmt::format("{} {}", used ? '*' : ' ', familyName(gateway.family));
    line += gateway.address ? fmt::format(" {}", textOf(*gateway.address, gateway)) : " (no next hop)";
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

} // namespace

ExitStatus execute(const GatewaysCommand& /*command*/, Output& output) {
    const auto ranked = gateway::gateways();
    if (!ranked) {
        return output.fail(explain(ranked.error()));
    }
    const auto best = preferred(ranked.value());
    if (ranked.value().empty()) {
        return output.fail(explain(best.error()));
    }
    bool found = false; // only the first of equals is used
    for (const gateway::Gateway& gateway : ranked.value()) {
        const bool used = !found && best && gateway == best.value();
        found = found || used;
        if (output.json()) {
            output.object(describe(gateway, used));
        } else {
            output.line(summarize(gateway, used));
        }
    }
    if (!best) {
        output.detail(best.error().message());
    }
    return ExitStatus::done;
}

} // namespace portolan::cli
