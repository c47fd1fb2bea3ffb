// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <utility>

module portolan.cli;

import :interrupt;
import :way;

namespace portolan::cli {

namespace {

std::string speaks(const ProbeInfo& info) {
    switch (info.version) {
    case wire::natPmpVersion:
        return "NAT-PMP";
    case wire::pcpVersion:
        return "PCP version 2";
    default:
        return fmt::format("PCP of version {} only", info.version);
    }
}

std::string roundTrip(const ProbeInfo& info) {
    return info.roundTrip.count() == 0 ? "less than 1 ms" : fmt::format("{} ms", info.roundTrip.count());
}

std::string describe(const ProbeInfo& info) {
    std::string text = "speaks " + speaks(info);
    if (info.epochSeconds) {
        text += fmt::format(", epoch {} s", *info.epochSeconds);
    }
    text += ", round trip " + roundTrip(info);
    return info.refusal ? fmt::format("{}; it said: {}", text, info.refusal->code.message()) : text;
}

Json probeJson(const ProbeInfo& info) {
    const net::ip::udp::endpoint& endpoint = info.gateway.endpoint;
    Json server = toJson(endpoint.address(), endpoint.port());
    server["interface"] = info.gateway.interfaceName;
    return {{"event", "probed"},
            {"gateway", std::move(server)},
            {"speaks", info.version == wire::natPmpVersion ? "nat-pmp" : "pcp"},
            {"version", info.version},
            {"epoch_s", info.epochSeconds ? Json(*info.epochSeconds) : Json(nullptr)},
            {"round_trip_ms", info.roundTrip.count()},
            {"transmissions", info.transmissions},
            {"code", info.refusal ? Json(explain(*info.refusal).code) : Json(nullptr)}};
}

} // namespace

ExitStatus execute(const AnnounceCommand& command, Output& output) {
    const Asking asking{command.via, "an announcement", output};
    return runTask([&](Interrupt& interrupt) -> net::awaitable<ExitStatus> {
        Client client{co_await net::this_coro::executor, clientOptions(command.via, command.common)};
        const auto probe = co_await client.probe(interrupt.token());
        asking.cameBack(probe ? describe(probe.value()) : probe.error().message());
        if (!probe) {
            co_return output.fail(explain(probe.error()));
        }
        if (output.json()) {
            output.object(probeJson(probe.value()));
        } else {
            const net::ip::udp::endpoint& endpoint = probe.value().gateway.endpoint;
            output.line(fmt::format("{} {}", toText(endpoint.address(), endpoint.port()), describe(probe.value())));
        }
        co_return ExitStatus::done;
    });
}

} // namespace portolan::cli
