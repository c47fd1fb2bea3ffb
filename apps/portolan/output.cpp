// SPDX-License-Identifier: MIT
module;

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

module portolan.cli;

import :beyond;

namespace portolan::cli {

void Output::object(const Json& said) {
    // In ASCII: text of gateways may hold characters that change what a terminal shows.
    out_.write(said.dump(-1, ' ', true, Json::error_handler_t::replace) + '\n');
}

void Output::line(std::string_view text) {
    out_.write(fmt::format("{}\n", text));
}

void Output::write(std::string_view text) {
    out_.write(text);
}

void Output::detail(std::string_view text) {
    if (verbose_) {
        err_.write(fmt::format("{}\n", text));
    }
}

void Output::remark(std::string_view text) {
    if (json_) {
        return;
    }
    // One line, whatever was quoted: names of files and text of gateways may hold anything.
    std::string line{text};
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    err_.write(fmt::format("portolan: {}\n", line));
}

void Output::warn(std::string_view text) {
    if (json_) {
        object({{"event", "warning"}, {"message", text}});
    } else {
        remark(text);
    }
}

void Output::neverWait(const std::function<void()>& onKept) {
    out_.neverWait(onKept);
    err_.neverWait(onKept);
}

bool Output::flush() {
    out_.flush();
    err_.flush();
    const bool all = !out_.keepsSome() && !err_.keepsSome();
    if (const std::size_t count = all ? out_.takeLeftOut() + err_.takeLeftOut() : 0; count != 0) {
        warn(fmt::format("{} lines are left out here: nobody read them in time", count));
    }
    return all;
}

void Output::drain(std::chrono::milliseconds limit) {
    out_.drain(limit);
    err_.drain(limit);
}

ExitStatus Output::fail(const Failure& failure) {
    if (json_) {
        Json told = Json::object();
        told["event"] = "error";
        told.update(toJson(failure));
        object(told);
    } else {
        remark(failure.message);
    }
    return failure.status;
}

Json toJson(const Failure& failure) {
    return {{"kind", failure.kind},
            {"code", failure.code},
            {"message", failure.message},
            {"retry_after_s", failure.retryAfter ? Json(failure.retryAfter->count()) : Json(nullptr)},
            {"gateway_external", failure.gatewayExternal ? Json(failure.gatewayExternal->to_string()) : Json(nullptr)},
            {"gateway_reach",
             failure.gatewayExternal ? Json(wire::name(reachOf(*failure.gatewayExternal))) : Json(nullptr)}};
}

Json toJson(std::string_view event, const MappingInfo& info) {
    const net::ip::udp::endpoint& gateway = info.gateway.endpoint;
    const bool byPcp = info.via == Via::pcp;
    Json server = toJson(gateway.address(), gateway.port());
    server["interface"] = info.gateway.interfaceName;
    server["via"] = word(info.via);
    if (info.via == Via::upnp) {
        server["port"] = nullptr; // it has none of its own
    }
    Json told{{"event", event},
              {"protocol", fmt::format("{}", info.protocol)},
              {"internal", toJson(info.internalAddress, info.internalPort)},
              {"external", toJson(info.externalAddress, info.externalPort)},
              {"lifetime_s", info.lifetime.count()},
              {"gateway", std::move(server)},
              {"epoch_s", info.epochSeconds},
              {"nonce", byPcp ? Json(fmt::format("{}", info.nonce)) : Json(nullptr)}};
    addReach(told, info.externalAddress, gateway.address());
    return told;
}

std::string_view word(Via via) {
    switch (via) {
    case Via::pcp:
        return "pcp";
    case Via::natPmp:
        return "nat-pmp";
    case Via::upnp:
        return "upnp";
    }
    return {};
}

Json toJson(const net::ip::address& address, std::uint16_t port) {
    return {{"address", address.to_string()}, {"port", port}};
}

std::string toText(const net::ip::address& address, std::uint16_t port) {
    const std::string text = address.to_string();
    if (port == 0) {
        return fmt::format("{}, all ports", text);
    }
    return address.is_v6() ? fmt::format("[{}]:{}", text, port) : fmt::format("{}:{}", text, port);
}

} // namespace portolan::cli
