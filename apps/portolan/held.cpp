// SPDX-License-Identifier: MIT
module;

#include <boost/outcome/result.hpp>
#include <chrono>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.cli;

import portolan.session;
import :beyond;
import :held;

namespace portolan::cli {

namespace {

/// "TCP port ... is mapped to", or for an outbound mapping "... to the remote peer is seen as".
std::string relation(const MappingInfo& info) {
    const std::string internal = fmt::format("{} {}", info.protocol, toText(info.internalAddress, info.internalPort));
    return info.remotePort == 0
               ? internal + " is mapped to"
               : fmt::format("{} towards {} goes out as", internal, toText(info.remoteAddress, info.remotePort));
}

std::string portsText(unsigned first, unsigned size) {
    return size == 1 ? fmt::format("{}", first) : fmt::format("{}-{}", first, first + size - 1);
}

/// Deletes it at the gateway, and says so.
net::awaitable<ExitStatus> letGo(Mapping mapping, Output& output) {
    const MappingInfo last = mapping.info();
    const auto released = co_await mapping.release(); // of a lost one too, which may be asked for anew at this moment
    if (!released && last.held) {
        co_return output.fail(explain(released.error()));
    }
    if (output.json()) {
        output.object(Json{{"event", last.held ? "released" : "lost"},
                           {"protocol", fmt::format("{}", last.protocol)},
                           {"internal", toJson(last.internalAddress, last.internalPort)}});
    } else if (last.held) {
        output.line("released");
    } else {
        output.remark("the mapping was lost meanwhile and could not be made again");
    }
    co_return ExitStatus::done;
}

} // namespace

std::string summarize(const result<Mapping>& mapping) {
    if (!mapping) {
        return mapping.error().message();
    }
    const MappingInfo info = mapping.value().info();
    return fmt::format("{} by {} for {} s, epoch {} s", toText(info.externalAddress, info.externalPort),
                       session::name(info.via), info.lifetime.count(), info.epochSeconds);
}

std::string holder(const MappingInfo& info) {
    const net::ip::udp::endpoint& gateway = info.gateway.endpoint;
    return fmt::format("{} of {}", session::name(info.via),
                       info.via == Via::upnp ? gateway.address().to_string()
                                             : toText(gateway.address(), gateway.port()));
}

std::string lifetimeText(const MappingInfo& info) {
    return info.lifetime.count() == 0 ? "as long as the gateway runs" : fmt::format("{} s", info.lifetime.count());
}

void reportMapping(const MappingInfo& info, Output& output) {
    const std::string_view interfaceName = info.gateway.interfaceName;
    output.line(
        fmt::format("{} {}", relation(info),
                    info.externalAddress.is_unspecified()
                        ? fmt::format("port {} of an external address that the gateway did not tell", info.externalPort)
                        : toText(info.externalAddress, info.externalPort)));
    output.line(fmt::format("by {}{}{}, for {}", holder(info), interfaceName.empty() ? "" : " on ", interfaceName,
                            lifetimeText(info)));
    if (const auto warning = warningOf(info.externalAddress, info.gateway.endpoint.address())) {
        output.remark(*warning);
    }
}

net::awaitable<ExitStatus> keepMappings(std::vector<Mapping> mappings, Interrupt& interrupt, Output& output) {
    co_await interrupt.wait();
    ExitStatus status = ExitStatus::done;
    for (Mapping& mapping : mappings) {
        if (const ExitStatus of = co_await letGo(std::move(mapping), output); of != ExitStatus::done) {
            status = of;
        }
    }
    co_return status;
}

Json optionsJson(const MappingInfo& info) {
    Json ports = Json::array();
    for (const PortRange& range : info.ports) {
        ports.push_back({{"internal_port", range.internalPort},
                         {"external", toJson(range.externalAddress, range.externalPort)},
                         {"size", range.size}});
    }
    Json prefixes = Json::array();
    for (const auto& [prefix, bits] : info.nat64.prefixes()) {
        prefixes.push_back(fmt::format("{}/{}", prefix.to_string(), bits));
    }
    return {{"description", info.description ? Json(*info.description) : Json(nullptr)},
            {"ports", std::move(ports)},
            {"checkpointed", info.checkpointed},
            {"prefix64", std::move(prefixes)},
            {"dropped", info.optionsDropped}};
}

void reportOptions(const MappingInfo& info, unsigned wanted, Output& output) {
    unsigned granted = 0;
    for (const PortRange& range : info.ports) {
        granted += range.size;
        output.line(fmt::format("port {} is mapped to {} of {}", portsText(range.internalPort, range.size),
                                portsText(range.externalPort, range.size), range.externalAddress.to_string()));
    }
    if (granted < wanted) {
        output.line(fmt::format("{} of the {} ports were granted", granted, wanted));
    }
    if (info.description) {
        output.line(fmt::format("described as \"{}\"", *info.description));
    }
    if (info.checkpointed) {
        output.line("its state is kept in more than one place");
    }
    for (const auto& [prefix, bits] : info.nat64.prefixes()) {
        output.line(fmt::format("NAT64 prefix {}/{}", prefix.to_string(), bits));
    }
    if (info.optionsDropped) {
        output.remark("the gateway did not take all options, so it was asked without them or with fewer");
    }
}

} // namespace portolan::cli
